#pragma once

#include <span>
#include <string_view>

#include "src/config/diagnostic.hpp"
#include "src/config/key_table.hpp"
#include "src/config/node.hpp"
#include "src/config/stream_model.hpp"

namespace lockstep::config {

/// Reads `table: { topic: ... }` or `table: { file: ... }` into the stream's source.
void readTable(const Node& map, StreamConfig& stream, Diagnostics& diagnostics);

/// Whether a `join` is one with a table: it names `table` or `stream`.
[[nodiscard]] bool joinsTable(const Node& map);
[[nodiscard]] TableJoin readTableJoin(const Node& map, std::string_view stream,
                                      Diagnostics& diagnostics);

/// The keys of `table` of a topic and of a file, and of `join` with a table, for the reference
/// page.
[[nodiscard]] std::span<const KeyRow> topicTableKeys();
[[nodiscard]] std::span<const KeyRow> fileTableKeys();
[[nodiscard]] std::span<const KeyRow> tableJoinKeys();

}  // namespace lockstep::config
