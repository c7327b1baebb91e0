#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <lockstep/dstream/direct_kafka_input.hpp>
#include <lockstep/dstream/dstream.hpp>
#include <lockstep/dstream/kafka_output.hpp>

#include "tests/support/fake_input.hpp"
#include "tests/support/fake_state.hpp"

namespace lockstep::test {

/// A clock that stands still except while somebody waits.
class StandingClock final : public Clock {
 public:
  Instant now() const override { return now_ += std::chrono::milliseconds(1); }
  WallTime wallNow() const override { return WallTime(std::chrono::milliseconds(1'000'000)); }
  void sleep(std::chrono::nanoseconds duration) override { now_ += duration; }

 private:
  mutable Instant now_{};
};

/// Workers made for each run: affinity i runs on thread i % workers.
class ThreadTaskRunner final : public TaskRunner {
 public:
  explicit ThreadTaskRunner(std::uint32_t workers) : workers_(workers) {}
  std::uint32_t workers() const override { return workers_; }
  void run(std::span<const TaskJob> jobs) override {
    std::vector<std::thread> threads;
    for (std::uint32_t w = 0; w < workers_; ++w)
      threads.emplace_back([&, w] {
        for (std::size_t i = 0; i < jobs.size(); ++i)
          if (jobs[i].affinity.value_or(static_cast<std::uint32_t>(i)) % workers_ == w)
            jobs[i].body(w);
      });
    for (auto& thread : threads) thread.join();
  }

 private:
  std::uint32_t workers_;
};

[[nodiscard]] inline BatchTime at(std::int64_t ms) {
  return BatchTime(std::chrono::milliseconds(ms));
}

/// Runs a graph over a FakeInput, batch by batch: each batch reads everything that was appended.
class GraphRunner {
 public:
  std::shared_ptr<DStreamGraph> graph = std::make_shared<DStreamGraph>();
  FakeInput input;
  std::unique_ptr<FakeState> state;
  BatchServices services;

 private:
  RecordBatchPool pool_;

 public:
  BatchResult last;  ///< of the latest run; goes before the pool

  explicit GraphRunner(std::uint32_t workers = 1) {
    if (workers > 1)
      runner_ = std::make_unique<ThreadTaskRunner>(workers);
    else
      runner_ = std::make_unique<InlineTaskRunner>();
    services.application = "app";
    services.input = &input;
    services.runner = runner_.get();
    services.pool = &pool_;
    services.clock = &clock_;
    services.cancelled = &cancelled;
    services.errors.dead_letter_topic = "dlq";
    addTopic("dlq", 1);
  }
  std::atomic<bool> cancelled = false;

  DStream<RecordView> stream(const std::string& topic = "in", int partitions = 1) {
    for (int i = 0; i < partitions; ++i) input.log({topic, Partition{i}});
    inputs_.emplace_back(topic, partitions);
    return directKafkaInput(graph, {topic});
  }
  /// Runs a graph that somebody else built; its inputs have `partitions` each.
  void use(std::shared_ptr<DStreamGraph> built, int partitions = 1) {
    graph = std::move(built);
    for (const std::string& topic : graph->topicsRead()) {
      for (int i = 0; i < partitions; ++i) input.log({topic, Partition{i}});
      inputs_.emplace_back(topic, partitions);
    }
    for (const std::string& topic : graph->topicsWritten()) addTopic(topic, 1);
  }
  void addTopic(const std::string& name, int partitions) {
    TopicDescription topic;
    topic.name = name;
    topic.exists = true;
    topic.partitions = partitions;
    services.topics[name] = topic;
  }
  template <class T>
  void save(const DStream<T>& stream, const std::string& topic = "out", int partitions = 1) {
    addTopic(topic, partitions);
    kafkaOutput(stream, {.topic = topic, .step = {}});
  }
  void prepare(std::uint32_t parallelism = 2) {
    const Status status = graph->prepare({parallelism, {}});
    LOCKSTEP_CHECK(status.ok(), status.toString());
    state = std::make_unique<FakeState>(graph->states());
    services.state = state.get();
  }
  void deadLetters() {
    services.errors.decode = services.errors.eval = services.errors.produce = OnError::kDeadLetter;
  }
  /// Appends values (null keys) to a partition.
  void feed(std::vector<std::string> values, const std::string& topic = "in", int partition = 0) {
    for (auto& value : values)
      input.append({topic, Partition{partition}}, {std::nullopt, std::move(value)});
  }

  /// The plan of the next batch: everything not read yet; closes its own tick.
  [[nodiscard]] BatchPlan plan() {
    BatchPlan plan;
    plan.id = BatchId{done_.value() + 1};
    plan.time = at(static_cast<std::int64_t>(plan.id.value()) * 1000);
    plan.closes_own_tick = true;
    for (const auto& [topic, partitions] : inputs_)
      for (int i = 0; i < partitions; ++i) {
        const TopicPartition partition{topic, Partition{i}};
        plan.ranges.push_back({partition, next_[partition], input.end(partition)});
      }
    return plan;
  }
  const BatchResult& run(const BatchPlan& plan) {
    last = graph->job().runBatch(plan, services);
    return last;
  }
  /// Runs and confirms a batch; the outputs stay in `last`.
  const BatchResult& batch() { return batch(plan()); }
  const BatchResult& batch(const BatchPlan& plan) {
    run(plan);
    LOCKSTEP_CHECK(last.status.ok(), last.status.toString());
    commit(plan);
    return last;
  }
  void commit(const BatchPlan& plan) {
    Job::confirm(plan.id, services);
    for (const OffsetRange& range : plan.ranges) next_[range.partition] = range.until;
    done_ = plan.id;
  }

  /// What the last batch does outside of Kafka.
  void runEffects() const {
    for (const SideEffect& effect : last.side_effects) {
      const Status status = effect.run();
      LOCKSTEP_CHECK(status.ok(), status.toString());
    }
  }

  /// "key=value" of each record of a topic in output order; "~" for null; longs as numbers where
  /// `longs`.
  [[nodiscard]] std::vector<std::string> records(const std::string& topic = "out",
                                                 bool longs = false) const {
    std::vector<std::string> lines;
    for (const BatchOutput& output : last.outputs)
      if (output.partition.topic == topic)
        for (const EncodedRecord& record : output.records->records())
          lines.push_back(text(record.key, false) + "=" + text(record.value, longs));
    return lines;
  }

 private:
  static std::string text(const std::optional<std::string_view>& bytes, bool is_long) {
    if (!bytes) return "~";
    if (is_long) return std::to_string(Serde<std::int64_t>{}.read(*bytes));
    return std::string(*bytes);
  }

  StandingClock clock_;
  std::unique_ptr<TaskRunner> runner_;
  std::vector<std::pair<std::string, int>> inputs_;
  std::map<TopicPartition, Offset> next_;
  BatchId done_;
};

}  // namespace lockstep::test
