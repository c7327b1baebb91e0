#pragma once

#include <chrono>
#include <optional>

#include <lockstep/model/ids.hpp>

namespace lockstep {

/// When batches are due. Ticks are multiples of the batch interval; the monotonic clock drives
/// them, anchored once at max(wall clock, last recorded batch time): a wall clock that steps moves
/// nothing, and batch times never go back. Ticks that were missed are merged into the latest.
class TickClock {
 public:
  TickClock(std::chrono::milliseconds interval, Instant now, WallTime wall, BatchTime last);

  /// The latest tick that is due, nothing before the first one.
  [[nodiscard]] std::optional<BatchTime> latestDue(Instant now) const;
  /// When `tick` becomes due.
  [[nodiscard]] Instant dueAt(BatchTime tick) const;
  /// The first tick of this process: later than every recorded batch time.
  [[nodiscard]] BatchTime first() const { return first_; }
  [[nodiscard]] BatchTime before(BatchTime tick) const { return tick - interval_; }
  [[nodiscard]] BatchTime after(BatchTime tick) const { return tick + interval_; }

 private:
  std::chrono::milliseconds interval_;
  Instant anchor_instant_;
  BatchTime anchor_;
  BatchTime first_;
};

}  // namespace lockstep
