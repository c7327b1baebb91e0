// Ticks: multiples of the interval on the monotonic clock, anchored once.
#include "src/engine/tick_clock.hpp"

#include "tests/support/catch.hpp"

using namespace lockstep;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
BatchTime sinceEpoch(std::int64_t ms) { return BatchTime(milliseconds(ms)); }
const Instant kStart{seconds(5)};
}  // namespace

TEST_CASE("the first tick is the next multiple of the interval", "[unit][engine][tick_clock]") {
  const TickClock ticks(milliseconds(500), kStart, sinceEpoch(10'100), sinceEpoch(0));
  CHECK(ticks.first() == sinceEpoch(10'500));
  CHECK_FALSE(ticks.latestDue(kStart + milliseconds(399)));
  CHECK(ticks.latestDue(kStart + milliseconds(400)) == sinceEpoch(10'500));
  CHECK(ticks.dueAt(sinceEpoch(10'500)) == kStart + milliseconds(400));
}

TEST_CASE("ticks that were missed are merged into the latest", "[unit][engine][tick_clock]") {
  const TickClock ticks(milliseconds(500), kStart, sinceEpoch(10'000), sinceEpoch(0));
  CHECK(ticks.latestDue(kStart) == sinceEpoch(10'000));
  CHECK(ticks.latestDue(kStart + milliseconds(1'999)) == sinceEpoch(11'500));
}

TEST_CASE("batch times never go back, even when the wall clock did", "[unit][engine][tick_clock]") {
  const TickClock ticks(milliseconds(500), kStart, sinceEpoch(10'000), sinceEpoch(60'000));
  CHECK(ticks.first() == sinceEpoch(60'500));
  CHECK_FALSE(ticks.latestDue(kStart));
  CHECK(ticks.latestDue(kStart + milliseconds(500)) == sinceEpoch(60'500));
}

TEST_CASE("another interval than last time aligns to its own multiples",
          "[unit][engine][tick_clock]") {
  const TickClock ticks(milliseconds(700), kStart, sinceEpoch(10'001), sinceEpoch(10'000));
  CHECK(ticks.first() == sinceEpoch(10'500));
}
