#pragma once

#include <atomic>
#include <cstdint>

#include <lockstep/base/clock.hpp>

namespace lockstep::memory {

/// Time that passes only when somebody sleeps or advance() is called. Thread: any.
class VirtualClock final : public Clock {
 public:
  /// `wall` is the wall clock's time at the start: records need timestamps that brokers accept.
  explicit VirtualClock(WallTime wall = WallTime(std::chrono::hours(24 * 365 * 55)))
      : wall_(wall) {}

  [[nodiscard]] Instant now() const override { return Instant(std::chrono::nanoseconds(now_)); }
  [[nodiscard]] WallTime wallNow() const override {
    return wall_ + std::chrono::floor<std::chrono::milliseconds>(now().time_since_epoch());
  }
  void sleep(std::chrono::nanoseconds duration) override { advance(duration); }
  void advance(std::chrono::nanoseconds duration) { now_ += duration.count(); }

 private:
  const WallTime wall_;
  std::atomic<std::int64_t> now_{0};
};

}  // namespace lockstep::memory
