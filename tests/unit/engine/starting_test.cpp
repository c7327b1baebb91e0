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
  CHECK(driver.text() == "inputs, run 1, identify, batch 1, confirm 1, ends");
  CHECK(driver.committedAt("in", 0) == Offset{10});
  CHECK(driver.committedAt("in", 1) == Offset{5});
  CHECK(parseCommitMetadata(driver.cluster.offsetOf("in", 1).metadata)->batch == BatchId{1});
}

TEST_CASE("without a broker the start gives up after start_timeout with 69",
          "[unit][engine][starting]") {
  EngineDriver driver(EngineDriver::options());
  driver.hold("init");
  driver.start();
  for (int i = 0; i < 10 && !driver.stopped; ++i) {
    driver.take<command::InitProducer>();
    driver.feed(event::ProducerReady{Status::retry("no broker")});
    driver.advance(seconds(5));
  }
  REQUIRE(driver.stopped);
  CHECK(driver.stopped->status.exitCode() == ExitCode::kUnavailable);
  CHECK(driver.stopCode() == "E201");
}

TEST_CASE("a start that is refused for good says so at once", "[unit][engine][starting]") {
  EngineDriver driver(EngineDriver::options());
  driver.hold("init");
  driver.start();
  driver.take<command::InitProducer>();
  driver.feed(event::ProducerReady{Status::fatal(ExitCode::kPermission, "E301", "no right")});
  CHECK(driver.stopCode() == "E301");
}

TEST_CASE("no offset is read before fencing", "[unit][engine][starting]") {
  EngineDriver driver(EngineDriver::options());
  driver.hold("init");
  driver.start();
  CHECK(driver.text() == "init");
}

TEST_CASE("restoring is repeated when the broker did not answer, and refuses when state disagrees",
          "[unit][engine][starting]") {
  auto options = EngineDriver::options();
  options.state = {{"counts", 2, "updateStateByKey", "string", "long", ""}};
  EngineDriver driver(options);
  driver.hold("restore");
  driver.start();
  driver.take<command::RestoreState>();
  driver.feed(event::StateRestored{Status::retry("timed out")});
  REQUIRE(driver.has<command::RestoreState>());
  driver.take<command::RestoreState>();
  driver.feed(event::StateRestored{Status::fatal(ExitCode::kData, "E230", "state disagrees")});
  CHECK(driver.stopCode() == "E230");
}

TEST_CASE("keep-alives go on during a long restore", "[unit][engine][starting]") {
  auto options = EngineDriver::options();
  options.state = {{"counts", 2, "updateStateByKey", "string", "long", ""}};
  EngineDriver driver(options);
  driver.hold("restore");
  driver.start();
  driver.advance(seconds(50));
  CHECK(parseCommitMetadata(driver.cluster.offsetOf("in").metadata)->beat == 2);
}

TEST_CASE("the same events give the same commands", "[unit][engine][starting]") {
  const auto run = [] {
    EngineDriver driver(EngineDriver::options());
    driver.cluster.end("in") = Offset{100'000};
    driver.start().advance(seconds(30));
    return driver.text();
  };
  CHECK(run() == run());
}
