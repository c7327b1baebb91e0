#include <lockstep/base/clock.hpp>

#include <algorithm>
#include <thread>

namespace lockstep {
namespace {

class SystemClock final : public Clock {
 public:
  Instant now() const override {
    return Instant(std::chrono::steady_clock::now().time_since_epoch());
  }
  WallTime wallNow() const override {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
  void sleep(std::chrono::nanoseconds duration) override { std::this_thread::sleep_for(duration); }
};

}  // namespace

Clock& systemClock() {
  static SystemClock clock;
  return clock;
}

std::chrono::milliseconds Deadline::left(const Clock& clock) const {
  const auto left = std::chrono::floor<std::chrono::milliseconds>(at - clock.now());
  return std::max(left, std::chrono::milliseconds(0));
}

}  // namespace lockstep
