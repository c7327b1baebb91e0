// The watermark: what moves it, what holds it back, what it keeps.
#include "tests/support/catch.hpp"
#include "tests/unit/dstream/event_time_runner.hpp"

using namespace lockstep;
using std::chrono::milliseconds;
using test::EventTimeRunner;
using test::Lines;

namespace {

/// The watermarks as they move.
void showWatermarks(EventTimeRunner& run, const WatermarkOptions& options, int partitions) {
  run.show(run.timed(options, partitions).watermarks().map([](EventTime time) {
    return static_cast<std::int64_t>(time.time_since_epoch().count());
  }));
  run.prepare();
}

}  // namespace

TEST_CASE("the watermark is the least of the partitions' greatest times, less the delay",
          "[unit][dstream][watermark]") {
  EventTimeRunner run;
  showWatermarks(run, {.id = "clock", .delay = milliseconds(10)}, 2);
  run.at(1000, "a", 1, 0).at(900, "a", 1, 0);
  CHECK(run.next().empty());  // partition 1 may have anything
  run.at(500, "b", 1, 1);
  CHECK(run.next() == Lines{"490"});
  run.at(400, "b", 1, 1).at(2000, "a", 1, 0);
  CHECK(run.next().empty());  // it does not go back
  run.at(5000, "b", 1, 1);
  CHECK(run.next() == Lines{"1990"});
}

TEST_CASE("a partition without records for idle_after holds the watermark back no longer",
          "[unit][dstream][watermark]") {
  EventTimeRunner run;
  showWatermarks(run, {.id = "clock", .idle_after = milliseconds(3000)}, 2);
  run.at(100, "b", 1, 1).at(1000, "a", 1, 0);
  CHECK(run.next() == Lines{"100"});  // at 1 s
  run.at(2000, "a", 1, 0);
  CHECK(run.next().empty());
  run.at(3000, "a", 1, 0);
  CHECK(run.next().empty());
  CHECK(run.next() == Lines{"3000"});  // at 4 s, without records
  run.at(1500, "b", 1, 1);
  CHECK(run.next().empty());  // it is back, behind the watermark
  run.at(9000, "a", 1, 0);
  CHECK(run.next().empty());
  run.at(4000, "b", 1, 1);
  CHECK(run.next() == Lines{"4000"});
}

TEST_CASE("once all partitions are idle the latest of them counts", "[unit][dstream][watermark]") {
  EventTimeRunner run;
  showWatermarks(run, {.id = "clock", .idle_after = milliseconds(2000)}, 2);
  run.at(100, "b", 1, 1).at(1000, "a", 1, 0);
  CHECK(run.next() == Lines{"100"});
  CHECK(run.next().empty());
  CHECK(run.next() == Lines{"1000"});
}

TEST_CASE("a partition that the batch leaves behind is not idle: what it has not read may be there",
          "[unit][dstream][watermark]") {
  EventTimeRunner run;
  showWatermarks(run, {.id = "clock", .idle_after = milliseconds(2000)}, 2);
  run.at(100, "b", 1, 1).at(1000, "a", 1, 0);
  CHECK(run.next() == Lines{"100"});
  const bool closes = GENERATE(true, false);  // true: a batch that only closes boundaries
  for (int second = 2; second < 6; ++second) {
    BatchPlan plan = run.planAt(second);
    plan.closes_own_tick = closes;
    plan.behind = {{"in", Partition{1}}};
    CHECK(run.batchOf(plan).empty());
  }
  CHECK(run.batchOf(run.planAt(6)).empty());  // two seconds from the last of these
  CHECK(run.batchOf(run.planAt(7)) == Lines{"1000"});
}

TEST_CASE("a partition is idle however far behind another one is", "[unit][dstream][watermark]") {
  EventTimeRunner run;
  showWatermarks(run, {.id = "clock", .idle_after = milliseconds(2000)}, 2);
  run.at(100, "b", 1, 1).at(1000, "a", 1, 0);
  CHECK(run.next() == Lines{"100"});
  Lines all;
  for (int second = 2; second < 5; ++second) {
    run.at(1000 * second, "a", 1, 0);
    BatchPlan plan = run.planAt(second);
    plan.closes_own_tick = false;
    plan.behind = {{"in", Partition{0}}};
    for (const auto& line : run.batchOf(plan)) all.push_back(line);
  }
  CHECK(all == Lines{"3000", "4000"});
}

TEST_CASE("behind a shuffle no shard is idle while anything is left behind",
          "[unit][dstream][watermark]") {
  EventTimeRunner run;
  const auto sums = run.pairs().reduceByKey(std::plus<>(), {.step = {}, .parallelism = 2});
  run.show(sums.assignTimestamps([](const test::Pair& pair) { return pair.second; },
                                 {.id = "clock", .idle_after = milliseconds(2000)})
               .watermarks()
               .map([](EventTime time) {
                 return static_cast<std::int64_t>(time.time_since_epoch().count());
               }));
  run.prepare();
  for (const char key : std::string("abcdefgh")) run.put({key}, 100 * (key - 'a' + 1));
  const Lines first = run.next();
  REQUIRE(first.size() == 1);
  for (int second = 2; second < 5; ++second) {
    BatchPlan plan = run.planAt(second);
    plan.behind = {{"in", Partition{0}}};
    CHECK(run.batchOf(plan).empty());
  }
  Lines later;
  for (int second = 5; second < 8; ++second)
    for (const auto& line : run.batchOf(run.planAt(second))) later.push_back(line);
  CHECK(later == Lines{"800"});
}

TEST_CASE("a record that is rejected leaves no trace in the watermark, nor one without a time",
          "[unit][dstream][watermark]") {
  EventTimeRunner run;
  run.deadLetters();
  const auto timed = run.timed({.id = "clock"});
  run.save(timed.elements().map([](const test::Pair& pair) {
    if (pair.second < 0) throw RecordError(RecordErrorKind::kEval, "bad");
    return std::pair<std::string, std::string>(pair.first, "");
  }),
           "rest");
  run.show(timed.watermarks().map(
      [](EventTime time) { return static_cast<std::int64_t>(time.time_since_epoch().count()); }));
  run.prepare();
  run.at(1000, "a").at(9000, "a", -1).at(-5, "a");
  CHECK(run.next() == Lines{"1000"});
  CHECK(run.records("dlq").size() == 2);
}

TEST_CASE("a partition that is gone is forgotten, and an unchanged watermark is not written",
          "[unit][dstream][watermark]") {
  EventTimeRunner run;
  showWatermarks(run, {.id = "clock"}, 2);
  run.at(100, "b", 1, 1).at(1000, "a", 1, 0);
  run.next();
  CHECK(run.state->contents("clock").size() == 3);
  BatchPlan plan = run.planAt(2);
  plan.ranges.pop_back();
  CHECK(run.batchOf(plan) == Lines{"1000"});
  CHECK(run.state->contents("clock").size() == 2);
  CHECK(run.records("app-changelog-clock").size() == 2);
  run.batchOf(run.planAt(3));
  run.batchOf(run.planAt(4));
  CHECK(run.records("app-changelog-clock").empty());
}

TEST_CASE("a delay below zero is refused", "[unit][dstream][watermark]") {
  EventTimeRunner run;
  CHECK_THROWS_WITH(run.timed({.id = "clock", .delay = milliseconds(-1)}),
                    Catch::Matchers::Contains("delay of -1 ms"));
}
