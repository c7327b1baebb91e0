// A process dies at each step of a batch; what the next one finds, restores and runs. One case per
// row of the recovery table: the state is always brought to what is committed, never to more.
#include "tests/unit/engine/engine_driver.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

EngineOptions stateful(std::uint64_t nonce) {
  auto options = EngineDriver::options();
  options.state = {{"counts", 2, "updateStateByKey", "string", "long", ""}};
  options.nonce = Nonce{nonce};
  return options;
}

/// Runs until batch 2 ([10, 20) of in/0) is held at `step`, then dies.
FakeCluster diedAt(const std::string& step, bool happened) {
  EngineDriver driver(stateful(1));
  driver.cluster.end("in") = Offset{10};
  driver.start().tick();
  driver.cluster.end("in") = Offset{20};
  driver.hold(step);
  driver.tick();
  if (happened) {
    driver.cluster.end("app-changelog-counts", 0) = Offset{4};
    driver.cluster.commit(driver.take<command::CommitTransaction>());
  }
  return driver.cluster;
}

struct Next {
  StateTarget target;
  std::vector<OffsetRange> ranges;
  BatchId id;
};

/// What the next process restores, and the first batch that it runs.
Next nextProcess(FakeCluster cluster) {
  EngineDriver driver(stateful(2));
  driver.cluster = std::move(cluster);
  driver.cluster.end("in") = Offset{25};
  driver.hold("restore");
  driver.hold("run");
  driver.start();
  Next next;
  next.target = driver.take<command::RestoreState>().target;
  driver.feed(event::StateRestored{});
  driver.advance(seconds(2));
  const auto run = driver.take<command::RunBatch>();
  next.ranges = run.plan.ranges;
  next.id = run.plan.id;
  return next;
}

}  // namespace

TEST_CASE("killed before the commit: the batch is run again from the committed offsets",
          "[unit][engine][crash_points]") {
  const auto step = GENERATE(as<std::string>{}, "inputs", "run", "batch");
  const auto next = nextProcess(diedAt(step, false));
  CHECK(next.target.batch == BatchId{1});
  CHECK(next.target.inputs[0].next == Offset{10});
  CHECK(next.id == BatchId{2});
  CHECK(next.ranges[0].from == Offset{10});
}

TEST_CASE("killed after the commit, whatever reached the disk: the changelog's tail brings batch 2",
          "[unit][engine][crash_points]") {
  const auto next = nextProcess(diedAt("batch", true));
  CHECK(next.target.batch == BatchId{2});
  CHECK(next.target.inputs[0].next == Offset{20});
  CHECK(next.target.changelogs[0].high_watermark == Offset{4});
  CHECK(next.target.changelogs[0].known_end == Offset{0});
  CHECK(next.id == BatchId{3});
  CHECK(next.ranges[0].from == Offset{20});
}

TEST_CASE("killed after the decision and before its ends were read: nothing is missing",
          "[unit][engine][crash_points]") {
  const auto next = nextProcess(diedAt("ends", false));
  CHECK(next.target.batch == BatchId{2});
  CHECK(next.ranges[0].from == Offset{20});
}

TEST_CASE("killed between claim and restore: the claim changes nothing",
          "[unit][engine][crash_points]") {
  EngineDriver second(stateful(2));
  second.cluster = diedAt("run", false);
  second.hold("restore");
  second.start();
  const auto next = nextProcess(second.cluster);
  CHECK(next.target.batch == BatchId{1});
  CHECK(next.id == BatchId{2});
  CHECK(next.ranges[0].from == Offset{10});
}

TEST_CASE("killed inside the claim's commit: either outcome starts at the same place",
          "[unit][engine][crash_points]") {
  const bool happened = GENERATE(false, true);
  EngineDriver second(stateful(2));
  second.cluster = diedAt("run", false);
  second.hold("claim");
  second.start();
  if (happened) second.cluster.commit(second.take<command::CommitTransaction>());
  const auto next = nextProcess(second.cluster);
  CHECK(next.target.batch == BatchId{1});
  CHECK(next.id == BatchId{2});
  CHECK(next.ranges[0].from == Offset{10});
}
