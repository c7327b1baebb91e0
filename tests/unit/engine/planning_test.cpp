// Planning: ticks, closings, limits, new partitions.
#include "tests/unit/engine/engine_driver.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

/// Every batch that ran, in order.
std::vector<BatchPlan> record(EngineDriver& driver, std::vector<BatchPlan>& plans) {
  const auto before = driver.compute;
  driver.compute = [before, &plans](const command::RunBatch& run) {
    plans.push_back(run.plan);
    return before(run);
  };
  return plans;
}
BatchTime sinceStart(std::int64_t ms) { return BatchTime(milliseconds(1'700'000'000'000 + ms)); }

}  // namespace

TEST_CASE("an idle tick runs, closes and commits nothing", "[unit][engine][planning]") {
  EngineDriver driver(EngineDriver::options());
  std::vector<BatchPlan> plans;
  record(driver, plans);
  driver.start().text();
  driver.tick().tick();
  CHECK(driver.text() == "inputs, run 1, confirm 1, inputs, run 1, confirm 1");
  REQUIRE(plans.size() == 2);
  CHECK(plans[0].time == sinceStart(500));
  CHECK(plans[1].time == sinceStart(1'000));
  CHECK(plans[1].closes_own_tick);
  CHECK(plans[1].closes_first.empty());
}

TEST_CASE("a graph without idle work runs nothing on an idle tick", "[unit][engine][planning]") {
  auto options = EngineDriver::options();
  options.idle_batches = false;
  EngineDriver driver(options);
  driver.start().text();
  driver.tick().tick();
  CHECK(driver.text() == "inputs, inputs");
}

TEST_CASE("an idle batch with effects commits", "[unit][engine][planning]") {
  EngineDriver driver(EngineDriver::options());
  driver.compute = [](const command::RunBatch& run) {
    event::BatchComputed computed;
    computed.batch = run.plan.id;
    computed.has_effects = true;
    return computed;
  };
  driver.start().text();
  driver.tick();
  CHECK(driver.text() == "inputs, run 1, batch 1, confirm 1, ends");
}

TEST_CASE("ticks that come due while a batch runs are merged, and closed first by the next batch",
          "[unit][engine][planning]") {
  EngineDriver driver(EngineDriver::options());
  driver.cluster.end("in") = Offset{10};
  driver.start();
  driver.hold("run");
  driver.tick();
  const auto first = driver.take<command::RunBatch>().plan;
  CHECK(first.time == sinceStart(500));
  driver.tick().tick().tick();  // 1000, 1500 and 2000 come due
  event::BatchComputed computed;
  computed.batch = first.id;
  computed.has_effects = true;
  driver.feed(computed);
  const auto second = driver.take<command::RunBatch>().plan;
  CHECK(second.time == sinceStart(2'000));
  CHECK(second.closes_first == std::vector{sinceStart(1'500)});
  CHECK(second.closes_own_tick);
}

TEST_CASE("a clamped batch is followed at once by the next, with the same batch time",
          "[unit][engine][planning]") {
  auto options = EngineDriver::options();
  options.max_records_per_partition = 4;
  EngineDriver driver(options);
  std::vector<BatchPlan> plans;
  record(driver, plans);
  driver.cluster.end("in") = Offset{10};
  driver.start().tick();
  REQUIRE(plans.size() == 3);
  for (const auto& plan : plans) CHECK(plan.time == sinceStart(500));
  CHECK_FALSE(plans[0].closes_own_tick);
  CHECK_FALSE(plans[1].closes_own_tick);
  CHECK(plans[2].closes_own_tick);
  CHECK(plans[2].ranges[0] == OffsetRange{{"in", Partition{0}}, Offset{8}, Offset{10}});
  CHECK(driver.cluster.ledger->batch == plans[2]);
}

TEST_CASE("a tick left open is closed first by the first batch of a later tick",
          "[unit][engine][planning]") {
  auto options = EngineDriver::options();
  options.max_records_per_partition = 4;
  EngineDriver driver(options);
  driver.cluster.end("in") = Offset{6};
  driver.start();
  driver.hold("run");
  driver.tick();
  const auto first = driver.take<command::RunBatch>().plan;
  driver.tick();
  event::BatchComputed computed;
  computed.batch = first.id;
  computed.has_effects = true;
  driver.feed(computed);
  const auto second = driver.take<command::RunBatch>().plan;
  CHECK(second.time == sinceStart(1'000));
  CHECK(second.closes_first == std::vector{sinceStart(500)});
  CHECK(second.closed_before == sinceStart(0));
}

TEST_CASE("after a restart the ticks in between are closed in one step",
          "[unit][engine][planning]") {
  EngineDriver first(EngineDriver::options());
  first.cluster.end("in") = Offset{10};
  first.start().tick();
  auto options = EngineDriver::options();
  options.nonce = Nonce{2};
  EngineDriver second(options);
  second.cluster = first.cluster;
  second.wall += seconds(60);
  second.hold("run");
  second.start().tick();
  const auto plan = second.take<command::RunBatch>().plan;
  CHECK(plan.time == sinceStart(60'500));
  CHECK(plan.closes_first == std::vector{sinceStart(60'000)});
}

TEST_CASE("more open boundaries than a batch may close are spread over batches without input",
          "[unit][engine][planning]") {
  EngineDriver first(EngineDriver::options());
  first.cluster.end("in") = Offset{10};
  first.start().tick();
  auto options = EngineDriver::options();
  options.nonce = Nonce{2};
  options.window_slide = std::chrono::seconds(1);
  options.boundaries_max = 4;
  EngineDriver second(options);
  std::vector<BatchPlan> plans;
  record(second, plans);
  second.cluster = first.cluster;
  second.cluster.end("in") = Offset{12};
  second.wall += seconds(10);
  second.start().tick();
  REQUIRE(plans.size() == 3);
  CHECK(plans[0].time == sinceStart(4'000));
  CHECK(plans[0].closed_before == sinceStart(500));
  CHECK(plans[0].closes_first == std::vector{sinceStart(3'500)});
  CHECK(plans[0].closes_own_tick);
  CHECK(plans[0].ranges[0] == OffsetRange{{"in", Partition{0}}, Offset{10}, Offset{10}});
  CHECK(plans[1].time == sinceStart(8'000));
  CHECK(plans[1].closed_before == sinceStart(4'000));
  CHECK(plans[2].time == sinceStart(10'500));
  CHECK(plans[2].closed_before == sinceStart(8'000));
  CHECK(plans[2].closes_first == std::vector{sinceStart(10'000)});
  CHECK(plans[2].ranges[0].until == Offset{12});
}

TEST_CASE("a rate bounds a partition's records per interval", "[unit][engine][planning]") {
  auto options = EngineDriver::options();
  options.rate.max_per_partition = 10;
  EngineDriver driver(options);
  std::vector<BatchPlan> plans;
  record(driver, plans);
  driver.cluster.end("in") = Offset{100};
  driver.start().tick();
  REQUIRE(plans.size() == 1);  // the rest waits for the next tick
  CHECK(plans[0].ranges[0].span() == 5);
  CHECK_FALSE(plans[0].closes_own_tick);
  driver.tick();
  REQUIRE(plans.size() == 2);
  CHECK(plans[1].ranges[0].span() == 5);
  CHECK(plans[1].time == plans[0].time + milliseconds(500));
}

TEST_CASE("a rate that cuts less than other limits lets batches follow at once",
          "[unit][engine][planning]") {
  auto options = EngineDriver::options();
  options.rate.max_per_partition = 1'000'000;
  options.max_records_per_partition = 40;
  EngineDriver driver(options);
  std::vector<BatchPlan> plans;
  record(driver, plans);
  driver.cluster.end("in") = Offset{100};
  driver.start().tick();
  CHECK(plans.size() == 3);
}

TEST_CASE("backpressure reads what the last batches sustained, one batch a tick",
          "[unit][engine][planning]") {
  auto options = EngineDriver::options();
  options.rate.backpressure.emplace();
  options.rate.initial = 200;
  EngineDriver driver(options);
  std::vector<BatchPlan> plans;
  record(driver, plans);
  driver.cluster.end("in") = Offset{1'000'000};
  driver.start().tick();
  REQUIRE(plans.size() == 1);
  CHECK(plans[0].span() == 100);
  driver.tick();
  REQUIRE(plans.size() == 2);
  CHECK(plans[1].span() == 100);
}

TEST_CASE("a backlog is worked off in spans that at most double", "[unit][engine][planning]") {
  EngineDriver driver(EngineDriver::options());
  std::vector<BatchPlan> plans;
  record(driver, plans);
  driver.cluster.end("in") = Offset{1'000'000};
  driver.start().tick();
  REQUIRE(plans.size() >= 3);
  CHECK(plans[0].ranges[0].span() == 20'000);
  CHECK(plans[1].ranges[0].span() <= 40'000);
  CHECK(driver.committedAt("in", 0) == Offset{1'000'000});
}

TEST_CASE("with state, half of what a batch computes below an undecided one has to fit",
          "[unit][engine][planning]") {
  const bool state = GENERATE(false, true);
  EngineDriver driver(state ? EngineDriver::statefulOptions() : EngineDriver::options());
  if (state) driver.cluster.addTopic("app-changelog-counts", 2);
  std::vector<BatchPlan> plans;
  record(driver, plans);
  driver.compute = [real = driver.compute](const command::RunBatch& run) {
    auto computed = real(run);
    computed.processing = milliseconds(500);  // the interval
    return computed;
  };
  driver.cluster.end("in") = Offset{1'000'000};
  driver.hold("batch");
  driver.start().tick();
  REQUIRE(plans.size() == 2);
  CHECK(plans[1].ranges[0].span() == 20'000);
  driver.releaseAll();
  driver.settle();
  REQUIRE(plans.size() > 2);
  // 40,000 offsets in 500 ms and 250 ms.
  CHECK(plans[2].ranges[0].span() == (state ? 26'666 : 20'000));
}

TEST_CASE("catch_up: whole takes a backlog in one batch", "[unit][engine][planning]") {
  auto options = EngineDriver::options();
  options.catch_up_whole = true;
  EngineDriver driver(options);
  driver.cluster.end("in") = Offset{1'000'000};
  driver.hold("run");
  driver.start().tick();
  CHECK(driver.take<command::RunBatch>().plan.ranges[0].span() == 1'000'000);
}

TEST_CASE("a new partition is adopted at its log start and written down at once",
          "[unit][engine][planning]") {
  auto options = EngineDriver::options();
  options.idle_batches = false;
  EngineDriver driver(options);
  driver.start().tick().text();
  driver.cluster.addTopic("in", 3);
  driver.cluster.logStart("in", 2) = Offset{3};
  driver.cluster.end("in", 2) = Offset{3};
  driver.advance(seconds(31));
  CHECK(driver.text().find("assign, ") != std::string::npos);
  CHECK(driver.committedAt("in", 2) == Offset{3});
  driver.cluster.end("in", 2) = Offset{5};
  driver.tick();
  CHECK(driver.committedAt("in", 2) == Offset{5});
}

TEST_CASE("an assignment of new partitions that failed is made again", "[unit][engine][planning]") {
  EngineDriver driver(EngineDriver::options());
  driver.start().tick();
  driver.cluster.addTopic("in", 3);
  driver.hold("assign");
  driver.advance(seconds(31));
  for (int i = 0; i < 3; ++i) {
    driver.take<command::AssignInputs>();
    driver.feed(event::InputsAssigned{Status::retry("not yet")});
    driver.advance(seconds(5));
  }
  driver.release("assign");
  driver.settle();
  CHECK(driver.committedAt("in", 2) == Offset{0});
}

TEST_CASE("another topic id or fewer partitions stop a running application",
          "[unit][engine][planning]") {
  EngineDriver driver(EngineDriver::options());
  driver.start().tick();
  SECTION("id") {
    driver.cluster.topics["in"].id = "other";
    driver.advance(seconds(31));
    CHECK(driver.stopCode() == "E205");
  }
  SECTION("partitions") {
    driver.cluster.topics["in"].partitions = 1;
    driver.advance(seconds(31));
    CHECK(driver.stopCode() == "E206");
  }
}

TEST_CASE("a last batch time more than an hour ahead of the clock stops",
          "[unit][engine][planning]") {
  EngineDriver first(EngineDriver::options());
  first.cluster.end("in") = Offset{10};
  first.start().tick();
  auto options = EngineDriver::options();
  EngineDriver second(options);
  second.cluster = first.cluster;
  second.wall -= std::chrono::minutes(61);
  second.start();
  CHECK(second.stopCode() == "E213");
}

TEST_CASE("end offsets that cannot be read are asked for again", "[unit][engine][planning]") {
  EngineDriver driver(EngineDriver::options());
  driver.cluster.end("in") = Offset{10};
  driver.hold("inputs");
  driver.start().tick();
  for (int i = 0; i < 5; ++i) {
    driver.take<command::ReadInputEnds>();
    driver.feed(event::InputEndsRead{Status::retry("not yet"), {}, {}, {}, {}});
    driver.advance(seconds(5));
  }
  driver.release("inputs");
  driver.settle();
  CHECK(driver.committedAt("in", 0) == Offset{10});
}

TEST_CASE("a tick that is not released does not come due, however late it is",
          "[unit][engine][planning]") {
  auto options = EngineDriver::options();
  options.ticks_until = sinceStart(500);
  EngineDriver driver(options);
  std::vector<BatchPlan> plans;
  record(driver, plans);
  driver.start();
  CHECK(driver.engine.doneThrough() == sinceStart(0));
  driver.cluster.end("in") = Offset{3};
  driver.hold("run");
  driver.tick();
  CHECK_FALSE(driver.engine.doneThrough());  // its batch is under way
  driver.releaseAll();
  driver.settle();
  CHECK(driver.engine.doneThrough() == sinceStart(500));
  driver.tick().tick().tick();
  REQUIRE(plans.size() == 1);
  driver.feed(event::TickReleased{sinceStart(1'000)});  // it was due two intervals ago
  REQUIRE(plans.size() == 2);
  CHECK(plans[1].time == sinceStart(1'000));
  CHECK(driver.engine.doneThrough() == sinceStart(1'000));
}
