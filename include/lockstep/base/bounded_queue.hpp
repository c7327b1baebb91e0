#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include <lockstep/base/mutex.hpp>

namespace lockstep {

/// A queue between threads with a bound on count and bytes. Full means wait, never a drop.
/// close() lets readers finish what is queued and then see nullopt; writers see false.
/// Thread: any number of writers and readers.
template <class T>
class BoundedQueue {
 public:
  BoundedQueue(std::size_t count_max, std::size_t bytes_max)
      : count_max_(count_max), bytes_max_(bytes_max) {}

  /// Waits while the queue is full; one item larger than the byte bound passes alone.
  /// Returns false, having taken nothing, when the queue is closed.
  bool push(T item, std::size_t bytes = 0) {
    MutexLock lock(mutex_);
    while (!closed_ && !fits(bytes)) changed_.wait(lock);
    if (closed_) return false;
    bytes_ += bytes;
    items_.emplace_back(std::move(item), bytes);
    changed_.notify_all();
    return true;
  }

  /// Waits for an item, at most until `timeout` has passed.
  [[nodiscard]] std::optional<T> pop(std::chrono::nanoseconds timeout) {
    const auto until = std::chrono::steady_clock::now() + timeout;
    MutexLock lock(mutex_);
    while (items_.empty() && !closed_) {
      if (changed_.wait_until(lock, until) == std::cv_status::timeout && items_.empty())
        return std::nullopt;
    }
    return take();
  }

  /// Waits for an item or for close().
  [[nodiscard]] std::optional<T> pop() {
    MutexLock lock(mutex_);
    while (items_.empty() && !closed_) changed_.wait(lock);
    return take();
  }

  void close() {
    MutexLock lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

  [[nodiscard]] std::size_t size() const {
    MutexLock lock(mutex_);
    return items_.size();
  }

 private:
  [[nodiscard]] bool fits(std::size_t bytes) const REQUIRES_LOCK(mutex_) {
    return items_.empty() || (items_.size() < count_max_ && bytes_ + bytes <= bytes_max_);
  }
  std::optional<T> take() REQUIRES_LOCK(mutex_) {
    if (items_.empty()) return std::nullopt;
    std::optional<T> item(std::move(items_.front().first));
    bytes_ -= items_.front().second;
    items_.pop_front();
    changed_.notify_all();
    return item;
  }

  const std::size_t count_max_;
  const std::size_t bytes_max_;
  mutable Mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<std::pair<T, std::size_t>> items_ GUARDED_BY(mutex_);
  std::size_t bytes_ GUARDED_BY(mutex_) = 0;
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace lockstep
