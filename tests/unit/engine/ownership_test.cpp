// What belongs to an instance comes as an event, once, before anything else is done.
#include "tests/unit/engine/engine_driver.hpp"

using namespace lockstep;
using namespace lockstep::test;

TEST_CASE("before anything is granted nothing is fenced, read or claimed",
          "[unit][engine][ownership]") {
  EngineDriver driver(EngineDriver::options());
  driver.owned.reset();
  driver.start().advance(seconds(5));
  CHECK(driver.text().empty());
  driver.feed(event::OwnershipGranted{});
  CHECK(driver.text().starts_with("init, read"));
  driver.tick();
  CHECK_FALSE(driver.stopped);
}

TEST_CASE("only partitions that were granted are claimed, read and committed",
          "[unit][engine][ownership]") {
  EngineDriver driver(EngineDriver::options());
  driver.owned = Ownership{{{{"in", Partition{1}}}}, {}};
  for (int i = 0; i < 2; ++i) driver.cluster.end("in", i) = Offset{10};
  driver.start().tick();
  CHECK(driver.committedAt("in", 1) == Offset{10});
  CHECK_FALSE(driver.cluster.committed.contains({"in", Partition{0}}));
  const auto& ranges = driver.lastTransaction().ledger->batch.ranges;
  REQUIRE(ranges.size() == 1);
  CHECK(ranges[0].partition == TopicPartition{"in", Partition{1}});
}

TEST_CASE("a new partition of an input is adopted only when it was granted",
          "[unit][engine][ownership]") {
  const bool all = GENERATE(false, true);
  EngineDriver driver(EngineDriver::options());
  if (!all) driver.owned = Ownership{{{{"in", Partition{0}}, {"in", Partition{1}}}}, {}};
  driver.start().tick();
  driver.cluster.addTopic("in", 3);
  driver.cluster.end("in", 2) = Offset{4};
  driver.advance(seconds(40));
  CHECK(driver.cluster.committed.contains({"in", Partition{2}}) == all);
  CHECK_FALSE(driver.stopped);
}

TEST_CASE("what is granted or taken later stops with E223, after the transaction under way",
          "[unit][engine][ownership]") {
  const bool taken = GENERATE(false, true);
  EngineDriver driver(EngineDriver::options());
  driver.cluster.end("in") = Offset{10};
  driver.start().hold("batch");
  driver.tick();
  driver.feed(taken ? Event::Body(event::OwnershipRevoked{})
                    : Event::Body(event::OwnershipGranted{}));
  CHECK_FALSE(driver.stopped);
  driver.endTransaction(true, Status(), false);
  CHECK(driver.stopCode() == "E223");
  CHECK(driver.stopped->status.exitCode() == ExitCode::kRestart);
}

TEST_CASE("a part of the shards is refused before anything is fenced",
          "[unit][engine][ownership]") {
  auto options = EngineDriver::options();
  options.state = {{"sums", 2, "updateStateByKey", "string", "long", ""}};
  EngineDriver driver(std::move(options));
  driver.owned = Ownership{{}, {{{"sums", ShardId{0}}}}};
  driver.start();
  CHECK(driver.stopCode() == "E223");
  CHECK(driver.text() == "stop");
}
