// Which partitions a plan leaves behind: a watermark must not take them for idle.
#include "tests/unit/engine/engine_driver.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

EngineOptions withWatermark() {
  auto options = EngineDriver::options();
  options.state = {{"clock", 1, "watermark", "partition", "time", ""}};
  return options;
}

/// "in/0, in/1": what the batches leave behind, batch by batch.
struct Behind : PlanLog {
  explicit Behind(EngineDriver& driver) : PlanLog(driver, &describe) {}
  static std::string describe(const BatchPlan& plan) {
    std::string text;
    for (const auto& partition : plan.behind)
      text += (text.empty() ? "" : ", ") + toString(partition);
    return text;
  }
};
using Batches = std::vector<std::string>;

}  // namespace

TEST_CASE("a plan names the partitions that its limits cut, and the ledger keeps them",
          "[unit][engine][behind]") {
  auto options = EngineDriver::options();
  options.max_records_per_partition = 4;
  EngineDriver driver(options);
  Behind behind(driver);
  driver.cluster.end("in", 0) = Offset{10};
  driver.cluster.end("in", 1) = Offset{4};
  driver.hold("batch");
  driver.start().tick();
  CHECK(driver.lastTransaction().ledger->batch.leavesBehind({"in", Partition{0}}));
  driver.release("batch");
  driver.settle();
  CHECK(behind.batches == Batches{"in/0", "in/0", ""});
}

TEST_CASE("a batch that only closes boundaries leaves all input behind", "[unit][engine][behind]") {
  EngineDriver first(EngineDriver::options());
  first.cluster.end("in", 0) = Offset{10};
  first.start().tick();
  auto options = EngineDriver::options();
  options.nonce = Nonce{2};
  options.window_slide = seconds(1);
  options.boundaries_max = 4;
  EngineDriver second(options);
  Behind behind(second);
  second.cluster = first.cluster;
  second.cluster.end("in", 1) = Offset{12};
  second.wall += seconds(10);
  second.start().tick();
  CHECK(behind.batches == Batches{"in/1", "in/1", ""});
}

TEST_CASE("inputs that wait for a table are left behind", "[unit][engine][behind]") {
  auto options = EngineDriver::statefulOptions();
  options.inputs.push_back({"table", StartFrom::kEarliest});
  options.tables = {{"table", "counts"}};
  EngineDriver driver(options);
  Behind behind(driver);
  driver.cluster.addTopic("table", 1);
  driver.cluster.end("in", 1) = Offset{2};
  driver.cluster.end("table") = Offset{3};
  driver.start().tick();
  CHECK(behind.batches == Batches{"in/1", ""});
}

TEST_CASE("a batch that is cut after it was planned leaves behind what was cut",
          "[unit][engine][behind]") {
  EngineDriver driver(EngineDriver::options());
  Behind behind(driver);
  driver.cluster.end("in", 0) = Offset{8};
  driver.hold("batch");
  driver.start().tick();
  driver.take<command::CommitTransaction>();
  event::TransactionEnded slow;
  slow.status = abortedStatus();
  slow.open_too_long = true;
  driver.feed(slow);
  driver.release("batch");
  driver.settle();
  REQUIRE(behind.batches.size() >= 2);
  CHECK(behind.batches[0].empty());
  CHECK(behind.batches[1] == "in/0");
  CHECK(behind.batches.back().empty());
}

TEST_CASE("where there are watermarks, an open transaction behind the end counts as well",
          "[unit][engine][behind]") {
  EngineDriver driver(withWatermark());
  Behind behind(driver);
  driver.cluster.pending = {{"in", Partition{1}}};
  driver.start().tick();
  driver.cluster.pending = {};
  driver.tick();
  CHECK(behind.batches == Batches{"in/1", ""});
}

TEST_CASE("without watermarks nobody asks for open transactions", "[unit][engine][behind]") {
  EngineDriver driver(EngineDriver::options());
  driver.hold("inputs");
  driver.start().tick();
  CHECK_FALSE(driver.take<command::ReadInputEnds>().pending);
}
