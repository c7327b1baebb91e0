// The start: fence, read, create topics, claim, restore, first tick; and when it must not start.
#include "tests/unit/engine/engine_driver.hpp"

using namespace lockstep;
using namespace lockstep::test;

TEST_CASE("a fresh application fences, reads, creates its topics, claims, then runs",
          "[unit][engine][starting]") {
  auto options = EngineDriver::options();
  options.state = {{"counts", 2, "updateStateByKey", "string", "long", ""}};
  EngineDriver driver(options);
  driver.start();
  CHECK(driver.text() == "init, read, create, read, claim 1, claimed, restore, assign, ends");
  REQUIRE(driver.cluster.ledger);
  CHECK(driver.cluster.ledger->owner == options.nonce);
  CHECK(driver.cluster.topics.contains("app-changelog-counts"));
  CHECK(driver.committedAt("in", 0) == Offset{0});
}

TEST_CASE("a start with input reads exact ranges and commits them with the batch",
          "[unit][engine][starting]") {
  EngineDriver driver(EngineDriver::options());
  driver.cluster.end("in", 0) = Offset{10};
  driver.cluster.end("in", 1) = Offset{5};
  driver.start();
  driver.text();
  driver.tick();
  CHECK(driver.text() == "inputs, run 1, batch 1, confirm 1, ends");
  CHECK(driver.committedAt("in", 0) == Offset{10});
  CHECK(driver.committedAt("in", 1) == Offset{5});
  CHECK(parseCommitMetadata(driver.cluster.offsetOf("in", 1).metadata)->batch == BatchId{1});
}
