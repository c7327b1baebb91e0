#include <lockstep/api/settings.hpp>

#include <fmt/format.h>

#include <lockstep/base/error.hpp>
#include <lockstep/base/log.hpp>
#include <lockstep/base/units.hpp>

#include "src/config/loader.hpp"

namespace lockstep {
namespace {

using Config = std::shared_ptr<const config::ApplicationConfig>;

Config complete(config::LoadedFile loaded) {
  const auto& diagnostics = loaded.diagnostics;
  if (diagnostics.hasErrors()) {
    std::string text = diagnostics.print();
    while (text.ends_with('\n')) text.pop_back();
    throw Error(diagnostics.toStatus(), std::move(text));
  }
  if (diagnostics.warningCount() > 0) log::warn("{}", diagnostics.print());
  return std::make_shared<const config::ApplicationConfig>(std::move(loaded.application));
}

/// A YAML scalar that reads back as `text`, whatever is in it.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + '"';
}

/// The options as the loader takes them: each setting is defined, checked and defaulted there.
config::LoadOptions loadOptionsOf(const SettingsOptions& options) {
  config::LoadOptions load;
  load.settings_only = true;
  const auto set = [&](const std::string& path, const std::string& value) {
    load.overrides.push_back(path + "=" + value);
  };
  if (!options.application.empty()) set("application", quoted(options.application));
  set("kafka.bootstrap", quoted(options.bootstrap));
  if (options.batch_interval) set("batch.interval", formatDuration(*options.batch_interval));
  if (!options.state_dir.empty()) set("state.dir", quoted(options.state_dir));
  if (options.threads) set("threads", fmt::format("{}", *options.threads));
  for (const auto& [path, value] : options.more) set(path, value);
  return load;
}

}  // namespace

Settings::Settings(const SettingsOptions& options)
    : config_(complete(config::loadText("Settings", "{}", loadOptionsOf(options)))) {}

Settings Settings::load(const std::string& file, const std::vector<std::string>& overrides) {
  config::LoadOptions load;
  load.settings_only = true;
  load.overrides = overrides;
  return Settings(complete(config::loadFile(file, load)));
}

const std::string& Settings::application() const { return config_->application.text; }

}  // namespace lockstep
