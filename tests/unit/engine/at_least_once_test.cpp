// Guarantee::kAtLeastOnce: what was written without its offsets is read again, wherever it stopped.
#include <lockstep/model/internal_topics.hpp>

#include "src/engine/batch_pipeline.hpp"
#include "src/engine/outcome_resolution.hpp"
#include "src/engine/recovery.hpp"
#include "tests/unit/engine/engine_driver.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

EngineOptions looseOptions(EngineOptions options = EngineDriver::options()) {
  options.guarantee = Guarantee::kAtLeastOnce;
  return options;
}

/// Batch 1 ([0, 10) of in/0) is being committed.
EngineDriver looseCommitting(const EngineOptions& options = looseOptions()) {
  EngineDriver driver(options);
  driver.cluster.end("in") = Offset{10};
  driver.start();
  driver.hold("batch");
  driver.tick().text();
  return driver;
}

/// The batch's ledger record was acknowledged; its offsets were not committed.
void writeWithoutOffsets(EngineDriver& driver) {
  driver.cluster.ledger = driver.lastTransaction().ledger;
  auto& end = driver.cluster.end("app-ledger");
  end = Offset{end.value() + 1};
}

Result<Recovery> looseRecovered(const EngineDriver& driver, const EngineOptions& options) {
  const auto read = driver.cluster.read(options);
  return recover(options, {}, ClusterView(read));
}

}  // namespace

TEST_CASE("a batch in the ledger without its offsets did not happen, and runs again",
          "[unit][engine][at_least_once]") {
  auto driver = looseCommitting();
  writeWithoutOffsets(driver);
  driver.endTransaction(false, unknown());
  CHECK(driver.text() == "init, read, rollback 1, run 1, identify, batch 1");
  CHECK_FALSE(driver.stopped);
}

TEST_CASE("a batch whose offsets were committed happened, whatever the client knows",
          "[unit][engine][at_least_once]") {
  auto driver = looseCommitting();
  driver.endTransaction(true, unknown());
  CHECK(driver.text() == "init, read, confirm 1");
}

TEST_CASE("offsets of another attempt at the same batch do not count for this one",
          "[unit][engine][at_least_once]") {
  auto driver = looseCommitting();
  driver.cluster.commit(driver.lastTransaction());
  driver.cluster.offsetOf("in").offset = Offset{7};  // an earlier attempt with less input
  driver.endTransaction(false, unknown());
  CHECK(driver.text() == "init, read, rollback 1, run 1, identify, batch 1");
  CHECK_FALSE(driver.stopped);
}

TEST_CASE("a claim in the ledger without its offsets is made again",
          "[unit][engine][at_least_once]") {
  EngineDriver driver(looseOptions());
  driver.hold("claim");
  driver.start();
  driver.text();
  writeWithoutOffsets(driver);
  driver.endTransaction(false, unknown());
  CHECK(driver.text() == "init, read, claim 1");
  driver.releaseAll();
  driver.settle();
  CHECK(driver.text().find("claimed") != std::string::npos);
}

TEST_CASE("a start goes on at the committed offsets, with the ledger a batch ahead",
          "[unit][engine][at_least_once]") {
  auto driver = looseCommitting();
  const auto ended = driver.lastTransaction().ledger->batch;
  REQUIRE(ended.closes_own_tick);
  writeWithoutOffsets(driver);
  const auto recovered = looseRecovered(driver, looseOptions());
  REQUIRE(recovered.ok());
  const auto& committed = recovered->committed;
  CHECK(committed.positions.front().next == Offset{0});
  CHECK(committed.batch().id == BatchId{1});  // its id is not used again
  CHECK_FALSE(committed.batch().closes_own_tick);
  CHECK(looseRecovered(driver, EngineDriver::options()).status().info().code == "E207");
}

TEST_CASE("what the unfinished batch closed is open again, from the first boundary on",
          "[unit][engine][at_least_once]") {
  auto options = looseOptions();
  options.window_slide = milliseconds(500);
  auto driver = looseCommitting(options);
  writeWithoutOffsets(driver);
  auto& batch = driver.cluster.ledger->batch;
  const auto before = batch.time - milliseconds(2'000);
  batch.closed_before = before;
  batch.closes_first = {batch.time - milliseconds(500)};  // and three boundaries before it
  options.nonce = Nonce{2};
  EngineDriver second(options);
  second.cluster = driver.cluster;
  second.wall += seconds(5);
  second.hold("run");
  second.start().tick();
  const auto plan = second.take<command::RunBatch>().plan;
  CHECK(plan.id == BatchId{2});
  CHECK(plan.closed_before == before);
  CHECK(plan.closes_first == std::vector{plan.time - milliseconds(500)});
  CHECK(plan.ranges.front().from == Offset{0});
}

TEST_CASE("what the unfinished batch closed is open again, where a version did not say from when",
          "[unit][engine][at_least_once]") {
  auto driver = looseCommitting();
  writeWithoutOffsets(driver);
  auto& batch = driver.cluster.ledger->batch;
  const auto boundary = batch.time - milliseconds(500);
  batch.closes_first = {boundary};
  batch.closed_before = boundary;  // as such a record is read
  const auto recovered = looseRecovered(driver, looseOptions());
  REQUIRE(recovered.ok());
  CHECK(closesThrough(recovered->committed.batch()) < boundary);
  CHECK(recovered->committed.batch().closes_first.empty());
}

TEST_CASE("a finished batch keeps what it closed", "[unit][engine][at_least_once]") {
  auto driver = looseCommitting();
  driver.release("batch");
  driver.settle();
  const auto recovered = looseRecovered(driver, looseOptions());
  REQUIRE(recovered.ok());
  CHECK(recovered->committed.batch().closes_own_tick);
  CHECK(recovered->committed.positions.front().next == Offset{10});
}

TEST_CASE("after expired offsets the last batch of the ledger is read again",
          "[unit][engine][at_least_once]") {
  auto driver = looseCommitting();
  driver.release("batch");
  driver.settle();
  driver.cluster.committed.clear();
  const auto recovered = looseRecovered(driver, looseOptions());
  REQUIRE(recovered.ok());
  CHECK(recovered->committed.positions.front().next == Offset{0});
  const auto exact = looseRecovered(driver, EngineDriver::options());
  REQUIRE(exact.ok());
  CHECK(exact->committed.positions.front().next == Offset{10});
}

TEST_CASE("the state is taken as found, and no transaction's time-out bounds a batch",
          "[unit][engine][at_least_once]") {
  auto options = looseOptions(EngineDriver::statefulOptions());
  options.commit_timeout = seconds(45);
  EngineDriver driver(options);
  driver.hold("restore");
  driver.start();
  CHECK(driver.take<command::RestoreState>().target.as_found);
  CHECK(driver.lastTransaction().open_max == seconds(45));
}

TEST_CASE("another instance's claim stops this one at its next decision",
          "[unit][engine][at_least_once]") {
  auto driver = looseCommitting();
  auto claim = driver.lastTransaction();
  driver.hold("ends");
  driver.endTransaction(true, Status(), false);
  claim.metadata.owner = Nonce{0xbad};
  driver.cluster.offsetOf("app-ledger").metadata = format(claim.metadata);
  driver.cluster.end("in") = Offset{20};
  driver.tick();
  auto read = driver.cluster.decisionEnds(looseOptions());
  read.ledger = driver.cluster.offsetOf("app-ledger");
  driver.take<command::ReadDecisionEnds>();
  driver.feed(read);
  CHECK(driver.stopCode() == "E202");
}
