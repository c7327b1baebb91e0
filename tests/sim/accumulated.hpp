#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/graph.hpp>

#include "tests/sim/graphs.hpp"
#include "tests/sim/options.hpp"

namespace lockstep::sim {

// Graph::kAccumulated: records are copied while an accumulator adds up their amounts; a record that
// is refused has added its amount before. In every other seed foreachRDD counts the records that
// it saw with a second one, and reads both.

/// Whether a schedule's graph has foreachRDD, too.
[[nodiscard]] inline bool readsAccumulators(const Options& options) {
  return options.seed % 2 == 0;
}

/// A sum and the number of its adds as one number, for oracle and state alike.
[[nodiscard]] inline std::int64_t totalOf(std::int64_t sum, std::int64_t count) {
  return sum * 1'000'000 + count;
}
/// The same of an accumulator's bytes in the state (docs/formats.md, "Accumulators").
[[nodiscard]] std::int64_t totalIn(const std::string& bytes);

void accumulatedGraph(DStreamGraph& graph, const DStream<RecordView>& input, const Options& options,
                      const std::function<void(Effect)>& on_effect);

}  // namespace lockstep::sim
