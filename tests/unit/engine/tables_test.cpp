// Topics that tables are made of: read first at each start, and wholly where the table is new.
#include "tests/unit/engine/engine_driver.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

EngineOptions withTable() {
  auto options = EngineDriver::statefulOptions();
  options.inputs.push_back({"table", StartFrom::kEarliest});
  options.tables = {{"table", "counts"}};
  options.idle_batches = false;
  return options;
}

/// "in/0 0-5 table/0 0-9": the ranges that are not empty, batch by batch.
struct Ranges : PlanLog {
  explicit Ranges(EngineDriver& driver) : PlanLog(driver, &describe) {}
  static std::string describe(const BatchPlan& plan) {
    std::string text;
    for (const auto& range : plan.ranges) {
      if (range.span() == 0) continue;
      text += (text.empty() ? "" : " ") + toString(range.partition) + " " +
              std::to_string(range.from.value()) + "-" + std::to_string(range.until.value());
    }
    return text + (plan.closes_own_tick ? " closes" : "");
  }
};
using Batches = std::vector<std::string>;

}  // namespace

TEST_CASE("a table's topic is read to its end before any other input", "[unit][engine][tables]") {
  auto options = withTable();
  options.max_records_per_partition = 4;
  EngineDriver driver(options);
  Ranges ranges(driver);
  driver.cluster.addTopic("table", 1);
  driver.cluster.end("in", 0) = Offset{2};
  driver.cluster.end("table") = Offset{10};
  driver.start().tick();
  CHECK(ranges.batches == Batches{"table/0 0-4", "table/0 4-8", "table/0 8-10", "in/0 0-2 closes"});
}

TEST_CASE("where a table ends is looked at once: later records come with the others",
          "[unit][engine][tables]") {
  EngineDriver driver(withTable());
  Ranges ranges(driver);
  driver.cluster.addTopic("table", 1);
  driver.cluster.end("table") = Offset{3};
  driver.start().tick();
  driver.cluster.end("in", 0) = Offset{2};
  driver.cluster.end("table") = Offset{5};
  driver.tick();
  CHECK(ranges.batches == Batches{"table/0 0-3 closes", "in/0 0-2 table/0 3-5 closes"});
}

TEST_CASE("an application that was down reads its tables first, too", "[unit][engine][tables]") {
  EngineDriver first(withTable());
  first.cluster.addTopic("table", 1);
  first.cluster.end("table") = Offset{3};
  first.start().tick();
  auto options = withTable();
  options.nonce = Nonce{2};
  EngineDriver second(options);
  Ranges ranges(second);
  second.cluster = first.cluster;
  second.cluster.end("in", 1) = Offset{9};
  second.cluster.end("table") = Offset{8};
  second.wall += seconds(60);
  second.start().tick();
  CHECK(ranges.batches == Batches{"table/0 3-8", "in/1 0-9 closes"});
}

TEST_CASE("a batch with half of a table that is taken back does not let others go first",
          "[unit][engine][tables]") {
  EngineDriver driver(withTable());
  driver.cluster.addTopic("table", 1);
  driver.cluster.end("in", 0) = Offset{2};
  driver.cluster.end("table") = Offset{8};
  driver.start();
  driver.hold("run");
  driver.tick();
  const auto whole = driver.take<command::RunBatch>().plan;
  event::BatchComputed outgrown;
  outgrown.batch = whole.id;
  outgrown.status = abortedStatus();
  driver.feed(outgrown);
  driver.release("run");
  Ranges ranges(driver);
  driver.settle();
  REQUIRE(ranges.batches.size() >= 2);
  CHECK(ranges.batches.front() == "table/0 0-4");
  CHECK(ranges.batches.back().starts_with("in/0 0-2"));
}

TEST_CASE("--until-end ends after tables and inputs", "[unit][engine][tables]") {
  auto options = withTable();
  options.until_end = true;
  EngineDriver driver(options);
  Ranges ranges(driver);
  driver.cluster.addTopic("table", 1);
  driver.cluster.end("in", 0) = Offset{2};
  driver.cluster.end("table") = Offset{3};
  driver.start();
  driver.advance(seconds(2));
  CHECK(ranges.batches == Batches{"table/0 0-3", "in/0 0-2 closes"});
  REQUIRE(driver.stopped);
  CHECK(driver.stopped->status.ok());
}

TEST_CASE("a table that is new begins at its topic's start, though the topic was read before",
          "[unit][engine][tables]") {
  auto before = EngineDriver::options();
  before.inputs.push_back({"table", StartFrom::kEarliest});
  EngineDriver first(before);
  first.cluster.addTopic("table", 1);
  first.cluster.end("table") = Offset{6};
  first.start().tick();
  REQUIRE(first.committedAt("table", 0) == Offset{6});
  auto options = withTable();
  options.nonce = Nonce{2};
  EngineDriver second(options);
  Ranges ranges(second);
  second.cluster = first.cluster;
  second.wall += seconds(60);
  second.start().tick();
  CHECK(ranges.batches == Batches{"table/0 0-6 closes"});
  CHECK(second.committedAt("table", 0) == Offset{6});
}
