#pragma once

#include <string>
#include <string_view>

#include "src/config/diagnostic.hpp"
#include "src/config/node.hpp"

namespace lockstep::config {

/// Reads the expression under `key` of a map. Reports what YAML makes of an unquoted expression (an
/// empty value, a list, a map, a quoted name) with the line as it should be. Returns false after a
/// mistake.
bool readExpression(const Node& value, std::string_view key, SourceText& out,
                    Diagnostics& diagnostics);

/// True when `key` of a { } map looks like the rest of an expression: `{ reduce: max(a, b) }` has a
/// second key `b)`. Reports it with the corrected line. `map` is the map that holds the key.
bool reportTornExpression(const Node& map, const NodeEntry& entry, Diagnostics& diagnostics);

/// For a place where YAML gave up inside `{ key: call(a, "b") }`: "write  key: 'call(a, "b")'".
/// Empty when the place does not look like that.
[[nodiscard]] std::string correctedLine(const Diagnostics& diagnostics, const Place& noticed);

}  // namespace lockstep::config
