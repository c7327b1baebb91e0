#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include <lockstep/dstream/graph.hpp>

#include "tests/sim/options.hpp"

namespace lockstep::sim {

// Graph::kReceived: beside the first topic a receiver, whose log is the second topic. Its source
// sends the numbers from 1 on, and again what it was not told is safe.

/// Outlives every instance, as sources do.
struct NumberSource {
  std::int64_t available = 0;  ///< numbers that there are to send
  std::int64_t told = 0;       ///< up to here they are safe
};

/// A record of the receiver has the value "r0:NUMBER:1", and who wrote it for a key.
[[nodiscard]] inline bool isReceived(std::string_view value) { return value.starts_with("r"); }
[[nodiscard]] std::int64_t receivedNumber(std::string_view value);

void receivedGraph(const std::shared_ptr<DStreamGraph>& graph);

}  // namespace lockstep::sim
