#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include <lockstep/base/mutex.hpp>
#include <lockstep/model/record_batch.hpp>

namespace lockstep {

class RecordBatchPool;

/// Gives a batch back to its pool. The pool outlives its batches.
struct ReturnToPool {
  RecordBatchPool* pool = nullptr;
  void operator()(RecordBatch* batch) const;
};
using PooledBatch = std::unique_ptr<RecordBatch, ReturnToPool>;

/// Empty record batches with warm memory, so that a steady application allocates nothing per batch.
/// Thread: any; called a few times per task and batch, never per record.
class RecordBatchPool {
 public:
  /// Keeps at most `idle_bytes_max` bytes of unused memory.
  explicit RecordBatchPool(std::size_t idle_bytes_max = 64 * 1024 * 1024)
      : idle_bytes_max_(idle_bytes_max) {}

  [[nodiscard]] PooledBatch acquire();

 private:
  friend struct ReturnToPool;
  struct Idle {
    std::unique_ptr<RecordBatch> batch;
    std::size_t bytes = 0;
  };
  void release(RecordBatch* batch);

  const std::size_t idle_bytes_max_;
  Mutex mutex_;
  std::vector<Idle> idle_ GUARDED_BY(mutex_);
  std::size_t idle_bytes_ GUARDED_BY(mutex_) = 0;
};

}  // namespace lockstep
