#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/random/catalogue.hpp"

namespace lockstep::random_graphs {

/// Mistakes that a graph can be drawn with, to see them found.
enum class GraphBug {
  kNone,
  kRemembers,        ///< a step has a memory beside its state
  kCountsPartitions  ///< what a step gives depends on the number of partitions
};

/// How one graph is drawn. Seeds go through the catalogue: as many graphs as it has steps have
/// each of them.
struct GraphChoice {
  std::uint64_t seed = 1;
  /// Another variant has other numbers of partitions and shards.
  std::uint32_t variant = 0;
  GraphBug bug = GraphBug::kNone;
};

/// A drawn graph, not prepared.
struct DrawnGraph {
  /// "s1 = input of in-0; s2 = map of s1 (times 2); s2 to kafka 0": what a failure shows.
  std::string text;
  std::shared_ptr<DStreamGraph> graph;
  std::map<std::string, std::int32_t> fed;      ///< topics with records, and their partitions
  std::map<std::string, std::int32_t> tables;   ///< topics of tables
  std::map<std::string, std::int32_t> written;  ///< topics of outputs
  /// Outputs whose order of each key's elements depends on the parallelism: their numbers.
  std::set<int> unordered;
  bool comparable = true;      ///< with other variants
  std::int64_t size = 0;       ///< about how many elements its largest stream has in a batch
  bool meets = false;          ///< what ticks bring meets other elements, or a window
  bool clocks = false;         ///< it has watermarks
  std::set<std::string> used;  ///< names of steps, inputs and outputs
};

/// The same choice gives the same graph. Throws what building it throws.
[[nodiscard]] DrawnGraph drawGraph(const GraphChoice& choice, std::shared_ptr<Effects> effects);

}  // namespace lockstep::random_graphs
