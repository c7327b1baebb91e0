// The shares of state.memory_limit: early checkpoints, batches that are taken back and made
// smaller, and the end when nothing can be made smaller.
#include "tests/unit/engine/engine_driver.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

constexpr std::uint64_t kMiB = 1 << 20;

/// A limit of 400 MiB: 100 for dirty entries, 100 for undecided ones.
EngineOptions limited() {
  auto options = EngineDriver::options();
  options.state_memory_limit = Bytes{400 * kMiB};
  options.state = {{"sums", 1, "updateStateByKey", "string", "long", ""}};
  return options;
}

std::int64_t spanOf(const command::RunBatch& run) {
  std::int64_t span = 0;
  for (const auto& range : run.plan.ranges) span += range.span();
  return span;
}

/// A world in which a batch takes so much state for each of its offsets.
EngineDriver driverWith(EngineOptions options, std::uint64_t bytes_per_offset) {
  options.catch_up_whole = true;
  EngineDriver driver(std::move(options));
  driver.cluster.addTopic("app-changelog-sums", 1);
  driver.cluster.end("in") = Offset{64};
  driver.compute = [real = driver.compute, bytes_per_offset](const command::RunBatch& run) {
    auto computed = real(run);
    computed.state.batch = bytes_per_offset * static_cast<std::uint64_t>(spanOf(run));
    computed.state.undecided = computed.state.batch;
    return computed;
  };
  return driver;
}

}  // namespace

TEST_CASE("dirty entries beyond a quarter of the limit start a checkpoint early",
          "[unit][engine][state_limits]") {
  const auto dirty = GENERATE(100 * kMiB, 100 * kMiB + 1);
  auto driver = driverWith(limited(), 0);
  driver.compute = [real = driver.compute, dirty](const command::RunBatch& run) {
    auto computed = real(run);
    computed.state.dirty = dirty;
    return computed;
  };
  driver.start().text();
  driver.tick();
  const bool early = driver.text().find("checkpoint 1") != std::string::npos;
  CHECK(early == (dirty > 100 * kMiB));
}

TEST_CASE("changelogs with more than a recovery should replay start a checkpoint early",
          "[unit][engine][state_limits]") {
  const auto bytes = GENERATE(50 * kMiB, 51 * kMiB);
  auto options = limited();
  options.changelog_tail_max = Bytes{101 * kMiB};
  auto driver = driverWith(options, 0);
  driver.compute = [real = driver.compute, bytes](const command::RunBatch& run) {
    auto computed = real(run);
    computed.changelog_bytes = bytes;
    return computed;
  };
  driver.start().text();
  driver.tick();
  CHECK(driver.text().find("checkpoint") == std::string::npos);
  driver.cluster.end("in") = Offset{128};
  driver.tick();
  const bool early = driver.text().find("checkpoint 2") != std::string::npos;
  CHECK(early == (bytes == 51 * kMiB));
}

TEST_CASE("a long tail that a restore replayed is covered by a checkpoint at the first batch",
          "[unit][engine][state_limits]") {
  const auto tail = GENERATE(100 * kMiB, 102 * kMiB);
  auto options = limited();
  options.changelog_tail_max = Bytes{101 * kMiB};
  auto driver = driverWith(options, 0);
  driver.restored_tail = tail;
  driver.start().text();
  driver.tick();
  const bool at_once = driver.text().find("checkpoint 1") != std::string::npos;
  CHECK(at_once == (tail == 102 * kMiB));
}

TEST_CASE("a batch whose undo outgrows its share is taken back before anything is sent",
          "[unit][engine][state_limits]") {
  auto driver = driverWith(limited(), 3 * kMiB);  // 64 offsets: 192 MiB; 32: 96
  driver.hold("rollback");
  driver.start().text();
  driver.tick();
  CHECK(driver.text() == "inputs, run 1, rollback 1");
  driver.release("rollback");
  driver.hold("batch");
  driver.settle();
  CHECK(driver.text().starts_with("run 1, identify, run 2, batch 1"));
  CHECK(driver.take<command::CommitTransaction>().ledger->batch.ranges[0].span() == 32);
}

TEST_CASE("a batch that gave up half-way because of its state is made smaller, too",
          "[unit][engine][state_limits]") {
  auto driver = driverWith(limited(), 3 * kMiB);
  driver.compute = [real = driver.compute](const command::RunBatch& run) {
    auto computed = real(run);
    if (spanOf(run) > 32) computed.status = Status::abort("gave up");
    return computed;
  };
  driver.start().tick();
  CHECK_FALSE(driver.stopped);
  CHECK(driver.lastTransaction().ledger->batch.id == BatchId{2});
}

TEST_CASE("the limit on the span grows slowly again: the state of a batch does not shrink",
          "[unit][engine][state_limits]") {
  auto driver = driverWith(limited(), 3 * kMiB);
  std::vector<std::int64_t> spans;
  driver.compute = [real = driver.compute, &spans](const command::RunBatch& run) {
    spans.push_back(spanOf(run));
    return real(run);
  };
  driver.cluster.end("in") = Offset{1'000};
  driver.start();
  for (int i = 0; i < 40; ++i) driver.tick();
  CHECK_FALSE(driver.stopped);
  CHECK(driver.committedAt("in", 0) == Offset{1'000});
  const auto too_large = std::count_if(spans.begin(), spans.end(), [](auto s) { return s > 33; });
  const auto good = static_cast<std::ptrdiff_t>(spans.size()) - too_large;
  CHECK(good > 3 * too_large);
}

TEST_CASE("a batch that is too large only beside another's undo waits and runs alone",
          "[unit][engine][state_limits]") {
  auto driver = driverWith(limited(), 1);
  driver.compute = [real = driver.compute](const command::RunBatch& run) {
    auto computed = real(run);
    computed.state.batch = 60 * kMiB;
    computed.state.undecided = run.plan.id == BatchId{2} ? 120 * kMiB : 60 * kMiB;
    return computed;
  };
  driver.cluster.end("in") = Offset{1};
  driver.start().hold("batch");
  driver.tick();
  driver.cluster.end("in") = Offset{2};
  driver.text();
  driver.tick().tick().tick();
  CHECK(driver.text() == "inputs, run 2, rollback 2");
  CHECK_FALSE(driver.stopped);
  driver.compute = [real = driver.compute](const command::RunBatch& run) {
    auto computed = real(run);
    computed.state.undecided = computed.state.batch;
    return computed;
  };
  driver.endTransaction(true, Status(), false);
  CHECK(driver.text().starts_with("confirm 1, ends"));
  driver.tick();
  CHECK(driver.take<command::CommitTransaction>().batch == BatchId{2});
}

TEST_CASE("a single record with too much state stops and says which setting to raise",
          "[unit][engine][state_limits]") {
  auto driver = driverWith(limited(), 130 * kMiB);
  driver.start().tick();
  REQUIRE(driver.stopCode() == "E222");
  const auto& info = driver.stopped->status.info();
  CHECK(info.exit_code == ExitCode::kData);
  CHECK(info.help == "raise state.memory_limit to 520MiB or more");
  CHECK(info.message.find("in/0") != std::string::npos);
  CHECK(info.message.find("130MiB") != std::string::npos);
  CHECK(driver.committedAt("in", 0) == Offset{0});
}

TEST_CASE("a visit of all keys that outgrows its share without any input stops",
          "[unit][engine][state_limits]") {
  auto driver = driverWith(limited(), 1);
  driver.cluster.end("in") = Offset{0};
  driver.compute = [](const command::RunBatch& run) {
    event::BatchComputed computed;
    computed.batch = run.plan.id;
    computed.status = Status::abort("gave up");
    computed.state.batch = computed.state.undecided = 101 * kMiB;
    return computed;
  };
  driver.start().tick();
  CHECK(driver.stopCode() == "E222");
}

TEST_CASE("a batch whose plan is committed is not cut when its state is too large",
          "[unit][engine][state_limits]") {
  auto options = limited();
  options.side_effects = true;
  auto driver = driverWith(std::move(options), 3 * kMiB);
  driver.start().tick();
  REQUIRE(driver.stopCode() == "E222");
  CHECK(driver.stopped->status.message().find("its plan is committed") != std::string::npos);
}
