#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <lockstep/model/state_declaration.hpp>

#include "connectors/memory/admin.hpp"
#include "src/cli/test_bench.hpp"

namespace lockstep::cli {

/// Everything that a run of a test has committed, byte by byte: two runs that give the same results
/// have the same evidence.
struct TestEvidence {
  struct Record {
    std::int32_t partition = 0;
    memory::OwnedRecord record;  ///< its offset is not compared: aborted records take offsets, too
  };
  using Batch = std::vector<Record>;  ///< partition by partition
  /// Of each topic that is written, one batch for each entry of `batches`.
  std::map<std::string, std::vector<Batch>> topics;

  struct State {
    StateDeclaration declared;
    std::map<std::string, std::string> entries;  ///< key -> the value of its changelog's record
  };
  std::map<std::string, State> states;  ///< by id, as they are in the end
};

/// Gathers the evidence of one run. Thread: one.
class EvidenceTaker {
 public:
  /// `bench` outlives it.
  explicit EvidenceTaker(const TestBench& bench) : bench_(bench) {}

  /// The batches of the next entry are decided: what is in the logs now is of it and those before.
  void decided(memory::Admin& kafka);
  /// At the end, when all is readable. `states`: those of the application's graph.
  [[nodiscard]] TestEvidence take(memory::Admin& kafka,
                                  const std::vector<StateDeclaration>& states) const;

 private:
  const TestBench& bench_;
  std::map<TopicPartition, std::vector<Offset>> ends_;  ///< by entry
};

}  // namespace lockstep::cli
