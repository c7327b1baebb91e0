#pragma once

#include <chrono>
#include <cstdint>

namespace lockstep {

/// A moment of the monotonic clock: only differences mean something. Drives ticks and deadlines.
struct MonotonicClock {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = std::chrono::nanoseconds;
  using time_point = std::chrono::time_point<MonotonicClock>;
  static constexpr bool is_steady = true;
};
using Instant = MonotonicClock::time_point;

/// Milliseconds since the Unix epoch: what batch times and record timestamps are made of.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// The only source of time. Tests and the simulator drive it by hand.
/// Thread: any.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() const = 0;
  [[nodiscard]] virtual WallTime wallNow() const = 0;
  /// Blocks the caller for `duration`. The simulator lets others run meanwhile.
  virtual void sleep(std::chrono::nanoseconds duration) = 0;
};

/// The machine's clocks.
[[nodiscard]] Clock& systemClock();

/// A point in time after which a wait gives up. Every wait has one.
struct Deadline {
  Instant at;

  [[nodiscard]] static Deadline in(const Clock& clock, std::chrono::nanoseconds duration) {
    return {clock.now() + duration};
  }
  [[nodiscard]] bool passed(const Clock& clock) const { return clock.now() >= at; }
  /// Never negative, rounded down to whole milliseconds.
  [[nodiscard]] std::chrono::milliseconds left(const Clock& clock) const;
};

}  // namespace lockstep
