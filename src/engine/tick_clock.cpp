#include "src/engine/tick_clock.hpp"

#include <algorithm>

namespace lockstep {
namespace {

BatchTime floorTo(BatchTime time, std::chrono::milliseconds interval) {
  const auto since = time.time_since_epoch();
  auto rest = since % interval;
  if (rest < rest.zero()) rest += interval;
  return BatchTime(since - rest);
}

}  // namespace

TickClock::TickClock(std::chrono::milliseconds interval, Instant now, WallTime wall, BatchTime last)
    : interval_(interval), anchor_instant_(now), anchor_(std::max(wall, last)) {
  first_ = floorTo(anchor_, interval_);
  if (first_ < anchor_) first_ += interval_;
  if (first_ <= last) first_ += interval_;
}

std::optional<BatchTime> TickClock::latestDue(Instant now) const {
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - anchor_instant_);
  const auto due = floorTo(anchor_ + elapsed, interval_);
  if (due < first_) return std::nullopt;
  return due;
}

Instant TickClock::dueAt(BatchTime tick) const { return anchor_instant_ + (tick - anchor_); }

}  // namespace lockstep
