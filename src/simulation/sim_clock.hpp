#pragma once

#include <lockstep/base/clock.hpp>

#include "src/simulation/scheduler.hpp"

namespace lockstep::sim {

/// The scheduler's time. Whoever sleeps lets the others run.
class SimClock : public Clock {
 public:
  explicit SimClock(Scheduler& scheduler) : scheduler_(scheduler) {}
  [[nodiscard]] Instant now() const override { return scheduler_.now(); }
  [[nodiscard]] WallTime wallNow() const override {
    constexpr WallTime kStart{std::chrono::seconds(1'700'000'000)};
    return kStart + std::chrono::floor<std::chrono::milliseconds>(now().time_since_epoch());
  }
  void sleep(std::chrono::nanoseconds duration) override {
    scheduler_.sleepUntil(scheduler_.now() + duration);
  }

 private:
  Scheduler& scheduler_;
};

}  // namespace lockstep::sim
