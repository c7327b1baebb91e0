#include "src/cli/loaded.hpp"

#include <cstdio>

#include "src/runtime/configured_application.hpp"
#include "src/runtime/reader_choice.hpp"

namespace lockstep::cli {

namespace {

/// What `kafka.reader` asks for has to fit the security and the client keys.
void checkReader(Loaded& loaded) {
  const auto choice = chooseReader(connectionOf(loaded.application));
  const auto place = loaded.application.places.find("kafka.reader");
  if (choice.ok() || place == loaded.application.places.end()) return;
  const auto& error = choice.status().info();
  loaded.diagnostics.error(error.code, place->second, error.message, error.help);
}

Loaded withPipeline(config::LoadedFile read) {
  Loaded loaded{std::move(read.application), std::move(read.diagnostics), {}};
  // With structural errors the expressions are still worth a look: all mistakes at once.
  loaded.pipeline = buildPipeline(loaded.application, loaded.diagnostics);
  checkReader(loaded);
  return loaded;
}

}  // namespace

Loaded load(const std::string& file, const std::vector<std::string>& overrides) {
  config::LoadOptions options;
  options.overrides = overrides;
  return withPipeline(config::loadFile(file, options));
}

Loaded loadText(const std::string& name, std::string text,
                const std::vector<std::string>& overrides) {
  config::LoadOptions options;
  options.overrides = overrides;
  return withPipeline(config::loadText(name, std::move(text), options));
}

ExitCode report(const Loaded& loaded) {
  const auto text = loaded.diagnostics.print();
  std::fwrite(text.data(), 1, text.size(), stderr);
  return loaded.diagnostics.hasErrors() ? loaded.diagnostics.toStatus().exitCode() : ExitCode::kOk;
}

}  // namespace lockstep::cli
