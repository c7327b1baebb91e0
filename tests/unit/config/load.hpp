#pragma once

#include <map>
#include <string>
#include <vector>

#include "src/config/loader.hpp"

namespace lockstep::config::test {

/// A world without a process: only what the test puts into it.
struct World {
  std::map<std::string, std::string> environment;
  std::map<std::string, std::string> files;
  std::vector<std::string> overrides;

  [[nodiscard]] LoadedFile load(const std::string& text) const {
    LoadOptions options;
    options.overrides = overrides;
    options.surroundings.environment =
        [this](const std::string& name) -> std::optional<std::string> {
      const auto found = environment.find(name);
      if (found == environment.end()) return std::nullopt;
      return found->second;
    };
    options.surroundings.file = [this](const std::string& path) -> Result<std::string> {
      const auto found = files.find(path);
      if (found == files.end()) return Status::retry("the file " + path + " cannot be opened");
      return found->second;
    };
    return loadText("app.yaml", text, options);
  }
};

/// A legal file; `more` is put behind its settings, `steps` behind its stream's first step.
[[nodiscard]] inline std::string file(const std::string& more = {}, const std::string& steps = {}) {
  return "application: app\n"
         "kafka: { bootstrap: b:9092 }\n"
         "state: { dir: s }\n" +
         more +
         "streams:\n"
         "  in:\n"
         "    kafka: { topics: [t] }\n"
         "    steps:\n"
         "      - filter: value > 3\n" +
         steps + "outputs: [ { from: in, kafka: { topic: out } } ]\n";
}

[[nodiscard]] inline LoadedFile load(const std::string& text) { return World{}.load(text); }

/// "E012 23:9" of every mistake, in order.
[[nodiscard]] inline std::vector<std::string> codes(const LoadedFile& loaded) {
  std::vector<std::string> result;
  for (const Diagnostic& d : loaded.diagnostics.all()) {
    result.push_back(d.code + " " + std::to_string(d.place.line) + ":" +
                     std::to_string(d.place.column));
  }
  return result;
}

/// The codes alone.
[[nodiscard]] inline std::vector<std::string> bare(const LoadedFile& loaded) {
  std::vector<std::string> result;
  for (const Diagnostic& d : loaded.diagnostics.all()) result.push_back(d.code);
  return result;
}

using Codes = std::vector<std::string>;

}  // namespace lockstep::config::test
