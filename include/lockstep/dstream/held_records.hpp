#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <lockstep/base/clock.hpp>
#include <lockstep/base/mutex.hpp>
#include <lockstep/dstream/dstream.hpp>
#include <lockstep/ports/receiver.hpp>

namespace lockstep {

/// Received records that are kept in memory only (Safety::kIgnore): from the receiver's block to
/// the batch of the next tick. A crash loses them. Bounded: put() waits.
/// Thread: any.
class HeldRecords {
 public:
  struct Record {
    ReceivedRecord record;
    WallTime received;
    std::int64_t offset = 0;  ///< counted from the start of the process
  };
  using Block = std::vector<Record>;

  explicit HeldRecords(std::size_t records_max = 1'000'000) : records_max_(records_max) {}

  /// Adds a block; waits while too much is held. False once closed.
  bool put(std::vector<ReceivedRecord> records, WallTime now);
  /// All that is held, as one block; null when nothing is.
  [[nodiscard]] std::shared_ptr<const Block> take();
  /// No block comes any more, and nobody waits.
  void close();
  [[nodiscard]] bool empty() const;

 private:
  const std::size_t records_max_;
  mutable Mutex mutex_;
  std::condition_variable_any changed_;
  Block waiting_ GUARDED_BY(mutex_);
  std::int64_t next_offset_ GUARDED_BY(mutex_) = 0;
  bool closed_ GUARDED_BY(mutex_) = false;
};

/// A stream of what `held` gets. The records' topic is `id`, their partition 0.
[[nodiscard]] DStream<RecordView> heldInput(const std::shared_ptr<DStreamGraph>& graph,
                                            std::shared_ptr<HeldRecords> held,
                                            const std::string& id);

}  // namespace lockstep
