#pragma once

#include <memory>

#include <lockstep/ports/state_table.hpp>

#include "tests/sim/options.hpp"

namespace lockstep::sim {

/// The tables of an instance, with the bug about evicted keys that the mutant puts into them
/// (kEvictDirty, kEvictedIsAbsent, kVisitForgetsEvicted); the real ones for every other mutant.
[[nodiscard]] std::unique_ptr<StateTableFactory> tablesWith(Mutant mutant);

}  // namespace lockstep::sim
