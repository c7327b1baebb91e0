#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "src/config/model.hpp"
#include "src/config/node.hpp"
#include "src/config/value_reader.hpp"

namespace lockstep::config {

/// A setting whose type the table does not need to know; made from one Setting<T>.
struct SettingRow {
  std::string path;
  std::string type;      ///< "duration", "size", "number", "text", "secret", or the choices
  std::string fallback;  ///< "500ms"; "-" when there is none
  std::string range;     ///< "10ms to 1h"; empty without bounds
  std::vector<std::string> choices;  ///< of an enumeration
  std::string text;
  bool required = false;
  bool secret = false;
  /// Puts the default into the model.
  std::function<void(ApplicationConfig&)> reset;
  /// Reads a value, checks its range and puts it into the model; mistakes go to the reader.
  std::function<void(ValueReader&, const Node&, ApplicationConfig&)> read;
};

/// Every single-valued setting of a file (streams, outputs, tests and kafka.client have tables of
/// their own), in the order of the reference page.
[[nodiscard]] const std::vector<SettingRow>& settingsTable();

/// Reads all settings of the root map: defaults first, then what is written. Unknown keys, wrong
/// values and missing ones are reported. Keys of `kafka.client` are left to the caller.
void readSettings(ValueReader& reader, const Node& root, ApplicationConfig& config);

}  // namespace lockstep::config
