// SIGTERM in every state: finish and commit what runs, last checkpoint, exit 0.
#include <lockstep/model/internal_topics.hpp>

#include "tests/unit/engine/engine_driver.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {
EngineDriver heldAt(const std::string& kind) {
  EngineDriver driver(EngineDriver::statefulOptions());
  driver.cluster.end("in") = Offset{10};
  driver.hold(kind);
  driver.start().tick().text();
  return driver;
}
void checkStopped(const EngineDriver& driver) {
  REQUIRE(driver.stopped);
  CHECK(driver.stopped->status.ok());
}
}  // namespace

TEST_CASE("stopped before the claim or while restoring it ends at once",
          "[unit][engine][draining]") {
  const auto kind = GENERATE(as<std::string>{}, "init", "read", "create", "restore", "assign");
  auto driver = heldAt(kind);
  driver.feed(event::StopRequested{});
  checkStopped(driver);
}

TEST_CASE("stopped during the claim it waits for its end", "[unit][engine][draining]") {
  auto driver = heldAt("claim");
  driver.feed(event::StopRequested{});
  CHECK_FALSE(driver.stopped);
  driver.endTransaction(true, Status(), false);
  checkStopped(driver);
}

TEST_CASE("stopped while a batch computes it is committed, then a checkpoint, then the end",
          "[unit][engine][draining]") {
  auto driver = heldAt("run");
  const auto run = driver.take<command::RunBatch>();
  driver.feed(event::StopRequested{});
  CHECK_FALSE(driver.stopped);
  driver.feed(driver.compute(run));
  CHECK(driver.text() == "identify, batch 1, confirm 1, ends, checkpoint 1, stop");
  checkStopped(driver);
}

TEST_CASE("stopped while ends are being read nothing more is planned", "[unit][engine][draining]") {
  auto driver = heldAt("inputs");
  driver.feed(event::StopRequested{});
  CHECK(driver.text() == "stop");
}

TEST_CASE("stopped with two batches on their way both are committed", "[unit][engine][draining]") {
  auto driver = heldAt("batch");
  driver.cluster.end("in") = Offset{20};
  driver.tick().text();
  driver.feed(event::StopRequested{});
  driver.release("batch");
  driver.settle();
  CHECK(driver.text() == "confirm 1, ends, batch 2, confirm 2, ends, checkpoint 2, stop");
}

TEST_CASE("stopped during a commit that aborts, the batch is left to the next start",
          "[unit][engine][draining]") {
  auto driver = heldAt("batch");
  driver.feed(event::StopRequested{});
  driver.endTransaction(false, abortedStatus());
  CHECK(driver.text() == "rollback 1, init, stop");
  CHECK(driver.committedAt("in", 0) == Offset{0});
}

TEST_CASE("stopped during a commit with an unclear end, it is resolved first",
          "[unit][engine][draining]") {
  auto driver = heldAt("batch");
  driver.feed(event::StopRequested{});
  const bool happens = GENERATE(false, true);
  driver.endTransaction(happens, unknown());
  CHECK(driver.text() ==
        (happens ? "init, read, confirm 1, checkpoint 1, stop" : "init, read, rollback 1, stop"));
}

TEST_CASE("stopped while a checkpoint is written it waits, and writes what came later",
          "[unit][engine][draining]") {
  auto driver = heldAt("checkpoint");
  driver.advance(seconds(11)).text();
  REQUIRE(driver.has<command::WriteCheckpoint>());
  driver.feed(event::StopRequested{});
  CHECK_FALSE(driver.stopped);
  driver.take<command::WriteCheckpoint>();
  driver.feed(event::CheckpointWritten{});
  checkStopped(driver);
}

TEST_CASE("a last checkpoint that fails does not hold up the end", "[unit][engine][draining]") {
  auto driver = heldAt("checkpoint");
  driver.feed(event::StopRequested{});
  driver.take<command::WriteCheckpoint>();
  driver.feed(event::CheckpointWritten{Status::retry("busy")});
  checkStopped(driver);
}

TEST_CASE("cut while a batch computes it is taken back and nothing of it is committed",
          "[unit][engine][draining]") {
  auto driver = heldAt("run");
  (void)driver.take<command::RunBatch>();
  driver.feed(event::StopRequested{true});
  CHECK(driver.text() == "rollback 1, stop");
  checkStopped(driver);
  CHECK(driver.committedAt("in", 0) == Offset{0});
}

TEST_CASE("cut during a commit, that batch is finished and the one behind it taken back",
          "[unit][engine][draining]") {
  auto driver = heldAt("batch");
  driver.cluster.end("in") = Offset{20};
  driver.tick().text();
  driver.feed(event::StopRequested{true});
  CHECK(driver.text() == "rollback 2");
  CHECK_FALSE(driver.stopped);
  driver.release("batch");
  driver.settle();
  CHECK(driver.text() == "confirm 1, ends, checkpoint 1, stop");
  CHECK(driver.committedAt("in", 0) == Offset{10});
}

TEST_CASE("cut after a graceful request it no longer waits for the running batch",
          "[unit][engine][draining]") {
  auto driver = heldAt("run");
  (void)driver.take<command::RunBatch>();
  driver.feed(event::StopRequested{});
  CHECK_FALSE(driver.stopped);
  driver.feed(event::StopRequested{true});
  checkStopped(driver);
  CHECK(driver.committedAt("in", 0) == Offset{0});
}

TEST_CASE("a second request changes nothing", "[unit][engine][draining]") {
  auto driver = heldAt("batch");
  driver.feed(event::StopRequested{}).feed(event::StopRequested{});
  CHECK_FALSE(driver.stopped);
  driver.endTransaction(true, Status(), false);
  checkStopped(driver);
}

TEST_CASE("checkpoints come every interval when batches were committed, with the ends read after",
          "[unit][engine][draining]") {
  EngineDriver driver(EngineDriver::statefulOptions());
  driver.cluster.end("in") = Offset{10};
  driver.start().tick().text();
  driver.cluster.end("app-changelog-counts", 1) = Offset{3};
  driver.hold("checkpoint");
  driver.cluster.end("in") = Offset{12};
  driver.advance(seconds(10));
  const auto point = driver.take<command::WriteCheckpoint>().point;
  CHECK(point.batch == BatchId{2});
  CHECK(point.inputs[0].next == Offset{12});
  REQUIRE(point.changelog_ends.size() == 2);
  CHECK(point.changelog_ends[1].next == Offset{3});
  driver.feed(event::CheckpointWritten{});
  driver.text();
  driver.advance(seconds(60));
  CHECK(driver.text().find("checkpoint") == std::string::npos);
}

TEST_CASE("an idle application refreshes its checkpoint daily", "[unit][engine][draining]") {
  auto options = EngineDriver::statefulOptions();
  options.batch_interval = std::chrono::hours(1);
  EngineDriver driver(options);
  driver.start().text();
  driver.advance(std::chrono::hours(23));
  CHECK(driver.text().find("checkpoint") == std::string::npos);
  driver.advance(std::chrono::hours(2));
  CHECK(driver.text().find("checkpoint 0") != std::string::npos);
}

TEST_CASE("a checkpoint that the disk refuses stops with its error", "[unit][engine][draining]") {
  auto driver = heldAt("checkpoint");
  driver.advance(seconds(11));
  driver.take<command::WriteCheckpoint>();
  driver.feed(event::CheckpointWritten{Status::fatal(ExitCode::kDisk, "E701", "disk full")});
  REQUIRE(driver.stopped);
  CHECK(driver.stopped->status.exitCode() == ExitCode::kDisk);
}

TEST_CASE("ends that may hold another instance's changes make no checkpoint",
          "[unit][engine][draining]") {
  auto driver = heldAt("run");
  const auto run = driver.take<command::RunBatch>();
  driver.feed(event::StopRequested{});
  driver.hold("ends");
  driver.feed(driver.compute(run));
  (void)driver.take<command::ReadDecisionEnds>();
  const auto claimedBy = [](Nonce owner) {
    return CommittedOffset{ledgerPartition("app"), Offset{4},
                           format(CommitMetadata{BatchId{1}, Incarnation{2}, owner})};
  };
  driver.text();

  SECTION("another instance has claimed the application") {
    driver.feed(event::DecisionEndsRead{{}, {}, claimedBy(Nonce{0xdef})});
    CHECK(driver.stopCode() == "E202");
    CHECK(driver.stopped->yield_to == Nonce{0xdef});
  }
  SECTION("the claim is still ours") {
    driver.feed(event::DecisionEndsRead{{}, {}, claimedBy(Nonce{0xabc})});
    CHECK(driver.text() == "checkpoint 1, stop");
  }
}
