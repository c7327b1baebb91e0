#include <lockstep/rdd/record_batch_pool.hpp>

namespace lockstep {

void ReturnToPool::operator()(RecordBatch* batch) const { pool->release(batch); }

PooledBatch RecordBatchPool::acquire() {
  MutexLock lock(mutex_);
  if (idle_.empty()) return {new RecordBatch, ReturnToPool{this}};
  Idle last = std::move(idle_.back());
  idle_.pop_back();
  idle_bytes_ -= last.bytes;
  return {last.batch.release(), ReturnToPool{this}};
}

void RecordBatchPool::release(RecordBatch* batch) {
  batch->clear();
  Idle idle{std::unique_ptr<RecordBatch>(batch), batch->capacity()};
  MutexLock lock(mutex_);
  if (idle_bytes_ + idle.bytes > idle_bytes_max_) return;  // frees it
  idle_bytes_ += idle.bytes;
  idle_.push_back(std::move(idle));
}

}  // namespace lockstep
