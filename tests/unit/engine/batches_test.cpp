// Batches: overlap, decisions, rollbacks, getting smaller.
#include "tests/unit/engine/engine_driver.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

/// Batch 1 is being committed, batch 2 computes or is computed.
EngineDriver overlapping(bool second_computed) {
  EngineDriver driver(EngineDriver::options());
  driver.cluster.end("in") = Offset{10};
  driver.start();
  driver.hold("batch");
  driver.tick();
  driver.cluster.end("in") = Offset{20};
  if (!second_computed) driver.hold("run");
  driver.tick();
  return driver;
}

event::TransactionEnded refusal() {
  event::TransactionEnded ended;
  ended.status = Status::abort("record of key 'k' has 2000000 bytes");
  ended.refused = "MSG_SIZE_TOO_LARGE out/0";
  return ended;
}

}  // namespace

TEST_CASE("batch n+1 computes while n commits and sends nothing before n is decided",
          "[unit][engine][batches]") {
  auto driver = overlapping(true);
  CHECK(driver.text().ends_with("inputs, run 1, identify, batch 1, inputs, run 2, identify"));
  driver.endTransaction(true, Status(), false);
  CHECK(driver.text() == "confirm 1, ends, batch 2");
}

TEST_CASE("at most one batch is undecided and one on top of it", "[unit][engine][batches]") {
  auto driver = overlapping(true);
  driver.text();
  driver.cluster.end("in") = Offset{30};
  driver.tick().tick();
  CHECK(driver.text().empty());
}

TEST_CASE("end offsets are read after a decision and before the next transaction begins",
          "[unit][engine][batches]") {
  auto driver = overlapping(true);
  driver.hold("ends");
  driver.endTransaction(true, Status(), false);
  CHECK_FALSE(driver.has<command::CommitTransaction>());
  driver.cluster.end("out") = Offset{77};
  driver.release("ends");
  driver.settle();
  const auto next = driver.take<command::CommitTransaction>();
  bool found = false;
  for (const auto& end : next.ledger->ends) {
    if (end.partition.topic == "out") found = end.next == Offset{77};
  }
  CHECK(found);
  CHECK(next.offsets.back() ==
        PartitionOffset{ledgerPartition("app"), driver.cluster.end("app-ledger")});
}

TEST_CASE("when n aborts, n+1 is rolled back first, then n, then n runs again",
          "[unit][engine][batches]") {
  const bool computed = GENERATE(false, true);
  auto driver = overlapping(computed);
  driver.hold("rollback");
  driver.text();
  driver.endTransaction(false, abortedStatus());
  CHECK(driver.text() == "rollback 2, rollback 1, init, read");
  driver.release("run");
  driver.feed(event::BatchRolledBack{BatchId{2}});
  CHECK(driver.text().empty());
  driver.feed(event::BatchRolledBack{BatchId{1}});
  CHECK(driver.text().starts_with("run 1, identify, run 2, batch 1"));
}

TEST_CASE("a late answer of a cancelled run is ignored", "[unit][engine][batches]") {
  auto driver = overlapping(false);
  const auto run = driver.take<command::RunBatch>();
  driver.hold("rollback");
  driver.endTransaction(false, abortedStatus());
  driver.text();
  driver.feed(driver.compute(run));
  CHECK(driver.text().empty());
}

TEST_CASE("a batch that could not be read is rolled back alone and runs again",
          "[unit][engine][batches]") {
  EngineDriver driver(EngineDriver::options());
  driver.cluster.end("in") = Offset{10};
  driver.hold("run");
  driver.start().tick().text();
  event::BatchComputed failed;
  failed.batch = BatchId{1};
  failed.status = Status::retry("broker gone");
  for (int i = 0; i < 5; ++i) {
    driver.take<command::RunBatch>();
    driver.feed(failed);
    driver.advance(seconds(5));
  }
  CHECK(driver.has<command::RunBatch>());
  CHECK_FALSE(driver.stopped);
}

TEST_CASE("when n+1 fails alone, n is committed all the same", "[unit][engine][batches]") {
  auto driver = overlapping(false);
  driver.take<command::RunBatch>();
  event::BatchComputed failed;
  failed.batch = BatchId{2};
  failed.status = Status::retry("broker gone");
  driver.text();
  driver.feed(failed);
  CHECK(driver.text() == "rollback 2, identify, run 2");
  driver.release("run");
  driver.settle();
  driver.endTransaction(true, Status(), false);
  CHECK(driver.text() == "identify, confirm 1, ends, batch 2");
}

TEST_CASE("when n+1 fails for good, n is committed before the application stops",
          "[unit][engine][batches]") {
  EngineDriver driver(EngineDriver::options());
  driver.cluster.end("in") = Offset{10};
  driver.compute = [real = driver.compute](const command::RunBatch& run) {
    auto computed = real(run);
    if (run.plan.id == BatchId{2}) {
      computed.status = Status::fatal(ExitCode::kData, "E301", "no such word");
    }
    return computed;
  };
  driver.start();
  const std::string held = GENERATE("identify", "batch");
  driver.hold(held);
  CAPTURE(held);
  driver.tick();
  driver.cluster.end("in") = Offset{20};
  driver.tick();
  CHECK(driver.stopCode().empty());
  driver.releaseAll();
  driver.settle();
  CHECK(driver.stopCode() == "E301");
  CHECK(driver.committedAt("in", 0) == Offset{10});
}

TEST_CASE("a batch that outgrows its memory is planned again with half the span",
          "[unit][engine][batches]") {
  EngineDriver driver(EngineDriver::options());
  driver.cluster.end("in") = Offset{10};
  driver.hold("run");
  driver.start().tick();
  event::BatchComputed outgrown;
  outgrown.batch = BatchId{1};
  outgrown.status = Status::abort("undo list full");
  std::vector<std::int64_t> spans;
  while (!driver.stopped) {
    const auto plan = driver.take<command::RunBatch>().plan;
    spans.push_back(plan.ranges[0].span());
    CHECK(plan.closes_own_tick == (spans.size() == 1));
    driver.feed(outgrown);
    driver.advance(seconds(5));
  }
  CHECK(spans == std::vector<std::int64_t>{10, 5, 2, 1});
  CHECK(driver.stopCode() == "E219");
}

TEST_CASE("a user's error stops with its exit code once the batch before is decided",
          "[unit][engine][batches]") {
  auto driver = overlapping(false);
  driver.take<command::RunBatch>();
  event::BatchComputed failed;
  failed.batch = BatchId{2};
  failed.status = Status::fatal(ExitCode::kData, "E401", "bad record");
  driver.feed(failed);
  CHECK_FALSE(driver.stopped);
  driver.endTransaction(true, Status(), false);
  REQUIRE(driver.stopped);
  CHECK(driver.stopCode() == "E401");
}

TEST_CASE("refused three times, a batch is halved down to one record, then named and stopped",
          "[unit][engine][batches]") {
  EngineDriver driver(EngineDriver::options());
  driver.cluster.end("in") = Offset{4};
  driver.hold("batch");
  driver.start().tick();
  std::vector<std::int64_t> spans;
  while (!driver.stopped) {
    spans.push_back(driver.take<command::CommitTransaction>().ledger->batch.ranges[0].span());
    driver.feed(refusal());
    driver.advance(seconds(5));
  }
  CHECK(spans == std::vector<std::int64_t>{4, 4, 4, 2, 2, 2, 1, 1, 1});
  CHECK(driver.stopCode() == "E216");
  CHECK(driver.stopped->status.message().find("in/0 [0, 1)") != std::string::npos);
  CHECK(driver.stopped->status.message().find("out/0") != std::string::npos);
  CHECK(driver.stopped->status.message().find("'k'") != std::string::npos);
}

TEST_CASE("aborts that nobody refused are retried with pauses and never cut",
          "[unit][engine][batches]") {
  EngineDriver driver(EngineDriver::options());
  driver.cluster.end("in") = Offset{4};
  driver.hold("batch");
  driver.start().tick();
  for (int i = 0; i < 20; ++i) {
    CHECK(driver.lastTransaction().ledger->batch.ranges[0].span() == 4);
    driver.endTransaction(false, abortedStatus());
    driver.advance(seconds(5));
  }
  CHECK(driver.has<command::CommitTransaction>());
}

TEST_CASE("a transaction that was open too long is run again with half the span, which grows again",
          "[unit][engine][batches]") {
  EngineDriver driver(EngineDriver::options());
  driver.cluster.end("in") = Offset{8};
  driver.hold("batch");
  driver.start().tick();
  CHECK(driver.lastTransaction().open_max == seconds(30));
  event::TransactionEnded slow;
  slow.status = abortedStatus();
  slow.open_too_long = true;
  driver.take<command::CommitTransaction>();
  driver.feed(slow);
  CHECK(driver.lastTransaction().ledger->batch.ranges[0].span() == 4);
  CHECK_FALSE(driver.lastTransaction().ledger->batch.closes_own_tick);
  driver.release("batch");
  driver.settle();
  CHECK(driver.committedAt("in", 0) == Offset{8});
}

TEST_CASE("with no input left to halve, a slow transaction stops and says which time-out to raise",
          "[unit][engine][batches]") {
  EngineDriver driver(EngineDriver::options());
  driver.cluster.end("in") = Offset{1};
  driver.hold("batch");
  driver.start().tick();
  event::TransactionEnded slow;
  slow.status = abortedStatus();
  slow.open_too_long = true;
  driver.take<command::CommitTransaction>();
  driver.feed(slow);
  CHECK(driver.stopCode() == "E218");
  CHECK(driver.stopped->status.info().help.find("kafka.transaction_timeout") != std::string::npos);
}

TEST_CASE("an idle application commits its offsets again every 20 s, counting the beat",
          "[unit][engine][batches]") {
  EngineDriver driver(EngineDriver::options());
  driver.cluster.end("in") = Offset{10};
  driver.start().tick();
  driver.advance(seconds(45));
  const auto metadata = parseCommitMetadata(driver.cluster.offsetOf("in").metadata);
  CHECK(metadata == CommitMetadata{BatchId{1}, Incarnation{1}, Nonce{0xabc}, 2});
  CHECK_FALSE(driver.lastTransaction().ledger);
  driver.cluster.end("in") = Offset{11};
  driver.tick();
  CHECK(parseCommitMetadata(driver.cluster.offsetOf("in").metadata)->beat == 0);
}

TEST_CASE("a batch's record names the files that it was computed with, and a claim repeats them",
          "[unit][engine][batches]") {
  EngineDriver driver(EngineDriver::options());
  const std::vector<FileVersion> files{{"rates.csv", 7}};
  const auto before = driver.compute;
  driver.compute = [&](const command::RunBatch& run) {
    auto computed = before(run);
    computed.files = files;
    return computed;
  };
  driver.cluster.end("in") = Offset{10};
  driver.start().tick();
  CHECK(driver.cluster.ledger->files == files);
  auto options = EngineDriver::options();
  options.nonce = Nonce{2};
  EngineDriver second(options);
  second.cluster = driver.cluster;
  second.start();
  REQUIRE(second.cluster.ledger->kind == LedgerKind::kClaim);
  CHECK(second.cluster.ledger->files == files);
}
