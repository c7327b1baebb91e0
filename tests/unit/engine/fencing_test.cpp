// Fencing: budgets and pauses; two instances started by mistake end with one.
#include "src/engine/fencing.hpp"

#include "tests/unit/engine/engine_driver.hpp"

using namespace lockstep;
using namespace lockstep::test;

TEST_CASE("a producer may be lost three times in five minutes", "[unit][engine][fencing]") {
  FencingBudget budget(Nonce{1});
  Instant now{seconds(100)};
  CHECK(budget.takeRecovery(now));
  CHECK(budget.takeRecovery(now + seconds(100)));
  CHECK(budget.takeRecovery(now + seconds(200)));
  CHECK_FALSE(budget.takeRecovery(now + seconds(299)));
  CHECK(budget.takeRecovery(now + seconds(301)));
}

TEST_CASE("pauses before another start come from the nonce and differ", "[unit][engine][fencing]") {
  FencingBudget a(Nonce{0x1111'2222'3333'4444});
  FencingBudget b(Nonce{0xfedc'ba98'7654'3210});
  for (int i = 0; i < 3; ++i) {
    const auto pause_a = a.takeStart();
    const auto pause_b = b.takeStart();
    REQUIRE((pause_a && pause_b));
    CHECK(*pause_a != *pause_b);
    CHECK(*pause_a >= milliseconds(200));
    CHECK(*pause_a < milliseconds(2'200));
  }
  CHECK_FALSE(a.takeStart());
}

TEST_CASE("fenced before the first claim it starts again three times, then exits 73",
          "[unit][engine][fencing]") {
  EngineDriver driver(EngineDriver::options());
  driver.hold("claim");
  driver.start();
  for (int i = 0; i < 3; ++i) {
    driver.endTransaction(false, fenced());
    CHECK_FALSE(driver.has<command::CommitTransaction>());
    driver.advance(milliseconds(2'300));
    REQUIRE(driver.has<command::CommitTransaction>());
  }
  driver.endTransaction(false, fenced());
  REQUIRE(driver.stopped);
  CHECK(driver.stopped->status.exitCode() == ExitCode::kOtherOwner);
  CHECK(driver.stopCode() == "E202");
}

TEST_CASE("fenced although the last claim is ours, it claims again and goes on",
          "[unit][engine][fencing]") {
  EngineDriver driver(EngineDriver::options());
  driver.cluster.end("in") = Offset{10};
  driver.start();
  driver.hold("batch");
  driver.tick().text();
  driver.endTransaction(false, fenced());
  CHECK(driver.text() ==
        "init, read, rollback 1, claim 2, run 1, claimed, ends, identify, batch 1");
  driver.release("batch");
  driver.settle();
  CHECK(driver.committedAt("in", 0) == Offset{10});
  CHECK(parseCommitMetadata(driver.cluster.offsetOf("in").metadata)->incarnation == Incarnation{2});
}

TEST_CASE("a fourth loss within five minutes exits 75", "[unit][engine][fencing]") {
  EngineDriver driver(EngineDriver::options());
  driver.cluster.end("in") = Offset{10};
  driver.start();
  driver.hold("batch");
  driver.tick();
  for (int i = 0; i < 3; ++i) {
    driver.endTransaction(false, fenced());
    driver.advance(seconds(5));
    REQUIRE_FALSE(driver.stopped);
  }
  driver.endTransaction(false, fenced());
  REQUIRE(driver.stopped);
  CHECK(driver.stopped->status.exitCode() == ExitCode::kRestart);
  CHECK(driver.stopCode() == "E220");
}

TEST_CASE("a later claim by another exits 73 and names the winner", "[unit][engine][fencing]") {
  EngineDriver driver(EngineDriver::options());
  driver.cluster.end("in") = Offset{10};
  driver.start();
  driver.hold("batch");
  driver.tick().text();
  auto claim = *driver.cluster.ledger;
  claim.incarnation = Incarnation{2};
  claim.owner = Nonce{0xdef};
  driver.cluster.ledger = claim;
  const auto metadata = format(CommitMetadata{BatchId{0}, Incarnation{2}, Nonce{0xdef}, 0});
  for (auto& [partition, offset] : driver.cluster.committed) offset.metadata = metadata;
  driver.endTransaction(false, fenced());
  CHECK(driver.text() == "init, read, stop");
  CHECK(driver.stopped->status.exitCode() == ExitCode::kOtherOwner);
  CHECK(driver.stopped->yield_to == Nonce{0xdef});
}

TEST_CASE("a newer batch than ours exits 73", "[unit][engine][fencing]") {
  EngineDriver driver(EngineDriver::options());
  driver.cluster.end("in") = Offset{10};
  driver.start();
  driver.hold("batch");
  driver.tick();
  driver.cluster.ledger->batch.id = BatchId{2};
  const auto metadata = format(CommitMetadata{BatchId{2}, Incarnation{1}, Nonce{0xabc}, 0});
  for (auto& [partition, offset] : driver.cluster.committed) offset.metadata = metadata;
  driver.endTransaction(false, unknown());
  REQUIRE(driver.stopped);
  CHECK(driver.stopCode() == "E202");
}

namespace {
EngineDriver yielded(bool takeover) {
  auto options = EngineDriver::options();
  options.yield_to = Nonce{0xdef};
  options.takeover = takeover;
  return EngineDriver(options);
}
void winnerCommits(EngineDriver& driver, std::uint64_t beat) {
  const TopicPartition ledger = ledgerPartition("app");
  driver.cluster.addTopic("app-ledger", 1);
  driver.cluster.committed[ledger] = {
      ledger, Offset{0}, format(CommitMetadata{BatchId{0}, Incarnation{1}, Nonce{0xdef}, beat})};
  driver.cluster.end("app-ledger") = Offset{2};
  LedgerRecord record;
  record.owner = Nonce{0xdef};
  record.incarnation = Incarnation{1};
  driver.cluster.ledger = record;
}
}  // namespace

TEST_CASE("with a marker it watches without fencing and starts when the winner is silent",
          "[unit][engine][fencing]") {
  auto driver = yielded(false);
  winnerCommits(driver, 3);
  driver.start();
  CHECK(driver.text() == "read");
  driver.advance(seconds(59));
  CHECK(driver.text().find("init") == std::string::npos);
  driver.advance(seconds(2));
  CHECK(driver.text().find("init, read, claim 2, claimed") != std::string::npos);
}

TEST_CASE("with a marker it exits 73 again as soon as the winner shows a sign of life",
          "[unit][engine][fencing]") {
  auto driver = yielded(false);
  winnerCommits(driver, 3);
  driver.start();
  driver.advance(seconds(18));
  winnerCommits(driver, 4);
  driver.advance(seconds(5));
  REQUIRE(driver.stopped);
  CHECK(driver.stopped->status.exitCode() == ExitCode::kOtherOwner);
  CHECK(driver.stopped->yield_to == Nonce{0xdef});
  CHECK(driver.text().find("init") == std::string::npos);
}

TEST_CASE("--takeover does not watch", "[unit][engine][fencing]") {
  auto driver = yielded(true);
  winnerCommits(driver, 3);
  driver.start();
  CHECK(driver.text().starts_with("init, read, claim 2, claimed"));
}

TEST_CASE("watching without a broker gives up with 69", "[unit][engine][fencing]") {
  auto driver = yielded(false);
  driver.hold("read");
  driver.start();
  for (int i = 0; i < 40 && !driver.stopped; ++i) {
    driver.take<command::ReadCluster>();
    driver.feed(event::ClusterRead{unknown(), {}, {}, {}, {}, {}, {}, false, {}, 0, false});
    driver.advance(seconds(5));
  }
  REQUIRE(driver.stopped);
  CHECK(driver.stopCode() == "E201");
}
