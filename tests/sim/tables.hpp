#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <lockstep/dstream/graph.hpp>

#include "tests/sim/options.hpp"

namespace lockstep::sim {

// Graph::kTable: the records of the first topic beside what the second one, which is compacted now
// and then, has for them. The table keeps the amount of each key's latest record.

/// The amount that deletes a key instead.
inline constexpr std::int64_t kDeletes = 9;

/// Whether a record's value is of the table's topic.
[[nodiscard]] inline bool isOfTable(std::string_view value) {
  return value.find('q') != std::string_view::npos;
}
/// What a record looks up: its key, or, by every other seed, something that its value says.
[[nodiscard]] std::string lookedUp(const Options& options, std::string_view key,
                                   std::string_view value);
/// Whether a record whose key the table does not have is left out.
[[nodiscard]] inline bool dropsMissing(const Options& options) { return options.seed / 2 % 2 == 0; }

void tableGraph(const std::shared_ptr<DStreamGraph>& graph, const Options& options);

}  // namespace lockstep::sim
