#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <lockstep/base/clock.hpp>
#include <lockstep/base/mutex.hpp>
#include <lockstep/base/result.hpp>
#include <lockstep/model/ids.hpp>

#include "connectors/fetch/buffer_pool.hpp"
#include "connectors/fetch/fetch_messages.hpp"
#include "connectors/fetch/loop_waker.hpp"

namespace lockstep::fetch {

/// What one answer brought of one partition: batches as the broker has them, not looked into.
struct FetchedSlice {
  std::shared_ptr<const Buffer> memory;
  std::string_view records;
  std::vector<AbortedTransaction> aborted;
};

/// Bytes that wait for their readers, of all partitions of one input.
using FetchedBytes = std::atomic<std::size_t>;

/// Between the fetch loop and the reader of one partition: a queue of slices one way, positions the
/// other way. A seek begins a new generation; what was asked for in an older one is dropped when it
/// arrives. Thread: loop and reader, as the methods say.
class PartitionFeed {
 public:
  struct Position {
    std::int64_t next = 0;
    std::uint64_t generation = 0;
  };
  struct Limits {
    std::size_t partition_bytes_max = 0;
    std::size_t all_bytes_max = 0;
  };

  PartitionFeed(Offset start, std::shared_ptr<FetchedBytes> all, std::shared_ptr<LoopWaker> waker)
      : all_(std::move(all)), waker_(std::move(waker)), next_(start.value()) {}
  ~PartitionFeed() { dropQueue(); }

  // The loop's side.
  /// Where to fetch, or nothing when enough waits already or fetching has failed; the reader wakes
  /// the loop when that changes. A partition of which nothing waits is always asked for.
  [[nodiscard]] std::optional<Position> wanted(const Limits& limits);
  /// Appends what was fetched at `asked`; the next request begins at `next`.
  void deliver(const Position& asked, FetchedSlice slice, std::int64_t next);
  /// The reader gets the error after what waits; nothing is fetched before the next seek.
  void fail(const Position& asked, Status status);
  /// The same whatever the position is.
  void fail(Status status);

  // The reader's side.
  /// The next slice; waits for one until the deadline. Nothing: none has arrived. The error of
  /// fail(), once the slices before it are taken.
  [[nodiscard]] Result<std::optional<FetchedSlice>> take(Deadline deadline, const Clock& clock);
  /// Forgets slices and errors and fetches from `next` on.
  void seek(Offset next);

 private:
  void dropQueue() REQUIRES_LOCK(mutex_);
  void wakeLoop() REQUIRES_LOCK(mutex_) {
    if (held_back_) waker_->wake();
    held_back_ = false;
  }

  const std::shared_ptr<FetchedBytes> all_;
  const std::shared_ptr<LoopWaker> waker_;
  Mutex mutex_;
  std::condition_variable_any arrived_;
  std::deque<FetchedSlice> queue_ GUARDED_BY(mutex_);
  std::size_t queue_bytes_ GUARDED_BY(mutex_) = 0;
  std::int64_t next_ GUARDED_BY(mutex_);
  std::uint64_t generation_ GUARDED_BY(mutex_) = 0;
  Status failed_ GUARDED_BY(mutex_);
  bool held_back_ GUARDED_BY(mutex_) = false;
};

}  // namespace lockstep::fetch
