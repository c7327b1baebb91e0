#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include <lockstep/dstream/graph.hpp>

#include "tests/sim/options.hpp"

namespace lockstep::sim {

// Graph::kReceived: beside the first topic a source from outside Kafka, whose log is the second
// topic: a receiver, or by every other seed a folder of files. A receiver's source sends the
// numbers from 1 on, and again what it was not told is safe. The folder has them in files of a few
// lines; how far each was read is in the log's positions.

[[nodiscard]] inline bool readsFolder(const Options& options) {
  return options.graph == Graph::kReceived && options.seed % 2 == 0;
}
inline constexpr std::int64_t kLinesOfFile = 3;

/// Outlives every instance, as sources do.
struct NumberSource {
  std::int64_t available = 0;  ///< numbers that there are; a file appears with its last one
  std::int64_t told = 0;       ///< up to here they are safe

  /// What there is, and so much more, up to the end of a file.
  void finish(std::int64_t more) {
    available = (available + more + kLinesOfFile - 1) / kLinesOfFile * kLinesOfFile;
  }
};

/// A record of the receiver has the value "r0:NUMBER:1", and who wrote it for a key.
[[nodiscard]] inline bool isReceived(std::string_view value) { return value.starts_with("r"); }
[[nodiscard]] std::int64_t receivedNumber(std::string_view value);

void receivedGraph(const std::shared_ptr<DStreamGraph>& graph, const Options& options);

}  // namespace lockstep::sim
