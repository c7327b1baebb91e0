#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <lockstep/base/clock.hpp>
#include <lockstep/base/result.hpp>
#include <lockstep/model/cluster.hpp>
#include <lockstep/model/record_batch.hpp>
#include <lockstep/model/state_declaration.hpp>
#include <lockstep/ports/input.hpp>
#include <lockstep/ports/state_shard.hpp>

namespace lockstep {

/// What recovery knows to be true; the state has to be brought to exactly this.
struct StateTarget {
  struct Changelog {
    TopicPartition partition;
    std::string topic_id;  ///< "" where the client library cannot tell
    Offset log_start;
    Offset high_watermark;  ///< not the last stable offset: nothing of ours may be missed
    Offset known_end;       ///< the end the ledger knew at the previous decision
    std::chrono::milliseconds delete_retention{0};
  };
  BatchId batch;                        ///< the last committed batch
  std::vector<PartitionOffset> inputs;  ///< committed input offsets
  std::vector<Changelog> changelogs;
  WallTime now;
  /// Guarantee::kAtLeastOnce: the changelog may be ahead of the committed offsets. Nothing is
  /// compared with them.
  bool as_found = false;
};

/// How recovery went, for log and metrics.
struct RestoreReport {
  bool rebuilt =
      false;  ///< everything from the changelog: the folder was lost, foreign, outdated or ahead
  std::string reason;         ///< why, when rebuilt
  std::uint64_t loaded = 0;   ///< keys that the checkpoint on the disk had
  std::uint64_t records = 0;  ///< changelog records applied
  std::uint64_t tail = 0;     ///< their bytes: the next restore reads them again until a checkpoint
  std::uint64_t keys = 0;
};

/// Bytes of keys, values and bookkeeping that memory has to hold until something has happened.
struct StateMemory {
  std::uint64_t dirty = 0;      ///< committed, and in no finished checkpoint: until the next one
  std::uint64_t undecided = 0;  ///< touched by undecided batches, with undo: until their decisions
  std::uint64_t batch = 0;      ///< the part of `undecided` that one batch has
};

/// What a checkpoint stands for. `changelog_ends` were read after `batch` was decided and before
/// anything later was sent.
struct CheckpointPoint {
  BatchId batch;
  std::vector<PartitionOffset> inputs;
  std::vector<PartitionOffset> changelog_ends;
  WallTime time;
};

/// The whole application's state: tables in memory, changelog in the batch's transaction,
/// checkpoint on disk. docs/architecture.md, "State", has the rules that say when each call is
/// legal.
///
/// Life    restore -> { batches: operators touch, seal, confirm | rollback; checkpoints now and
/// then }
class StateBackend : public StateAccess {
 public:
  /// Brings the state to `target`: checkpoint from disk, then the changelog's tail up to the high
  /// watermark, or everything from the changelog. Refuses (E2xx, kFatal) when what it finds
  /// disagrees; kRetry when nothing moved for `patience`: call again, it starts anew. May take long
  /// otherwise: as long as something moves. Thread: control, no batch and no
  /// writeCheckpoint() running.
  virtual Result<RestoreReport> restore(const StateTarget& target, InputFactory& inputs,
                                        std::chrono::nanoseconds patience) = 0;

  /// Encodes the changelog records of one shard's keys that `batch` changed (value, presence, or
  /// time of the last touch): absolute values, or tombstones. Appends them to `out` with the batch
  /// time. REQUIRES: before the next batch touches the shard. Thread: the shard's worker.
  virtual void seal(BatchId batch, std::string_view operator_id, ShardId shard,
                    RecordBatch& out) = 0;

  /// `batch` is committed: its undo entries go, its keys become due for the next checkpoint.
  /// Thread: the shard's worker (the runtime calls it once per shard), in batch order.
  virtual void confirm(BatchId batch, std::string_view operator_id, ShardId shard) = 0;
  /// `batch` is aborted: its keys become what they were. Later batches first. Thread: as confirm().
  virtual void rollback(BatchId batch, std::string_view operator_id, ShardId shard) = 0;

  /// Hands a part of the committed values of the keys due to the checkpointer, as much as takes
  /// some milliseconds, and tells whether there is more. Memory only. The first part fixes which
  /// keys; batches may run between parts, and a value may be later than the checkpoint's point
  /// then: it is absolute, and the replay from the point passes it. Thread: as confirm(). REQUIRES:
  /// every batch up to the coming writeCheckpoint()'s is confirmed here; no writeCheckpoint() is
  /// running.
  virtual bool prepareCheckpoint(std::string_view operator_id, ShardId shard) = 0;
  /// Writes what prepareCheckpoint() handed over. The last part (`more` is false) makes it the
  /// state at `point`: values first, synced, positions last; dirty marks are cleared only then. A
  /// part that fails ends the checkpoint: E701 (kFatal, exit 74) when the disk fails. Thread:
  /// checkpointer, while batches run. REQUIRES: prepareCheckpoint() for every shard of every
  /// operator, changed or not, before each part; `more` when it said so for one of them.
  virtual Status writeCheckpoint(const CheckpointPoint& point, bool more) = 0;

  [[nodiscard]] virtual const std::vector<StateDeclaration>& declarations() const = 0;
  /// Keys that have state. Thread: any; a recent figure.
  [[nodiscard]] virtual std::uint64_t keys() const = 0;
  /// Bytes of tables, undo and dirty lists. Thread: any; a recent figure.
  [[nodiscard]] virtual std::uint64_t bytes() const = 0;
  /// What cannot be given up now, over all shards, and what of it is due to `batch`. Exact when
  /// the batch was sealed. Thread: any; otherwise a recent figure.
  [[nodiscard]] virtual StateMemory memory(BatchId batch) const = 0;
};

}  // namespace lockstep
