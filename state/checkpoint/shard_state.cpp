#include "state/checkpoint/shard_state.hpp"

#include <algorithm>
#include <array>

#include <lockstep/base/check.hpp>

namespace lockstep {
namespace {
constexpr std::size_t kVisitChunk = 256;
constexpr std::size_t kBytesKept = 256 * 1024;  ///< of a hand-over's memory, between checkpoints
constexpr std::size_t kPartBytes = 8 << 20;
/// Keys of a checkpoint that has ended, per decision or hand-over: some milliseconds.
constexpr std::size_t kEndedPart = 256 * 1024;
}  // namespace

void ShardState::noticeEnd(std::size_t part) {
  {
    MutexLock lock(mutex_);
    if (stage_ == Stage::kDurable || stage_ == Stage::kFailed) {
      ending_ = stage_ == Stage::kDurable;
      stage_ = Stage::kIdle;
    }
  }
  if (ending_ && !table_->checkpointEnded(*ending_, part)) ending_.reset();
}

void ShardState::reset() {
  {
    MutexLock lock(mutex_);
    LOCKSTEP_CHECK(stage_ != Stage::kWriting, "no state is reset while a checkpoint is written");
    stage_ = Stage::kIdle;
  }
  ending_.reset();
  if (const auto undecided = table_->undecided()) {
    table_->rollback(next(*undecided));
    table_->rollback(*undecided);
  }
  table_->clear();
}

void ShardState::confirm(BatchId batch) {
  noticeEnd(kEndedPart);
  table_->confirm(batch);
}

bool ShardState::prepareCheckpoint() {
  noticeEnd(kEndedPart);
  {
    MutexLock lock(mutex_);
    LOCKSTEP_CHECK(stage_ != Stage::kWriting, "no checkpoint is prepared while one is written");
    if (stage_ == Stage::kPrepared) table_->checkpointEnded(false);
    stage_ = Stage::kIdle;
  }
  handover_.values.clear();
  handover_.bytes.clear();
  handover_.undecided = table_->undecided();
  handover_.keys = table_->keys();
  // An ended checkpoint's keys that are still to be looked at take this part's time.
  if (!ending_ && part_ != 0) fill(part_);
  handover_.left = ending_ ? table_->due() : table_->toTake();
  MutexLock lock(mutex_);
  stage_ = Stage::kPrepared;
  return handover_.left != 0;
}

void ShardState::fill(std::size_t keys) {
  handover_.values.reserve(std::min(keys, table_->due()));
  std::array<KeyedValue, kVisitChunk> chunk;
  std::size_t bytes = 0;
  bool run_ended = false;
  // Whole runs, so that the next part begins behind this one's last hash.
  while ((handover_.values.size() < keys || !run_ended) && bytes < kPartBytes) {
    const std::size_t count = table_->takeDue(chunk);
    if (count == 0) break;
    run_ended = count < chunk.size();
    for (KeyedValue& value : std::span(chunk).first(count)) {
      value.key.bytes = handover_.bytes.copy(value.key.bytes);
      bytes += value.key.bytes.size();
      if (value.value) {
        value.value = handover_.bytes.copy(*value.value);
        bytes += value.value->size();
      }
      handover_.values.push_back(value);
    }
  }
}

const Handover* ShardState::beginWrite() {
  MutexLock lock(mutex_);
  if (stage_ != Stage::kPrepared) return nullptr;
  stage_ = Stage::kWriting;
  return &handover_;
}

void ShardState::endWrite(bool ok, bool more) {
  std::vector<KeyedValue>().swap(handover_.values);
  handover_.bytes.clear();
  handover_.bytes.shrink(kBytesKept);
  MutexLock lock(mutex_);
  LOCKSTEP_CHECK(stage_ == Stage::kWriting, "a write ends once");
  stage_ = !ok ? Stage::kFailed : more ? Stage::kPartWritten : Stage::kDurable;
}

}  // namespace lockstep
