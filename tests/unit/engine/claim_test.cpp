// The claim: a small transaction with offsets, incarnation, nonce and a ledger record.
#include "tests/unit/engine/engine_driver.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {
/// A driver whose cluster an earlier process left behind after batch 1 (in/0 up to 10).
EngineDriver restarted(EngineOptions options = EngineDriver::options()) {
  EngineDriver earlier(options);
  earlier.cluster.end("in") = Offset{10};
  earlier.start().tick();
  options.nonce = Nonce{0xdef};
  EngineDriver driver(options);
  driver.cluster = earlier.cluster;
  driver.wall = earlier.wall;
  return driver;
}
}  // namespace

TEST_CASE("a claim repeats the last batch in full, with the next incarnation and our nonce",
          "[unit][engine][claim]") {
  auto driver = restarted();
  const auto before = *driver.cluster.ledger;
  const auto hash = driver.cluster.ledger_hash;
  driver.start();
  const auto& claim = *driver.cluster.ledger;
  CHECK(claim.kind == LedgerKind::kClaim);
  CHECK(claim.batch == before.batch);
  CHECK(claim.outputs == before.outputs);
  CHECK(claim.incarnation == Incarnation{2});
  CHECK(claim.owner == Nonce{0xdef});
  CHECK(claim.previous_hash == hash);
  const auto metadata = parseCommitMetadata(driver.cluster.offsetOf("in").metadata);
  CHECK(metadata == CommitMetadata{BatchId{1}, Incarnation{2}, Nonce{0xdef}, 0});
}

TEST_CASE("a claim writes an adopted partition to offsets and ledger at once",
          "[unit][engine][claim]") {
  auto driver = restarted();
  driver.cluster.addTopic("in", 3);
  driver.start();
  CHECK(driver.committedAt("in", 2) == Offset{0});
  const auto& ranges = driver.cluster.ledger->batch.ranges;
  REQUIRE(ranges.size() == 3);
  CHECK(ranges[2] == OffsetRange{{"in", Partition{2}}, Offset{0}, Offset{0}});
}

TEST_CASE("the ledger's own offset is a lower bound of its last record, after keep-alives too",
          "[unit][engine][claim]") {
  EngineDriver driver(EngineDriver::options());
  driver.cluster.end("in") = Offset{10};
  driver.start().tick();
  const auto end = driver.cluster.end("app-ledger");
  const auto committed = driver.committedAt("app-ledger", 0);
  CHECK(committed == Offset{end.value() - 2});
  driver.advance(seconds(60));
  CHECK(driver.text().find("keepalive") != std::string::npos);
  CHECK(driver.committedAt("app-ledger", 0) == committed);
}

TEST_CASE("an unclear claim that happened is recognised by incarnation and nonce",
          "[unit][engine][claim]") {
  auto driver = restarted();
  driver.hold("claim");
  driver.start().text();
  driver.endTransaction(true, unknown());
  CHECK(driver.text() == "init, read, claimed, assign");
}

TEST_CASE("an unclear claim that did not happen is made again", "[unit][engine][claim]") {
  auto driver = restarted();
  driver.hold("claim");
  driver.start().text();
  driver.endTransaction(false, unknown());
  CHECK(driver.text() == "init, read, claim 2");
}

TEST_CASE("an aborted claim is made again with a new producer", "[unit][engine][claim]") {
  auto driver = restarted();
  driver.hold("claim");
  driver.start().text();
  driver.endTransaction(false, abortedStatus());
  CHECK(driver.text() == "init, read, claim 2");
}

TEST_CASE("a claim by another while ours was unclear is claimed over with the incarnation after it",
          "[unit][engine][claim]") {
  auto driver = restarted();
  driver.hold("claim");
  driver.start().text();
  driver.cluster.ledger->kind = LedgerKind::kClaim;
  driver.cluster.ledger->incarnation = Incarnation{2};
  driver.cluster.ledger->owner = Nonce{0x999};
  driver.endTransaction(false, unknown());
  CHECK(driver.text() == "init, read, claim 3");
}

TEST_CASE("latest is chosen once: the claim writes the start down", "[unit][engine][claim]") {
  auto options = EngineDriver::options();
  options.inputs[0].start = StartFrom::kLatest;
  EngineDriver first(options);
  first.cluster.end("in") = Offset{10};
  first.start();
  CHECK(first.committedAt("in", 0) == Offset{10});
  EngineDriver second(options);
  second.cluster = first.cluster;
  second.cluster.end("in") = Offset{30};
  second.start().tick();
  CHECK(second.cluster.ledger->batch.ranges[0] ==
        OffsetRange{{"in", Partition{0}}, Offset{10}, Offset{30}});
}
