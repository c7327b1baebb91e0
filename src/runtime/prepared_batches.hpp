#pragma once

#include <map>
#include <memory>
#include <span>
#include <vector>

#include <lockstep/base/mutex.hpp>
#include <lockstep/model/record_batch.hpp>

namespace lockstep {

/// The outputs of one partition that a computed batch wants to send.
struct PreparedOutput {
  TopicPartition target;
  const RecordBatch* records = nullptr;  ///< lives until the batch is dropped
};

/// Computed batches that wait for their transaction: the compute role puts them, the committer
/// sends them, the compute role drops them once they are decided. Thread: any. A batch's outputs do
/// not change between put() and drop().
class PreparedBatches {
 public:
  void put(BatchId batch, std::vector<PreparedOutput> outputs) {
    MutexLock lock(mutex_);
    batches_[batch] = std::make_shared<const std::vector<PreparedOutput>>(std::move(outputs));
  }
  /// Null when the batch was never put, or dropped.
  [[nodiscard]] std::shared_ptr<const std::vector<PreparedOutput>> find(BatchId batch) const {
    MutexLock lock(mutex_);
    const auto found = batches_.find(batch);
    return found == batches_.end() ? nullptr : found->second;
  }
  void drop(BatchId batch) {
    MutexLock lock(mutex_);
    batches_.erase(batch);
  }

 private:
  mutable Mutex mutex_;
  std::map<BatchId, std::shared_ptr<const std::vector<PreparedOutput>>> batches_ GUARDED_BY(mutex_);
};

}  // namespace lockstep
