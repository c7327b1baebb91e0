#pragma once

#include <algorithm>

#include "src/simulation/sim_clock.hpp"

namespace lockstep::sim {

/// The wall clock stands still before the next tick until the last one is done, however long that
/// takes: so a process that is started again, too, gives its next batch the time that it would have
/// had without a fault. The monotonic clock goes on.
class HeldClock final : public SimClock {
 public:
  HeldClock(Scheduler& scheduler, WallTime start, std::chrono::milliseconds interval)
      : SimClock(scheduler), scheduler_(scheduler), interval_(interval) {
    tickDone(start);
  }

  [[nodiscard]] WallTime wallNow() const override {
    constexpr std::chrono::milliseconds kMoment{1};
    const auto passed =
        std::chrono::floor<std::chrono::milliseconds>(scheduler_.now() - done_at_) + kMoment;
    return done_ + std::min(passed, std::max(interval_ - kMoment, kMoment));
  }
  /// The tick and all before it are done. Said again, it changes nothing.
  void tickDone(WallTime tick) {
    if (tick == done_) return;
    done_ = tick;
    done_at_ = scheduler_.now();
  }

 private:
  const Scheduler& scheduler_;
  const std::chrono::milliseconds interval_;
  WallTime done_{};
  Instant done_at_{};
};

}  // namespace lockstep::sim
