#pragma once

#include <algorithm>
#include <chrono>

#include <lockstep/base/clock.hpp>

namespace lockstep {

/// Pauses between tries of something that fails again and again: none before the second try, then
/// 100 ms, doubled up to 5 s. Time comes from outside.
class Backoff {
 public:
  void failed(Instant now) {
    ++failures_;
    if (failures_ == 1) {
      until_ = now;
      return;
    }
    const auto doubled = kFirst * (1LL << std::min(failures_ - 2, 6));
    until_ = now + std::min<std::chrono::milliseconds>(doubled, kMax);
  }
  void succeeded() {
    failures_ = 0;
    until_ = Instant{};
  }
  /// Waits at least until `instant`, whatever failed.
  void holdUntil(Instant instant) { until_ = std::max(until_, instant); }

  [[nodiscard]] bool over(Instant now) const { return now >= until_; }
  [[nodiscard]] Instant until() const { return until_; }

 private:
  static constexpr std::chrono::milliseconds kFirst{100};
  static constexpr std::chrono::milliseconds kMax{5'000};

  int failures_ = 0;
  Instant until_{};
};

}  // namespace lockstep
