#include <algorithm>

#include <fmt/format.h>

#include "src/config/settings_table.hpp"
#include "src/config/suggest.hpp"

namespace lockstep::config {
namespace {

/// Keys with readers of their own.
bool readElsewhere(std::string_view path) {
  return path == "streams" || path == "outputs" || path == "tests" || path == "kafka.client";
}

bool isGroup(const std::string& path) {
  const auto& table = settingsTable();
  return std::any_of(table.begin(), table.end(), [&](const SettingRow& row) {
    return row.path.size() > path.size() && row.path.compare(0, path.size(), path) == 0 &&
           row.path[path.size()] == '.';
  });
}

const SettingRow* findRow(std::string_view path) {
  for (const SettingRow& row : settingsTable()) {
    if (row.path == path) return &row;
  }
  return nullptr;
}

/// Names that are legal below `prefix` ("kafka." or ""): the next part of each path, once.
std::vector<std::string_view> namesBelow(const std::string& prefix) {
  std::vector<std::string_view> names;
  const auto add = [&](std::string_view path) {
    if (path.substr(0, prefix.size()) != prefix) return;
    path.remove_prefix(prefix.size());
    const auto name = path.substr(0, path.find('.'));
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const SettingRow& row : settingsTable()) add(row.path);
  for (const auto* path : {"streams", "outputs", "tests", "kafka.client"}) add(path);
  return names;
}

void reportUnknown(Diagnostics& diagnostics, const SourceText& key, const std::string& prefix) {
  const auto names = namesBelow(prefix);
  std::string help = didYouMean(key.text, names);
  if (help.empty()) help = fmt::format("known here: {}", listed(names));
  if (key.text == "<<") help = "merge keys are not supported; write the keys out";
  diagnostics.error("E010", key.place, fmt::format("unknown key '{}{}'", prefix, key.text),
                    std::move(help));
}

void readGroup(ValueReader& reader, const Node& map, const std::string& prefix,
               ApplicationConfig& config) {
  for (const NodeEntry& entry : map.entries) {
    const std::string path = prefix + entry.key.text;
    if (readElsewhere(path)) continue;
    if (const SettingRow* row = findRow(path)) {
      config.places[path] = entry.value.place;
      row->read(reader, entry.value, config);
    } else if (!isGroup(path)) {
      reportUnknown(reader.diagnostics(), entry.key, prefix);
    } else if (entry.value.isMap()) {
      readGroup(reader, entry.value, path + ".", config);
    } else if (!entry.value.isNull()) {
      reader.diagnostics().error(
          "E008", entry.value.place,
          fmt::format("{} needs a map; found {}", path, entry.value.kindName()),
          fmt::format("its keys: {}", listed(namesBelow(path + "."))));
    }
  }
}

}  // namespace

void readSettings(ValueReader& reader, const Node& root, ApplicationConfig& config) {
  for (const SettingRow& row : settingsTable()) row.reset(config);
  readGroup(reader, root, "", config);
  for (const SettingRow& row : settingsTable()) {
    if (!row.required || config.places.contains(row.path)) continue;
    reader.diagnostics().error("E009", {root.place.source, 1, 1, 2},
                               fmt::format("the setting '{}' is missing", row.path),
                               fmt::format("{}", row.text));
  }
}

}  // namespace lockstep::config
