#pragma once

#include <lockstep/base/clock.hpp>

namespace lockstep::test {

/// Time that moves only when told to, or when somebody sleeps.
class ManualClock final : public Clock {
 public:
  Instant now() const override { return now_; }
  WallTime wallNow() const override { return std::chrono::floor<std::chrono::milliseconds>(wall_); }
  void sleep(std::chrono::nanoseconds duration) override { advance(duration); }
  void advance(std::chrono::nanoseconds duration) {
    now_ += duration;
    wall_ += duration;
  }

 private:
  Instant now_{std::chrono::seconds(1000)};
  std::chrono::sys_time<std::chrono::nanoseconds> wall_{std::chrono::seconds(1'700'000'000)};
};

}  // namespace lockstep::test
