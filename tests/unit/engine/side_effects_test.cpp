// Graphs with outputs outside Kafka: the plan is committed first, and a re-run has the same
// content.
#include "tests/unit/engine/engine_driver.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {
EngineOptions withSideEffects() {
  auto options = EngineDriver::options();
  options.side_effects = true;
  options.idle_batches = false;
  return options;
}
}  // namespace

TEST_CASE("the plan is committed, with the offsets of the batch before, before the batch runs",
          "[unit][engine][side_effects]") {
  EngineDriver driver(withSideEffects());
  driver.cluster.end("in") = Offset{10};
  driver.start().text();
  driver.hold("plan");
  driver.tick();
  CHECK(driver.text() == "inputs, plan 1");
  CHECK(driver.lastTransaction().offsets[0].next == Offset{0});
  CHECK(driver.lastTransaction().metadata.batch == BatchId{0});
  driver.endTransaction(true, Status(), false);
  CHECK(driver.text() == "ends, run 1, identify, batch 1, confirm 1, ends");
}

TEST_CASE("graphs with side effects do not overlap", "[unit][engine][side_effects]") {
  EngineDriver driver(withSideEffects());
  driver.cluster.end("in") = Offset{10};
  driver.start();
  driver.hold("batch");
  driver.tick();
  driver.cluster.end("in") = Offset{20};
  driver.tick().tick();
  CHECK(driver.text().find("plan 2") == std::string::npos);
}

TEST_CASE("after a crash exactly the planned batch runs next", "[unit][engine][side_effects]") {
  EngineDriver first(withSideEffects());
  first.cluster.end("in") = Offset{10};
  first.start();
  first.hold("run");
  first.tick();
  const auto plan = first.take<command::RunBatch>().plan;

  auto options = withSideEffects();
  options.nonce = Nonce{0xdef};
  EngineDriver second(options);
  second.cluster = first.cluster;
  second.cluster.end("in") = Offset{500};
  second.wall += seconds(100);
  second.hold("run");
  second.start();
  CHECK(second.text() == "init, read, claim 2, claimed, assign, ends, run 1");
  CHECK(second.take<command::RunBatch>().plan == plan);
  CHECK(second.cluster.ledger->open_plan == plan);
}

TEST_CASE("an aborted batch with a committed plan runs again from the same plan",
          "[unit][engine][side_effects]") {
  EngineDriver driver(withSideEffects());
  driver.cluster.end("in") = Offset{10};
  driver.start();
  driver.hold("batch");
  driver.tick().text();
  driver.endTransaction(false, abortedStatus());
  CHECK(driver.text() == "rollback 1, init, run 1, read, identify, batch 1");
}

TEST_CASE("an unclear plan is resolved by the ledger's last record",
          "[unit][engine][side_effects]") {
  EngineDriver driver(withSideEffects());
  driver.cluster.end("in") = Offset{10};
  driver.start();
  driver.hold("plan");
  driver.tick().text();
  SECTION("it happened") {
    driver.endTransaction(true, unknown());
    CHECK(driver.text() == "init, read, run 1, identify, batch 1, confirm 1, ends");
  }
  SECTION("it did not") {
    driver.endTransaction(false, unknown());
    CHECK(driver.text() == "init, read, plan 1");
  }
}

TEST_CASE("a batch whose plan is committed is never cut", "[unit][engine][side_effects]") {
  EngineDriver driver(withSideEffects());
  driver.cluster.end("in") = Offset{10};
  driver.start();
  driver.hold("batch");
  driver.tick();
  event::TransactionEnded refused;
  refused.status = abortedStatus();
  refused.refused = "TOO_LARGE out/0";
  for (int i = 0; i < 3; ++i) {
    REQUIRE_FALSE(driver.stopped);
    CHECK(driver.take<command::CommitTransaction>().ledger->batch.ranges[0].until == Offset{10});
    driver.feed(refused);
    driver.advance(seconds(2));
  }
  REQUIRE(driver.stopped);
  CHECK(driver.stopCode() == "E217");
}
