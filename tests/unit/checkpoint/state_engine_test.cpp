// The state engine without a disk: what seal() gives to the changelog, and that a new engine
// becomes the same by reading it.
#include "src/runtime/state_engine.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/state_bench.hpp"

using namespace lockstep;
using test::StateBench;
using Values = std::map<std::string, std::string>;

TEST_CASE("a sealed batch holds every changed key once, as its new value or a tombstone",
          "[unit][checkpoint][engine]") {
  StateBench bench;
  REQUIRE(bench.restart(nullptr).ok());
  bench.batch({{"a", "1"}, {"b", std::string(50, 'b')}});
  bench.batch({{"a", "2"}, {"b", "-"}, {"c", "3"}});
  CHECK(bench.keys() == Values{{"a", "2"}, {"c", "3"}});
  CHECK(bench.logRecords() == 5);
}

TEST_CASE("an engine without a disk becomes what it was from the changelog",
          "[unit][checkpoint][engine]") {
  StateBench bench;
  REQUIRE(bench.restart(nullptr).ok());
  for (int i = 0; i < 500; ++i) {
    bench.batch({{"key" + std::to_string(i % 70), std::to_string(i)},
                 {"gone" + std::to_string(i % 5), i % 2 == 0 ? "here" : "-"}});
  }
  const auto before = bench.items();
  const auto report = bench.restart(nullptr);
  REQUIRE(report.ok());
  CHECK(report->rebuilt);
  CHECK(report->keys == bench.keys().size());
  CHECK(bench.items() == before);
}

TEST_CASE("an aborted batch leaves nothing, with the one on top of it",
          "[unit][checkpoint][engine]") {
  StateBench bench;
  REQUIRE(bench.restart(nullptr).ok());
  bench.batch({{"a", "1"}});
  const auto before = bench.items();
  bench.compute({{"a", "2"}, {"b", "2"}});
  bench.compute({{"a", "3"}, {"c", "3"}});
  bench.rollbackAll();
  CHECK(bench.items() == before);
  bench.batch({{"a", "4"}});
  CHECK(bench.keys() == Values{{"a", "4"}});
}
