#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <lockstep/base/arena.hpp>
#include <lockstep/base/mutex.hpp>
#include <lockstep/ports/state_table.hpp>

namespace lockstep {

/// The committed values of a shard's due keys on their way from its worker to the checkpointer.
/// Copies: the worker goes on changing the table meanwhile.
struct Handover {
  std::vector<KeyedValue> values;
  /// The earliest batch that was undecided here: the values say nothing about it or later ones.
  std::optional<BatchId> undecided;
  std::uint64_t keys = 0;  ///< of the shard
  std::size_t left = 0;    ///< keys that later parts of the checkpoint will have
  Arena bytes;
};

/// One shard of one operator: its table, and the hand-over of due keys to the checkpointer.
///
/// Thread    The shard's worker; beginWrite() and endWrite() are the checkpointer's.
/// Stages    idle -> prepared -> being written -> ended -> idle, or, after all parts but the last,
///           being written -> partly written -> prepared. The worker's next calls take notice of
///           the end, a part of the keys each. Prepared again without a write in between, the first
///           hand-over is void.
class ShardState {
 public:
  /// `stored` is where evicted keys lie; null = the table keeps all.
  ShardState(std::unique_ptr<StateTable> table, std::unique_ptr<StoredKeys> stored)
      : stored_(std::move(stored)), table_(std::move(table)) {
    if (stored_ != nullptr) table_->readBackFrom(*stored_);
  }

  [[nodiscard]] StateTable& table() { return *table_; }
  [[nodiscard]] const StateTable& table() const { return *table_; }

  /// Forgets everything, undecided batches and prepared values too. REQUIRES: nothing is written.
  void reset();
  void confirm(BatchId batch);
  /// Hands over what was allotted, or a run more (StateTable::takeDue), fewer keys when they are
  /// large; whether there are more.
  bool prepareCheckpoint();

  /// The values to write; null when nothing was prepared. Holds until endWrite().
  [[nodiscard]] const Handover* beginWrite();
  /// `more` parts follow, if it went well.
  void endWrite(bool ok, bool more);
  /// Keys that are left for the checkpoint's later parts, and how many the next one is to have.
  /// REQUIRES: no prepareCheckpoint() is running.
  [[nodiscard]] std::size_t left() const { return handover_.left; }
  void allot(std::size_t keys) { part_ = keys; }

 private:
  enum class Stage { kIdle, kPrepared, kWriting, kPartWritten, kDurable, kFailed };
  /// Tells the table that a written hand-over has ended, of `part` of its keys.
  void noticeEnd(std::size_t part);
  void fill(std::size_t keys);

  std::unique_ptr<StoredKeys> stored_;
  std::unique_ptr<StateTable> table_;
  Mutex mutex_;
  Stage stage_ GUARDED_BY(mutex_) = Stage::kIdle;
  std::optional<bool> ending_;  ///< the worker's: a checkpoint ended so, not all keys know it yet
  std::size_t part_ = 0;        ///< keys of the next hand-over
  Handover handover_;  ///< the worker's while idle or ended, the checkpointer's while it writes
};

}  // namespace lockstep
