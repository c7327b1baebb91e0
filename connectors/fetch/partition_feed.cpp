#include "connectors/fetch/partition_feed.hpp"

#include <utility>

namespace lockstep::fetch {

std::optional<PartitionFeed::Position> PartitionFeed::wanted(const Limits& limits) {
  MutexLock lock(mutex_);
  const bool room =
      queue_.empty() || (queue_bytes_ < limits.partition_bytes_max &&
                         all_->load(std::memory_order_relaxed) < limits.all_bytes_max);
  held_back_ = !room || !failed_.ok();
  if (held_back_) return std::nullopt;
  return Position{next_, generation_};
}

void PartitionFeed::deliver(const Position& asked, FetchedSlice slice, std::int64_t next) {
  MutexLock lock(mutex_);
  if (asked.generation != generation_) return;
  next_ = next;
  queue_bytes_ += slice.records.size();
  all_->fetch_add(slice.records.size(), std::memory_order_relaxed);
  queue_.push_back(std::move(slice));
  arrived_.notify_one();
}

void PartitionFeed::fail(const Position& asked, Status status) {
  MutexLock lock(mutex_);
  if (asked.generation != generation_ || !failed_.ok()) return;
  failed_ = std::move(status);
  arrived_.notify_one();
}

void PartitionFeed::fail(Status status) {
  MutexLock lock(mutex_);
  if (!failed_.ok()) return;
  failed_ = std::move(status);
  arrived_.notify_one();
}

Result<std::optional<FetchedSlice>> PartitionFeed::take(Deadline deadline, const Clock& clock) {
  MutexLock lock(mutex_);
  while (queue_.empty() && failed_.ok()) {
    const auto left = deadline.at - clock.now();
    if (left <= left.zero()) return std::optional<FetchedSlice>();
    arrived_.wait_for(lock, left);
  }
  if (queue_.empty()) return failed_;
  std::optional<FetchedSlice> slice(std::move(queue_.front()));
  queue_.pop_front();
  queue_bytes_ -= slice->records.size();
  all_->fetch_sub(slice->records.size(), std::memory_order_relaxed);
  wakeLoop();
  return slice;
}

void PartitionFeed::seek(Offset next) {
  MutexLock lock(mutex_);
  dropQueue();
  ++generation_;
  next_ = next.value();
  failed_ = {};
  waker_->wake();
}

void PartitionFeed::dropQueue() {
  all_->fetch_sub(queue_bytes_, std::memory_order_relaxed);
  queue_bytes_ = 0;
  queue_.clear();
}

}  // namespace lockstep::fetch
