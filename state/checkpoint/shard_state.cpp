#include "state/checkpoint/shard_state.hpp"

#include <array>

#include <lockstep/base/check.hpp>

namespace lockstep {
namespace {
constexpr std::size_t kVisitChunk = 256;
constexpr std::size_t kBytesKept = 256 * 1024;  ///< of a hand-over's memory, between checkpoints
}  // namespace

void ShardState::noticeEnd() {
  bool durable = false;
  {
    MutexLock lock(mutex_);
    if (stage_ != Stage::kDurable && stage_ != Stage::kFailed) return;
    durable = stage_ == Stage::kDurable;
    stage_ = Stage::kIdle;
  }
  table_->checkpointEnded(durable);
}

void ShardState::reset() {
  {
    MutexLock lock(mutex_);
    LOCKSTEP_CHECK(stage_ != Stage::kWriting, "no state is reset while a checkpoint is written");
    stage_ = Stage::kIdle;
  }
  if (const auto undecided = table_->undecided()) {
    table_->rollback(next(*undecided));
    table_->rollback(*undecided);
  }
  table_->clear();
}

void ShardState::confirm(BatchId batch) {
  noticeEnd();
  table_->confirm(batch);
}

void ShardState::prepareCheckpoint() {
  noticeEnd();
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
  handover_.values.reserve(table_->due());
  std::array<KeyedValue, kVisitChunk> chunk;
  while (const std::size_t count = table_->takeDue(chunk)) {
    for (KeyedValue& value : std::span(chunk).first(count)) {
      value.key.bytes = handover_.bytes.copy(value.key.bytes);
      if (value.value) value.value = handover_.bytes.copy(*value.value);
      handover_.values.push_back(value);
    }
  }
  MutexLock lock(mutex_);
  stage_ = Stage::kPrepared;
}

const Handover* ShardState::beginWrite() {
  MutexLock lock(mutex_);
  if (stage_ != Stage::kPrepared) return nullptr;
  stage_ = Stage::kWriting;
  return &handover_;
}

void ShardState::endWrite(bool durable) {
  std::vector<KeyedValue>().swap(handover_.values);
  handover_.bytes.clear();
  handover_.bytes.shrink(kBytesKept);
  MutexLock lock(mutex_);
  LOCKSTEP_CHECK(stage_ == Stage::kWriting, "a write ends once");
  stage_ = durable ? Stage::kDurable : Stage::kFailed;
}

}  // namespace lockstep
