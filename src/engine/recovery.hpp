#pragma once

#include <string>
#include <vector>

#include <lockstep/model/ownership.hpp>

#include "src/engine/cluster_view.hpp"
#include "src/engine/committed.hpp"

namespace lockstep {

using InputTopics = std::vector<EngineOptions::InputTopic>;

/// What a start found, and what it has to do.
struct Recovery {
  /// Internal topics to create first; then the cluster is read again and recovery decides anew.
  std::vector<NewTopic> create;
  /// What is committed, with adopted partitions at their start positions, topic identities as they
  /// are now, and ends as read. The claim writes it down. Unset while `create` is not empty.
  Committed committed;
  InputTopics inputs;              ///< the named ones, and those that match a pattern
  std::vector<std::string> notes;  ///< for the log: adopted partitions, expired offsets
};

/// Decides from what was read after fencing whether the application is fresh, where it continues,
/// or why it must not run (docs/guarantees.md, "Start"). Positions are those of what is `owned`.
/// Pure.
///
/// Fresh means: no committed offset, empty or absent ledger, no changelog with records, no state
/// folder. A changelog that never held a record is a start that died before its claim.
[[nodiscard]] Result<Recovery> recover(const EngineOptions& options, const Ownership& owned,
                                       const ClusterView& cluster);

/// Checks that inputs, outputs and internal topics are the ones the ledger lists: same topic id,
/// not fewer partitions (E205, E206, E207, E208, E260), and that they exist (E211).
[[nodiscard]] Status checkTopics(const EngineOptions& options, const InputTopics& inputs,
                                 const ClusterView& cluster, const LedgerRecord& ledger);

/// Where a partition starts that was never committed: `earliest` = the log start, `latest` = the
/// last stable offset, `stop` = E214.
[[nodiscard]] Result<Offset> chooseStart(const EngineOptions& options, const ClusterView& cluster,
                                         const EngineOptions::InputTopic& topic,
                                         const TopicPartition& partition);

/// Identity of every topic that the application reads, writes or owns, as described now.
[[nodiscard]] std::vector<TopicIdentity> identities(const EngineOptions& options,
                                                    const InputTopics& inputs,
                                                    const ClusterView& cluster);

}  // namespace lockstep
