#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/model/state_declaration.hpp>

#include "connectors/memory/admin.hpp"

namespace lockstep::sim {

/// Everything that a run of a Subject has committed, byte by byte: two runs that give the same
/// results have the same evidence.
struct Evidence {
  struct Record {
    std::int32_t partition = 0;
    memory::OwnedRecord record;
  };
  using Batch = std::vector<Record>;  ///< partition by partition
  /// Of each topic that is written, one batch for each step.
  std::map<std::string, std::vector<Batch>> topics;

  struct State {
    StateDeclaration declared;
    std::map<std::string, std::string> entries;  ///< key -> the value of its changelog's record
  };
  std::map<std::string, State> states;  ///< by id, as they are in the end
};

/// All but the offset: aborted records take offsets, too.
[[nodiscard]] bool sameRecord(const Evidence::Record& a, const Evidence::Record& b);

/// Gathers the evidence of one run. Thread: one.
class EvidenceTaker {
 public:
  /// `topics`: those that are written, and how many partitions each has.
  EvidenceTaker(std::string application, std::map<std::string, std::int32_t> topics)
      : application_(std::move(application)), topics_(std::move(topics)) {}

  /// The batches of the next step are decided: what is in the logs now is of it and those before.
  void decided(memory::Admin& kafka);
  /// At the end, when all is readable. `states`: those of the application's graph.
  [[nodiscard]] Evidence take(memory::Admin& kafka,
                              const std::vector<StateDeclaration>& states) const;

 private:
  const std::string application_;
  const std::map<std::string, std::int32_t> topics_;
  std::map<TopicPartition, std::vector<Offset>> ends_;  ///< by step
};

}  // namespace lockstep::sim
