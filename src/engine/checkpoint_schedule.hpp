#pragma once

#include <chrono>
#include <cstdint>

#include <lockstep/base/units.hpp>
#include <lockstep/model/ids.hpp>

namespace lockstep {

/// When the state is written to disk: every `interval` if batches were committed since, at once
/// when the state asks for it or when a recovery would have to replay more than `tail_max` bytes of
/// changelogs, once a day even when nothing changed (its age decides whether it may
/// be used), and at the end. One at a time.
class CheckpointSchedule {
 public:
  CheckpointSchedule(bool stateful, std::chrono::milliseconds interval, Bytes tail_max)
      : stateful_(stateful), interval_(interval), tail_max_(tail_max.count) {}

  /// The state was restored, with `tail` bytes of changelogs behind the checkpoint: none is as good
  /// as a new one.
  void begin(Instant now, BatchId batch, std::uint64_t tail) {
    last_ = now;
    covered_ = tail == 0 ? batch : BatchId{0};
    tail_ = tail;
  }
  /// Memory needs one soon. While one is running it may be what was asked for: ask again.
  void wanted() { wanted_ = !running_; }
  /// A batch was decided that appended so much to the changelogs.
  void appended(std::uint64_t bytes) { tail_ += bytes; }

  /// REQUIRES: end offsets were read after `committed` was decided, and nothing was sent since.
  [[nodiscard]] bool due(Instant now, BatchId committed, bool draining) const {
    if (!stateful_ || running_) return false;
    const bool changed = committed > covered_;
    if (changed && (draining || wanted_ || tail_ > tail_max_)) return true;
    return now - last_ >= (changed ? std::chrono::nanoseconds(interval_) : kRefresh);
  }
  void started(Instant now, BatchId batch) {
    running_ = true;
    wanted_ = false;
    last_ = now;
    writing_ = batch;
    covering_ = tail_;
  }
  void written(bool ok) {
    running_ = false;
    if (ok) covered_ = writing_;
    tail_ -= covering_;  // of a failed one, too: not at once again
  }
  [[nodiscard]] bool running() const { return running_; }
  /// When it is due without further commits.
  [[nodiscard]] Instant dueAt(BatchId committed) const {
    return last_ + (committed > covered_ ? std::chrono::nanoseconds(interval_) : kRefresh);
  }
  [[nodiscard]] bool stateful() const { return stateful_; }

 private:
  static constexpr std::chrono::nanoseconds kRefresh = std::chrono::hours(24);

  bool stateful_;
  std::chrono::milliseconds interval_;
  std::uint64_t tail_max_;
  Instant last_{};
  BatchId covered_;
  BatchId writing_;
  std::uint64_t tail_ = 0;      ///< bytes of changelogs behind the last attempt
  std::uint64_t covering_ = 0;  ///< of them, what the one being written makes needless
  bool running_ = false;
  bool wanted_ = false;
};

}  // namespace lockstep
