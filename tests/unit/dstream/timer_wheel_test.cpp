// TimerWheel: what goes off, in which order, and that nothing is lost or looked at in vain.
#include <lockstep/dstream/timer_wheel.hpp>

#include <map>
#include <random>
#include <set>

#include "tests/support/catch.hpp"
#include "tests/unit/dstream/window_runner.hpp"

using namespace lockstep;
using detail::TimerWheel;
using Timers = std::vector<std::pair<std::int64_t, std::string>>;

namespace {

EventTime ms(std::int64_t count) { return EventTime(std::chrono::milliseconds(count)); }

/// A wheel over a fake shard; every step is a batch with a fresh wheel, as after a restart.
class Wheel {
 public:
  Wheel() : state_({{"w", 1, "test", "", "", ""}}) {}

  void add(const Timers& timers) {
    TimerWheel wheel('t');
    for (const auto& [time, bytes] : timers) wheel.add(ms(time), bytes);
    CHECK(wheel.commit(place(), now_).ok());
    confirm();
  }
  Timers fire(std::int64_t through, const Timers& chained = {}) {
    Timers fired;
    TimerWheel wheel('t');
    CHECK(wheel
              .fire(place(), ms(through),
                    [&](EventTime time, std::string_view bytes) {
                      if (fired.empty())
                        for (const auto& [at, what] : chained) wheel.add(ms(at), what);
                      fired.emplace_back(time.time_since_epoch().count(), bytes);
                      return Status();
                    })
              .ok());
    now_ = ms(through);
    CHECK(wheel.commit(place(), now_).ok());
    confirm();
    return fired;
  }
  [[nodiscard]] std::size_t entries() { return state_.contents("w").size(); }

 private:
  TimerWheel::Place place() { return {state_.shard("w", ShardId{0}), batch_, BatchTime()}; }
  void confirm() {
    state_.confirm(batch_, "w", ShardId{0});
    batch_ = BatchId{batch_.value() + 1};
  }

  test::FakeState state_;
  BatchId batch_{1};
  EventTime now_{};
};

}  // namespace

TEST_CASE("timers go off when they are due, in order of time and bytes, each once",
          "[unit][dstream][timer_wheel]") {
  Wheel wheel;
  wheel.add({{500, "b"}, {20, "z"}, {500, "a"}, {501, "c"}, {20, "z"}});
  CHECK(wheel.fire(19).empty());
  CHECK(wheel.fire(20) == Timers{{20, "z"}});
  wheel.add({{500, "a"}});
  CHECK(wheel.fire(500) == Timers{{500, "a"}, {500, "b"}});
  CHECK(wheel.fire(500).empty());
  CHECK(wheel.fire(1'000'000'000) == Timers{{501, "c"}});
  CHECK(wheel.entries() == 0);
}

TEST_CASE("a timer set by one that goes off is due in its turn, or waits",
          "[unit][dstream][timer_wheel]") {
  Wheel wheel;
  wheel.add({{10, "a"}, {30, "b"}});
  CHECK(wheel.fire(40, {{20, "x"}, {50, "y"}, {5, "p"}}) ==
        Timers{{10, "a"}, {5, "p"}, {20, "x"}, {30, "b"}});
  CHECK(wheel.fire(50) == Timers{{50, "y"}});
}

TEST_CASE("random timers over many scales of time go off as an ordered set says",
          "[unit][dstream][timer_wheel]") {
  std::mt19937_64 random(20261122);
  Wheel wheel;
  std::set<std::pair<std::int64_t, std::string>> expected;
  std::int64_t now = 0;
  for (int step = 0; step < 200; ++step) {
    Timers more;
    for (std::size_t i = random() % 40; i-- > 0;) {
      const std::int64_t scale = std::int64_t{1} << (random() % 45);
      more.emplace_back(
          now + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(scale)),
          std::to_string(random() % 7));
    }
    wheel.add(more);
    expected.insert(more.begin(), more.end());
    now += static_cast<std::int64_t>(random() % (std::uint64_t{1} << (random() % 30)));
    const auto end = expected.upper_bound({now, "~"});
    const Timers due(expected.begin(), end);
    expected.erase(expected.begin(), end);
    REQUIRE(wheel.fire(now) == due);
    REQUIRE(wheel.entries() < 200);
  }
}

TEST_CASE("many timers of one time lie in few entries, and adding to them reads none back",
          "[unit][dstream][timer_wheel]") {
  Wheel wheel;
  Timers many;
  for (int i = 0; i < 20'000; ++i) many.emplace_back(60'000, "key-" + std::to_string(i));
  wheel.add(many);
  CHECK(wheel.entries() < 20);
  std::sort(many.begin(), many.end());
  CHECK(wheel.fire(60'000) == many);
}
