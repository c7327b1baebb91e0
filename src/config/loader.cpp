#include "src/config/loader.hpp"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>

#include "src/config/client_keys.hpp"
#include "src/config/output_reader.hpp"
#include "src/config/overrides.hpp"
#include "src/config/settings_table.hpp"
#include "src/config/stream_reader.hpp"
#include "src/config/structure_lint.hpp"
#include "src/config/test_reader.hpp"
#include "src/config/yaml_reader.hpp"

namespace lockstep::config {
namespace {

/// Secrets that span lines, which an excerpt cannot recognise by the line alone.
void hideScalar(const SourceText& scalar, SourceFile& file) {
  std::uint32_t last = scalar.place.line;
  if (scalar.style == ScalarStyle::kBlock) {
    last +=
        static_cast<std::uint32_t>(std::count(scalar.text.begin(), scalar.text.end(), '\n')) + 1;
  } else if (scalar.style != ScalarStyle::kPlain) {
    const char quote = scalar.style == ScalarStyle::kSingleQuoted ? '\'' : '"';
    const bool closed = file.line(last).find(quote, scalar.place.column) != std::string_view::npos;
    while (!closed && ++last < file.lineCount()) {
      if (file.line(last).find(quote) != std::string_view::npos) break;
    }
  }
  for (std::uint32_t line = scalar.place.line + 1; line <= last; ++line) {
    const auto text = file.line(line);
    const auto indent = std::min(text.find_first_not_of(' '), text.size());
    file.hide(line, static_cast<std::uint32_t>(indent + 1),
              static_cast<std::uint32_t>(text.size() + 1));
  }
}

void hideSecrets(const Node& node, Diagnostics& diagnostics) {
  for (const Node& item : node.items) hideSecrets(item, diagnostics);
  for (const NodeEntry& entry : node.entries) {
    if (entry.value.isScalar() && looksSecret(entry.key.text)) {
      hideScalar(entry.value.scalar, diagnostics.source(entry.value.place.source));
    }
    hideSecrets(entry.value, diagnostics);
  }
}

void readSettingsAndClientKeys(const Node& root, ApplicationConfig& config,
                               Diagnostics& diagnostics) {
  ValueReader reader(diagnostics);
  readSettings(reader, root, config);
  const Node* kafka = root.find("kafka");
  if (const Node* client = kafka == nullptr ? nullptr : kafka->find("client")) {
    if (client->isMap()) {
      readClientKeys(*client, config.kafka.client, diagnostics);
    } else if (!client->isNull()) {
      diagnostics.error("E008", client->place,
                        fmt::format("kafka.client needs a map; found {}", client->kindName()),
                        "write  client: { fetch.wait.max.ms: 20 }");
    }
  }
}

void readGraph(const Node& root, ApplicationConfig& config, Diagnostics& diagnostics) {
  if (const Node* streams = root.find("streams")) {
    readStreams(*streams, config.streams, diagnostics);
  }
  if (const Node* outputs = root.find("outputs")) {
    readOutputs(*outputs, config.outputs, diagnostics);
  }
  if (const Node* tests = root.find("tests")) readTests(*tests, config.tests, diagnostics);
}

void load(LoadedFile& loaded, std::uint32_t source, const LoadOptions& options) {
  Diagnostics& diagnostics = loaded.diagnostics;
  auto root = readYaml(diagnostics, source);
  if (!root) return;
  if (!root->isMap()) {
    diagnostics.error("E008", root->place,
                      fmt::format("the file needs a map; found {}", root->kindName()),
                      "begin with  application: name");
    return;
  }
  applyOverrides(options.overrides, *root, diagnostics);
  substitute(*root, options.surroundings, diagnostics);
  hideSecrets(*root, diagnostics);
  readSettingsAndClientKeys(*root, loaded.application, diagnostics);
  if (options.settings_only) {
    lintProgramSettings(loaded.application, root->find("streams") != nullptr, diagnostics);
    return;
  }
  readGraph(*root, loaded.application, diagnostics);
  lintStructure(loaded.application, diagnostics);
}

}  // namespace

LoadedFile loadText(std::string name, std::string text, const LoadOptions& options) {
  LoadedFile loaded;
  if (text.rfind("\xEF\xBB\xBF", 0) == 0) text.erase(0, 3);  // byte order mark
  const auto source = loaded.diagnostics.addSource(std::move(name), std::move(text));
  load(loaded, source, options);
  return loaded;
}

Diagnostics checkYaml(std::string name, std::string text) {
  Diagnostics diagnostics;
  const auto source = diagnostics.addSource(std::move(name), std::move(text));
  (void)readYaml(diagnostics, source);
  return diagnostics;
}

LoadedFile loadFile(const std::string& path, const LoadOptions& options) {
  std::ifstream stream(path, std::ios::binary);
  std::string text(kFileBytesMax + 1, '\0');  // one more than allowed: readYaml() says too large
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
  if (!stream.is_open() || stream.bad()) {
    LoadedFile loaded;
    const auto source = loaded.diagnostics.addSource(path, "");
    loaded.diagnostics.error("E002", {source, 1, 1, 2}, "the file cannot be read",
                             "check the path and its permissions");
    return loaded;
  }
  return loadText(path, std::move(text), options);
}

}  // namespace lockstep::config
