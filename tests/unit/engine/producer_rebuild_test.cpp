// Doubt: dirty producers, unclear outcomes in both directions, and what is read before going on.
#include "tests/unit/engine/engine_driver.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {
/// Batch 1 ([0, 10) of in/0) is being committed.
EngineDriver committing() {
  EngineDriver driver(EngineDriver::options());
  driver.cluster.end("in") = Offset{10};
  driver.start();
  driver.hold("batch");
  driver.tick().text();
  return driver;
}
}  // namespace

TEST_CASE("a dirty producer is rebuilt, and everything read again, before the next transaction",
          "[unit][engine][producer_rebuild]") {
  auto driver = committing();
  driver.cluster.end("in") = Offset{20};
  driver.tick().text();
  driver.endTransaction(true, Status(), true);
  CHECK(driver.text() == "confirm 1, init, read, batch 2");
}

TEST_CASE("an unclear commit that happened is confirmed, never repeated",
          "[unit][engine][producer_rebuild]") {
  auto driver = committing();
  driver.endTransaction(true, unknown());
  CHECK(driver.text() == "init, read, confirm 1");
  driver.cluster.end("in") = Offset{12};
  driver.tick();
  CHECK(driver.lastTransaction().ledger->batch.ranges[0].from == Offset{10});
}

TEST_CASE("an unclear commit that did not happen is rolled back and run again with the same ranges",
          "[unit][engine][producer_rebuild]") {
  auto driver = committing();
  const auto ranges = driver.lastTransaction().ledger->batch.ranges;
  driver.cluster.end("in") = Offset{99};
  driver.endTransaction(false, unknown());
  CHECK(driver.text() == "init, read, rollback 1, run 1, identify, batch 1");
  CHECK(driver.lastTransaction().ledger->batch.ranges == ranges);
}

TEST_CASE("a certain abort also rebuilds the producer before the batch is sent again",
          "[unit][engine][producer_rebuild]") {
  auto driver = committing();
  driver.hold("read");
  driver.endTransaction(false, abortedStatus());
  CHECK(driver.text() == "rollback 1, init, run 1, read, identify");
  driver.release("read");
  driver.settle();
  CHECK(driver.text() == "batch 1");
}

TEST_CASE("offsets that are neither before nor after the batch stop",
          "[unit][engine][producer_rebuild]") {
  auto driver = committing();
  driver.cluster.offsetOf("in", 1).offset = Offset{77};
  driver.endTransaction(false, unknown());
  REQUIRE(driver.stopped);
  CHECK(driver.stopCode() == "E212");
  CHECK(driver.stopped->status.exitCode() == ExitCode::kData);
}

TEST_CASE("an init or a reading that says not yet is repeated with pauses",
          "[unit][engine][producer_rebuild]") {
  auto driver = committing();
  driver.hold("init");
  driver.hold("read");
  driver.endTransaction(true, unknown());
  for (int i = 0; i < 20; ++i) {
    driver.take<command::InitProducer>();
    driver.feed(event::ProducerReady{Status::retry("not yet")});
    driver.advance(seconds(5));
  }
  driver.release("init");
  driver.settle();
  for (int i = 0; i < 20; ++i) {
    driver.take<command::ReadCluster>();
    driver.feed(
        event::ClusterRead{Status::retry("unstable"), {}, {}, {}, {}, {}, {}, false, {}, 0, false});
    driver.advance(seconds(5));
  }
  driver.release("read");
  driver.settle();
  CHECK_FALSE(driver.stopped);
  CHECK(driver.text().find("confirm 1") != std::string::npos);
}

TEST_CASE("a topic that brokers forgot for a moment does not stop the application",
          "[unit][engine][producer_rebuild]") {
  auto driver = committing();
  driver.cluster.topics["out"].exists = false;
  driver.endTransaction(true, unknown());
  CHECK_FALSE(driver.stopped);
  SECTION("back again") {
    driver.cluster.topics["out"].exists = true;
    driver.advance(seconds(1));
    CHECK(driver.text().find("confirm 1") != std::string::npos);
  }
  SECTION("gone for good") {
    driver.advance(seconds(20));
    CHECK(driver.stopCode() == "E211");
  }
}

TEST_CASE("a ledger that has lost its records stops", "[unit][engine][producer_rebuild]") {
  auto driver = committing();
  driver.cluster.ledger.reset();
  driver.endTransaction(false, unknown());
  CHECK(driver.stopCode() == "E207");
}

TEST_CASE("a keep-alive needs no resolution: both outcomes are the same",
          "[unit][engine][producer_rebuild]") {
  const bool happens = GENERATE(false, true);
  auto options = EngineDriver::options();
  options.idle_batches = false;
  EngineDriver driver(options);
  driver.start();
  driver.hold("keepalive");
  driver.advance(seconds(21)).text();
  driver.endTransaction(happens, unknown());
  CHECK(driver.text() == "init, read");
  driver.release("keepalive");
  driver.advance(seconds(21));
  CHECK_FALSE(driver.stopped);
  CHECK(parseCommitMetadata(driver.cluster.offsetOf("in").metadata)->beat == 2);
}

TEST_CASE("missing rights stop with their own exit code", "[unit][engine][producer_rebuild]") {
  auto driver = committing();
  driver.endTransaction(false, Status::fatal(ExitCode::kPermission, "E301", "not allowed"));
  REQUIRE(driver.stopped);
  CHECK(driver.stopped->status.exitCode() == ExitCode::kPermission);
}
