#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/options.hpp"

namespace lockstep::sim {

/// How a schedule went.
struct Outcome {
  std::optional<std::string> violation;  ///< what is wrong; nothing = all invariants held
  std::uint64_t steps = 0;
  std::uint64_t batches = 0;
  std::uint64_t starts = 0;  ///< of instances
  std::vector<std::string> trace;
};

/// Runs one schedule from its options: the same options give the same outcome, to the last step.
[[nodiscard]] Outcome simulate(const Options& options);

}  // namespace lockstep::sim
