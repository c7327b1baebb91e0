// queueStream: which batch gets which collection.
#include <lockstep/dstream/queue_stream.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/graph_runner.hpp"
#include "tests/support/local_input.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

using Lines = std::vector<std::string>;
using Queue = RddQueue<std::string>;

/// A graph of one queue, and plans without input.
struct QueueRunner {
  explicit QueueRunner(bool one_at_a_time = true, Queue::Collection otherwise = {}) {
    runner.save(
        queueInput<std::string>(runner.graph, queue, {one_at_a_time, {}}, std::move(otherwise)));
    runner.prepare();
  }
  [[nodiscard]] static BatchPlan plan(std::uint64_t id, bool closes = true) {
    BatchPlan plan;
    plan.id = BatchId{id};
    plan.time = at(static_cast<std::int64_t>(id) * 1000);
    plan.closes_own_tick = closes;
    return plan;
  }
  Lines run(const BatchPlan& plan) {
    runner.run(plan);
    REQUIRE(runner.last.status.ok());
    return runner.records();
  }
  Lines batch(std::uint64_t id) {
    const auto lines = run(plan(id));
    runner.graph->job().confirmed(BatchId{id});
    return lines;
  }

  std::shared_ptr<Queue> queue = std::make_shared<Queue>();
  GraphRunner runner;
};

}  // namespace

TEST_CASE("each tick takes the next collection, or the default", "[unit][sources][queue]") {
  QueueRunner runner(true, {"none"});
  runner.queue->push({"a", "b"});
  runner.queue->push({});
  runner.queue->push({"c"});
  CHECK(runner.batch(1) == Lines{"~=a", "~=b"});
  CHECK(runner.batch(2).empty());
  CHECK(runner.batch(3) == Lines{"~=c"});
  CHECK(runner.batch(4) == Lines{"~=none"});
}

TEST_CASE("or all that wait", "[unit][sources][queue]") {
  QueueRunner runner(false);
  runner.queue->push({"a", "b"});
  runner.queue->push({"c"});
  CHECK(runner.batch(1) == Lines{"~=a", "~=b", "~=c"});
  CHECK(runner.batch(2).empty());
}

TEST_CASE("a batch that runs again has the same collection again", "[unit][sources][queue]") {
  QueueRunner runner;
  runner.queue->push({"a"});
  runner.queue->push({"b"});
  CHECK(runner.run(QueueRunner::plan(1)) == Lines{"~=a"});
  CHECK(runner.run(QueueRunner::plan(2)) == Lines{"~=b"});
  CHECK(runner.run(QueueRunner::plan(1)) == Lines{"~=a"});
  runner.runner.graph->job().confirmed(BatchId{1});
  CHECK(runner.run(QueueRunner::plan(2)) == Lines{"~=b"});
}

TEST_CASE("a batch that does not close its tick takes nothing", "[unit][sources][queue]") {
  QueueRunner runner;
  runner.queue->push({"a"});
  CHECK(runner.run(QueueRunner::plan(1, false)).empty());
  CHECK(runner.batch(2) == Lines{"~=a"});
}

TEST_CASE("a program is tested with a queue of batches", "[unit][sources][queue]") {
  LocalKafka kafka;
  kafka.createTopic("sums");
  StreamingContext context(inputSettings(), kafka);
  auto queue = std::make_shared<RddQueue<std::int64_t>>();
  queue->push({1, 2, 3});
  queue->push({10, 20});
  const auto sums =
      queueStream<std::int64_t>(context, queue).reduce([](std::int64_t a, std::int64_t b) {
        return a + b;
      });
  kafka::save(sums, {.topic = "sums"});
  context.start();
  await("both sums", [&] { return kafka.read("sums").size() == 2; });
  context.stop();
  const auto records = kafka.read("sums");
  CHECK(Serde<std::int64_t>{}.read(records[0].value.value()) == 6);
  CHECK(Serde<std::int64_t>{}.read(records[1].value.value()) == 30);
}

TEST_CASE("a queue has no end to run to", "[unit][sources][queue]") {
  LocalKafka kafka;
  kafka.createTopic("out");
  StreamingContext context(inputSettings(), kafka);
  kafka::save(queueStream<std::string>(context, std::make_shared<Queue>()), {.topic = "out"});
  context.start({.until_end = true});
  try {
    context.awaitTermination();
    FAIL("it ended without an error");
  } catch (const Error& error) {
    CHECK(error.code() == "E265");
  }
}
