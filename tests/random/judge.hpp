#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/random/subject.hpp"

namespace lockstep::random_graphs {

/// How each graph is tried.
struct Trial {
  std::uint64_t schedules = 4;  ///< of faults
  GraphBug graph_bug = GraphBug::kNone;
  sim::StoreBug store_bug = sim::StoreBug::kNone;
  Guarantee guarantee = Guarantee::kExactlyOnce;  ///< of the runs under faults
};

/// What became of one graph.
struct Verdict {
  std::optional<std::string> difference;  ///< the first one found; the graph and how to repeat it
  std::vector<std::string> story;         ///< of the schedule that differed
  sim::FaultCounts counts;
  bool compared = false;  ///< with another parallelism
};

/// Runs the graph of a seed undisturbed; with more workers, which has to give the same bytes; with
/// other numbers of partitions and shards, which has to give the same records of each key; and
/// under faults, in both variants, which has to give the same bytes and state.
[[nodiscard]] Verdict judge(std::uint64_t seed, const Trial& trial = {});

}  // namespace lockstep::random_graphs
