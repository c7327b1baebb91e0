#pragma once

#include <span>
#include <vector>

#include "src/config/diagnostic.hpp"
#include "src/config/key_table.hpp"
#include "src/config/node.hpp"
#include "src/config/stream_model.hpp"

namespace lockstep::config {

/// Reads the map `streams`. A stream with a mistake is kept with what could be read, so that the
/// lint of the graph does not complain about names that do exist.
void readStreams(const Node& streams, std::vector<StreamConfig>& out, Diagnostics& diagnostics);

/// The keys of streams, for the reference page.
[[nodiscard]] std::span<const KeyRow> streamKeys();
[[nodiscard]] std::span<const KeyRow> kafkaInputKeys();
[[nodiscard]] std::span<const KeyRow> joinKeys();
[[nodiscard]] std::span<const KeyRow> cogroupKeys();

}  // namespace lockstep::config
