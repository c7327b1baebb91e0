// --until-end: up to the last stable offsets read after init, back to back, then exit 0.
#include "tests/unit/engine/engine_driver.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {
EngineOptions untilEnd() {
  auto options = EngineDriver::options();
  options.until_end = true;
  options.max_records_per_partition = 4;
  return options;
}
}  // namespace

TEST_CASE("batches run back to back to the ends seen at start, the last one closes its tick",
          "[unit][engine][until_end]") {
  EngineDriver driver(untilEnd());
  driver.cluster.end("in", 0) = Offset{10};
  driver.hold("claim");
  driver.start();
  driver.cluster.end("in", 0) = Offset{1'000};  // after the reading: not ours any more
  driver.release("claim");
  driver.settle();
  REQUIRE(driver.stopped);
  CHECK(driver.stopped->status.ok());
  CHECK(driver.committedAt("in", 0) == Offset{10});
  CHECK(driver.committedAt("in", 1) == Offset{0});
  CHECK(driver.cluster.ledger->batch.id == BatchId{3});
  CHECK(driver.cluster.ledger->batch.closes_own_tick);
}

TEST_CASE("partitions already at their end need no batch", "[unit][engine][until_end]") {
  EngineDriver driver(untilEnd());
  driver.start();
  CHECK(driver.text() == "init, read, create, read, claim 1, claimed, assign, ends, stop");
}

TEST_CASE("an aborted batch is run again before the end", "[unit][engine][until_end]") {
  EngineDriver driver(untilEnd());
  driver.cluster.end("in") = Offset{3};
  driver.hold("batch");
  driver.start();
  driver.endTransaction(false, abortedStatus());
  CHECK_FALSE(driver.stopped);
  driver.endTransaction(true, Status(), false);
  REQUIRE(driver.stopped);
  CHECK(driver.committedAt("in", 0) == Offset{3});
}

TEST_CASE("state is checkpointed before the exit", "[unit][engine][until_end]") {
  auto options = untilEnd();
  options.state = {{"counts", 1, "updateStateByKey", "string", "long", ""}};
  EngineDriver driver(options);
  driver.cluster.end("in") = Offset{3};
  driver.start();
  CHECK(driver.text().ends_with("batch 1, confirm 1, ends, checkpoint 1, stop"));
}

TEST_CASE("--flush ends with a batch that flushes, after all input, and is run again if aborted",
          "[unit][engine][until_end]") {
  auto options = untilEnd();
  options.flush = true;
  EngineDriver driver(options);
  driver.cluster.end("in") = Offset{3};
  driver.compute = [compute = driver.compute](const command::RunBatch& run) {
    auto computed = compute(run);
    computed.has_effects |= run.plan.flushes;
    return computed;
  };
  driver.start();
  REQUIRE(driver.stopped);
  CHECK(driver.stopped->status.ok());
  CHECK(driver.committedAt("in", 0) == Offset{3});
  CHECK(driver.cluster.ledger->batch.id == BatchId{2});
  CHECK(driver.cluster.ledger->batch.flushes);
}
