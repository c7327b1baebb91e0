#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "src/config/diagnostic.hpp"
#include "src/config/node.hpp"

namespace lockstep::config {

/// One key of a small map (a stream's `kafka:`, an output's `print:`), as data: readKeys() checks
/// names by it, and the reference page lists it.
struct KeyRow {
  std::string_view name;
  std::string_view type;
  std::string_view fallback;  ///< "-" when there is none
  std::string_view text;
  bool required = false;
};

/// Calls `read(row, value)` for each known key of `map`, reports unknown and missing ones. `where`
/// names the map in messages ("kafka of stream lines"); `later` lists keys of later versions.
void readKeys(const Node& map, std::string_view where, std::span<const KeyRow> rows,
              Diagnostics& diagnostics,
              const std::function<void(const KeyRow&, const NodeEntry&)>& read,
              std::span<const std::string_view> later = {});

}  // namespace lockstep::config
