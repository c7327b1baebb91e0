#pragma once

#include "tests/sim/simulation.hpp"

namespace lockstep::sim {

/// The smallest options found that still fail, with their outcome and trace.
struct Shrunk {
  Options options;
  Outcome outcome;
};

/// Drops faults, upsets and records, and shortens the schedule, as long as it still violates
/// something. REQUIRES: simulate(options) does.
[[nodiscard]] Shrunk shrink(Options options);

}  // namespace lockstep::sim
