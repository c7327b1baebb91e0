#pragma once

#include <nlohmann/json.hpp>

#include "src/config/diagnostic.hpp"
#include "src/config/node.hpp"

namespace lockstep::config {

/// Data in a file: null, boolean, integer, float, text, list or map.
using DataValue = nlohmann::json;

/// A YAML value as data: plain true/false, null and numbers keep their types, quoted scalars are
/// texts. Reports yes/no/on/off and octal numbers (E004).
[[nodiscard]] DataValue dataValue(const Node& node, Diagnostics& diagnostics);
/// The same for a scalar by itself: a map's key.
[[nodiscard]] DataValue dataValue(const SourceText& scalar, Diagnostics& diagnostics);

}  // namespace lockstep::config
