#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <lockstep/model/checkpoint_positions.hpp>
#include <lockstep/ports/changelog.hpp>
#include <lockstep/ports/checkpoint_store.hpp>
#include <lockstep/ports/state_backend.hpp>

#include "state/checkpoint/sharded_state.hpp"

namespace lockstep {

/// One recovery of the state: brings all tables to exactly the last committed batch, or refuses.
///
/// 1. Check the target: shards = changelog partitions (E232), no changelog truncated (E208).
/// 2. Read the checkpoint's positions. Contradictions to graph, ledger or offsets refuse (E230,
///    E231). A checkpoint that is missing, damaged, foreign, outdated, ahead, or outside the log is
///    thrown away: everything comes from the changelog, never guessed.
/// 3. Load the checkpoint, then replay the changelogs from the stored positions to the high
///    watermarks; both shards side by side. The producer was initialised before, so what lies below
///    them is decided, and written by batches up to the last committed one: the state stands at
///    exactly that batch. A shard that does not fit into its share of memory is left in the
///    checkpoint; what the replay makes due beyond the share goes there as well, without new
///    positions.
/// 4. Nothing is written before the first batch. The report tells how much was replayed; when that
///    was much, the engine asks for a checkpoint at once (CheckpointSchedule).
class Restore {
 public:
  /// All of it lives longer than the Restore. `store` may be null.
  struct Context {
    const std::string& application;
    std::deque<OperatorState>& operators;
    const std::vector<StateDeclaration>& declarations;
    Changelog& changelog;
    CheckpointStore* store;
    InputFactory& inputs;
    std::chrono::nanoseconds patience;
    StateResidence residence;
  };
  Restore(const Context& context, const StateTarget& target) : context_(context), target_(target) {}

  Result<RestoreReport> run();

 private:
  Status checkTarget() const;
  /// Reads and judges what is on the disk. No positions = start from nothing.
  Result<std::optional<CheckpointPositions>> openCheckpoint();
  /// Throws the checkpoint away, and what was loaded of it.
  Status startOver(const std::string& reason);
  /// One shard's part of loading the checkpoint.
  struct Load {
    const std::string& operator_id;
    ShardId shard;
    StateTable& table;
    std::uint64_t keys;  ///< that the positions tell of
    Status status;
  };
  Status loadCheckpoint(const CheckpointPositions& stored);
  [[nodiscard]] Status loadShard(const Load& load) const;
  [[nodiscard]] std::size_t shards() const;
  /// Runs job(0) to job(count - 1) on the workers, and returns when all have ended.
  void sideBySide(std::size_t count, const std::function<void(std::size_t)>& job) const;
  Status replay(const std::optional<CheckpointPositions>& stored);
  /// Makes room once the replay has made too much due, or has read too much back.
  Status relieve();
  void evict();
  Status writeDue();
  [[nodiscard]] const StateTarget::Changelog* logOf(const std::string& operator_id,
                                                    std::uint32_t shard) const;

  Context context_;
  const StateTarget& target_;
  RestoreReport report_;
};

}  // namespace lockstep
