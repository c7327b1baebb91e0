// BatchRunner: what is kept of a batch, for how long, and what a cancelled one leaves.
#include "src/runtime/batch_runner.hpp"

#include <thread>

#include "tests/support/catch.hpp"
#include "tests/support/graph_runner.hpp"

using namespace lockstep;
using Lines = std::vector<std::string>;

namespace {

/// Copies "in" to "out"; the test's own view of what the committer would send.
struct BatchRunnerFixture {
  explicit BatchRunnerFixture(BatchRunner::Options options = {}) : options_(std::move(options)) {}

  /// After streams and outputs are defined.
  BatchRunner& runner() {
    if (!runner_) {
      graph.prepare();
      std::vector<TopicDescription> topics;
      for (const auto& [name, topic] : graph.services.topics) topics.push_back(topic);
      auto services = graph.services;
      services.topics.clear();  // the runner is told of them
      runner_.emplace(graph.graph->job(), services, prepared, options_);
      runner_->setTopics(topics);
    }
    return *runner_;
  }
  std::optional<event::BatchComputed> run() { return runner().execute(command::RunBatch{plan()}); }
  BatchPlan plan() { return graph.plan(); }

  Lines outputs(BatchId batch) const {
    Lines lines;
    const auto found = prepared.find(batch);
    if (!found) return {"none"};
    for (const auto& output : *found) {
      for (const auto& record : output.records->records()) {
        lines.emplace_back(record.value.value_or("~"));
      }
    }
    return lines;
  }

  test::GraphRunner graph;
  PreparedBatches prepared;
  BatchRunner::Options options_;
  std::optional<BatchRunner> runner_;
};

const BatchId kFirst{1};

}  // namespace

TEST_CASE("a batch's outputs live until it is confirmed", "[unit][runtime][batch_runner]") {
  std::vector<BatchId> told;
  BatchRunnerFixture fixture(
      {.on_confirmed = [&](const BatchPlan& plan, const BatchCounters& counters) {
        told.push_back(plan.id);
        CHECK(counters.records_in == 2);
      }});
  fixture.graph.save(fixture.graph.stream());
  fixture.graph.feed({"a", "b"});
  const auto computed = fixture.run();
  REQUIRE(computed.has_value());
  CHECK(computed->status.ok());
  CHECK(computed->has_effects);
  CHECK(computed->outputs_hash != 0);
  CHECK(fixture.outputs(kFirst) == Lines{"a", "b"});
  CHECK(told.empty());
  fixture.runner().execute(command::ConfirmBatch{kFirst});
  CHECK(fixture.outputs(kFirst) == Lines{"none"});
  CHECK(told == std::vector{kFirst});
}

TEST_CASE("a batch that was taken back leaves nothing, and runs again the same",
          "[unit][runtime][batch_runner]") {
  BatchRunnerFixture fixture;
  auto counts = fixture.graph.stream()
                    .map([](const RecordView& record) {
                      return std::pair{record.value.value_or(""), std::int64_t{1}};
                    })
                    .updateStateByKey(reduction::Sum{}, {.id = "counts"});
  fixture.graph.save(counts);
  fixture.graph.feed({"a", "b", "a"});
  const auto first = fixture.run();
  REQUIRE(first.has_value());
  CHECK(fixture.runner().execute(command::RollBackBatch{kFirst}).batch == kFirst);
  CHECK(fixture.outputs(kFirst) == Lines{"none"});
  CHECK(fixture.graph.state->contents("counts").empty());
  const auto second = fixture.run();
  REQUIRE(second.has_value());
  CHECK(second->outputs_hash == first->outputs_hash);
}

TEST_CASE("a batch with too much output is not kept", "[unit][runtime][batch_runner]") {
  BatchRunnerFixture fixture({.output_bytes_max = 10});
  fixture.graph.save(fixture.graph.stream());
  fixture.graph.feed({"0123456789abcdef"});
  const auto computed = fixture.run();
  REQUIRE(computed.has_value());
  REQUIRE_FALSE(computed->status.ok());
  CHECK(computed->status.reaction() == Reaction::kAbort);  // planned again with half the span
  CHECK(fixture.outputs(kFirst) == Lines{"none"});
}

TEST_CASE("side effects come before the commit, and one that fails stops the batch",
          "[unit][runtime][batch_runner]") {
  std::vector<std::size_t> seen;
  BatchRunnerFixture fixture;
  auto stream = fixture.graph.stream();
  stream.foreachRDD([&](const CollectedRdd<RecordView>& rdd, BatchTime) {
    seen.push_back(rdd.count());
    if (rdd.count() == 2) throw std::runtime_error("the database is full");
  });
  fixture.graph.save(stream);
  fixture.graph.feed({"a"});
  REQUIRE(fixture.run().has_value());
  CHECK(seen == std::vector<std::size_t>{1});  // before anything was confirmed
  static_cast<void>(fixture.runner().execute(command::RollBackBatch{kFirst}));
  fixture.graph.feed({"b"});
  const auto computed = fixture.run();
  REQUIRE(computed.has_value());
  REQUIRE_FALSE(computed->status.ok());
  CHECK(computed->status.info().code == "E302");
  CHECK(computed->status.message().find("the database is full") != std::string::npos);
  CHECK(fixture.outputs(kFirst) == Lines{"none"});
}

TEST_CASE("a cancelled batch is not answered, until it was taken back",
          "[unit][runtime][batch_runner]") {
  BatchRunnerFixture fixture;
  fixture.graph.save(fixture.graph.stream());
  fixture.graph.feed({"a"});
  fixture.runner().cancel(kFirst);
  CHECK_FALSE(fixture.run().has_value());
  static_cast<void>(fixture.runner().execute(command::RollBackBatch{kFirst}));
  CHECK(fixture.run().has_value());
  CHECK(fixture.outputs(kFirst) == Lines{"a"});
}

TEST_CASE("a batch that is cancelled while it runs is not answered",
          "[unit][runtime][batch_runner]") {
  BatchRunnerFixture fixture;
  const auto cancelling = [&](const RecordView& record) {
    std::thread([&] { fixture.runner().cancel(kFirst); }).join();
    return std::string(record.value.value_or(""));
  };
  fixture.graph.save(fixture.graph.stream().map(cancelling));
  fixture.graph.feed({"a"});
  CHECK_FALSE(fixture.run().has_value());
  CHECK(fixture.outputs(kFirst) == Lines{"none"});
}

TEST_CASE("after cancelAll() no batch runs, and one that was committed is confirmed",
          "[unit][runtime][batch_runner]") {
  std::vector<BatchId> told;
  BatchRunnerFixture fixture({.on_confirmed = [&](const BatchPlan& plan, const BatchCounters&) {
    told.push_back(plan.id);
  }});
  fixture.graph.save(fixture.graph.stream());
  fixture.graph.feed({"a"});
  REQUIRE(fixture.run().has_value());
  fixture.runner().cancelAll();
  CHECK_FALSE(fixture.run().has_value());
  fixture.runner().execute(command::ConfirmBatch{kFirst});
  CHECK(told == std::vector{kFirst});
}

TEST_CASE("cancelling one batch leaves the other alone", "[unit][runtime][batch_runner]") {
  BatchRunnerFixture fixture;
  fixture.graph.save(fixture.graph.stream());
  fixture.graph.feed({"a"});
  fixture.runner().cancel(BatchId{2});
  CHECK(fixture.run().has_value());
}

TEST_CASE("new partitions of an output are used from the next batch on",
          "[unit][runtime][batch_runner]") {
  BatchRunnerFixture fixture;
  fixture.graph.save(fixture.graph.stream());
  fixture.graph.feed({"a", "b", "c", "d"});
  REQUIRE(fixture.run().has_value());
  CHECK(fixture.prepared.find(kFirst)->size() == 1);
  static_cast<void>(fixture.runner().execute(command::RollBackBatch{kFirst}));
  TopicDescription grown;
  grown.name = "out";
  grown.exists = true;
  grown.partitions = 2;
  fixture.runner().setTopics({grown});
  REQUIRE(fixture.run().has_value());
  CHECK(fixture.prepared.find(kFirst)->size() == 2);
}
