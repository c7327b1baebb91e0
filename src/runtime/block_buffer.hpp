#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <optional>
#include <vector>

#include <lockstep/base/clock.hpp>
#include <lockstep/base/mutex.hpp>
#include <lockstep/ports/receiver.hpp>

namespace lockstep {

/// Gathers a receiver's records into blocks: Spark's BlockGenerator. Bounded; full means wait.
/// Thread: any number of receiver threads add; one writer takes.
class BlockBuffer {
 public:
  struct Options {
    std::chrono::milliseconds interval{200};
    std::optional<double> records_per_second;
  };
  struct Block {
    std::vector<ReceivedRecord> records;
    std::vector<OnStored> stored;  ///< of those that asked
    std::uint64_t bytes = 0;       ///< of keys and values
  };

  BlockBuffer(Options options, const Clock& clock) : options_(options), clock_(clock) {}

  /// Takes records, or refuses them (false).
  void accept(bool on);
  /// Adds a record; waits while the buffer is full or the rate is used up. False when refused.
  bool add(ReceivedRecord record, OnStored stored);
  /// The block goes at once, without waiting for the interval.
  void flush();
  /// Waits for a block: an interval after the last one, or earlier when it is full. Empty: none in
  /// that time. No value once closed and empty.
  [[nodiscard]] std::optional<Block> take();
  /// Records that wait for the writer.
  [[nodiscard]] std::size_t waiting() const;
  /// Refuses records from now on; the writer takes what is left.
  void close();

 private:
  static constexpr std::size_t kRecordsMax = 50'000;
  static constexpr std::size_t kBytesMax = 4 << 20;
  static constexpr std::size_t kRecordOverhead = 64;

  [[nodiscard]] bool full() const REQUIRES_LOCK(mutex_) {
    return block_.records.size() >= kRecordsMax ||
           block_.bytes + kRecordOverhead * block_.records.size() >= kBytesMax;
  }
  bool awaitTurn(MutexLock& lock) REQUIRES_LOCK(mutex_);

  const Options options_;
  const Clock& clock_;
  mutable Mutex mutex_;
  std::condition_variable_any changed_;
  Block block_ GUARDED_BY(mutex_);
  bool accepting_ GUARDED_BY(mutex_) = false;
  bool flush_ GUARDED_BY(mutex_) = false;
  bool closed_ GUARDED_BY(mutex_) = false;
  Instant next_record_ GUARDED_BY(mutex_){};  ///< by the rate
};

}  // namespace lockstep
