// Durations and sizes as users type them.
#include <lockstep/base/units.hpp>

#include "tests/support/catch.hpp"

using namespace lockstep;
using namespace std::chrono_literals;

TEST_CASE("durations are whole numbers with a unit", "[unit][base][units]") {
  CHECK(parseDuration("500ms").value() == 500ms);
  CHECK(parseDuration("7d").value() == 168h);
  CHECK(parseDuration("0s").value() == 0s);
  for (const auto* bad : {"", "500", "ms", "-1s", "1.5s", "1 s", "5sec", "99999999999999d"}) {
    INFO(bad);
    CHECK_FALSE(parseDuration(bad).ok());
  }
}

TEST_CASE("sizes are whole numbers with a unit", "[unit][base][units]") {
  CHECK(parseBytes("1GiB").value() == Bytes{1ULL << 30});
  CHECK(parseBytes("500MB").value() == Bytes{500'000'000});
  CHECK_FALSE(parseBytes("1G").ok());
}

TEST_CASE("what is printed can be typed again", "[unit][base][units]") {
  for (const auto duration : {std::chrono::nanoseconds(1ms), std::chrono::nanoseconds(90s),
                              std::chrono::nanoseconds(0s)}) {
    CHECK(parseDuration(formatDuration(duration)).value() == duration);
  }
  CHECK(formatDuration(90s) == "90s");
  CHECK(formatBytes({1ULL << 30}) == "1GiB");
}
