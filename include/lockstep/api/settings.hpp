#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lockstep {

namespace config {
struct ApplicationConfig;
}  // namespace config

/// Settings given by a program. What is left empty has the default of docs/configuration.md.
struct SettingsOptions {
  /// REQUIRED. Identity: consumer group, transactional.id, internal topics, state. Never reuse it.
  std::string application = {};
  std::string bootstrap = "localhost:9092";  ///< host:port, comma separated
  std::optional<std::chrono::milliseconds> batch_interval = {};
  /// Folder of the state's checkpoints; required by stateful steps.
  std::string state_dir = {};
  std::optional<std::uint32_t> threads = {};
  /// Any other setting, path and value as `lockstep run --set` takes them:
  /// {{"errors.decode", "dead_letter"}, {"errors.dead_letter_topic", "bad"}}. Wins over the above.
  std::vector<std::pair<std::string, std::string>> more = {};
};

/// The settings of one application, complete and checked: the part of the YAML file that is not its
/// streams, outputs and tests. A cheap, constant value; copies share it. Thread: any.
class Settings {
 public:
  /// Throws Error (78) with all mistakes at once.
  explicit Settings(const SettingsOptions& options);

  /// Reads a YAML file. `overrides` are "path=value" as `lockstep run --set` takes them. Streams,
  /// outputs and tests in the file are not looked at: the program has its own.
  /// Throws Error: 66 when the file cannot be read, 78 with all mistakes in it.
  [[nodiscard]] static Settings load(const std::string& file,
                                     const std::vector<std::string>& overrides = {});

  [[nodiscard]] const std::string& application() const;

  /// For the library itself.
  [[nodiscard]] const config::ApplicationConfig& config() const { return *config_; }

 private:
  explicit Settings(std::shared_ptr<const config::ApplicationConfig> config)
      : config_(std::move(config)) {}

  std::shared_ptr<const config::ApplicationConfig> config_;
};

}  // namespace lockstep
