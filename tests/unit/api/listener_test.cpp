// StreamingListener: what it is told, in which order.
#include <lockstep/api/lockstep.hpp>

#include <algorithm>
#include <future>
#include <stdexcept>
#include <vector>

#include "tests/support/catch.hpp"

using namespace lockstep;
using std::chrono::milliseconds;

namespace {

class Recorder final : public StreamingListener {
 public:
  void onBatchSubmitted(const BatchInfo&) override { events.push_back("submitted"); }
  void onBatchStarted(const BatchInfo& batch) override {
    events.push_back("started");
    CHECK_FALSE(batch.processingDelay());
  }
  void onOutputOperationStarted(const OutputOperationInfo& output) override {
    events.push_back(output.step + " started");
  }
  void onOutputOperationCompleted(const OutputOperationInfo& output) override {
    events.push_back(output.step + " completed" + output.failure);
    CHECK(output.end >= output.start);
  }
  void onBatchCompleted(const BatchInfo& batch) override {
    events.push_back("completed");
    batches.push_back(batch);
  }

  std::vector<std::string> events;
  std::vector<BatchInfo> batches;
};

class Thrower final : public StreamingListener {
 public:
  void onBatchStarted(const BatchInfo&) override { throw std::runtime_error("no"); }
};

}  // namespace

TEST_CASE(
    "a listener hears of every batch and of outputs outside Kafka, another one's failure or not",
    "[unit][api][listener]") {
  LocalKafka kafka;
  kafka.createTopic("in");
  kafka.createTopic("out");
  for (const char* value : {"a", "b", "c"}) kafka.produce("in", std::nullopt, value);
  StreamingContext context(Settings({.application = "copy", .batch_interval = milliseconds(10)}),
                           kafka);
  auto lines = kafka::createDirectStream(context, {.topics = {"in"}});
  kafka::save(lines, {.topic = "out"});
  lines.foreachRDD([](const auto&, BatchTime) {}, "store");
  const auto recorder = std::make_shared<Recorder>();
  context.addStreamingListener(std::make_shared<Thrower>());
  context.addStreamingListener(recorder);
  context.start({.until_end = true});
  CHECK(context.awaitTermination() == 0);

  for (const auto& event : recorder->events) UNSCOPED_INFO(event);
  REQUIRE_FALSE(recorder->batches.empty());
  REQUIRE(recorder->events.size() >= 5);
  const std::vector<std::string> first(recorder->events.begin(), recorder->events.begin() + 5);
  CHECK(first == std::vector<std::string>{"submitted", "started", "store started",
                                          "store completed", "completed"});
  const auto& batch = recorder->batches.front();
  CHECK(batch.records_in == 3);
  CHECK(batch.records_out == 3);
  CHECK(batch.ranges.size() == 1);
  CHECK(batch.processingDelay() >= milliseconds(0));
  CHECK(batch.schedulingDelay() >= milliseconds(0));
  CHECK(batch.totalDelay() == batch.schedulingDelay() + *batch.processingDelay());
}

TEST_CASE("a listener comes before start()", "[unit][api][listener]") {
  StreamingContext context(Settings({.application = "copy", .batch_interval = milliseconds(10)}));
  context.stop();
  CHECK_THROWS_AS(context.addStreamingListener(std::make_shared<Recorder>()), Error);
}
