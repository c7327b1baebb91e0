#pragma once

#include <chrono>

#include <lockstep/model/ids.hpp>

namespace lockstep {

/// When the state is written to disk: every `interval` if batches were committed since, at once
/// when the state asks for it, once a day even when nothing changed (its age decides whether it may
/// be used), and at the end. One at a time.
class CheckpointSchedule {
 public:
  CheckpointSchedule(bool stateful, std::chrono::milliseconds interval)
      : stateful_(stateful), interval_(interval) {}

  /// The state was restored: as good as a checkpoint.
  void begin(Instant now, BatchId batch) {
    last_ = now;
    covered_ = batch;
  }
  /// Memory needs one soon. While one is running it may be what was asked for: ask again.
  void wanted() { wanted_ = !running_; }

  /// REQUIRES: end offsets were read after `committed` was decided, and nothing was sent since.
  [[nodiscard]] bool due(Instant now, BatchId committed, bool draining) const {
    if (!stateful_ || running_) return false;
    const bool changed = committed > covered_;
    if (changed && (draining || wanted_)) return true;
    return now - last_ >= (changed ? std::chrono::nanoseconds(interval_) : kRefresh);
  }
  void started(Instant now, BatchId batch) {
    running_ = true;
    wanted_ = false;
    last_ = now;
    writing_ = batch;
  }
  void written(bool ok) {
    running_ = false;
    if (ok) covered_ = writing_;
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
  Instant last_{};
  BatchId covered_;
  BatchId writing_;
  bool running_ = false;
  bool wanted_ = false;
};

}  // namespace lockstep
