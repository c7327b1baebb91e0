#include "src/cli/test_session.hpp"

#include <algorithm>
#include <memory>

#include <lockstep/dstream/initial_state.hpp>
#include <lockstep/model/internal_topics.hpp>

#include "src/cli/test_bench.hpp"
#include "src/cli/test_values.hpp"
#include "src/simulation/undisturbed_run.hpp"

namespace lockstep::cli {
namespace {

/// One test without faults, and what it shows.
class Session final : public sim::Subject {
 public:
  Session(const config::ApplicationConfig& application, const config::TestConfig& test)
      : bench_(application, test),
        test_(test),
        plan_(bench_.plan()),
        taker_(bench_.taker()),
        run_(*this) {
    for (const auto& expected : test.streams) addShown(expected.name.text);
  }

  TestObservation observe() {
    seen_.status = run_.run();
    if (graph_ == nullptr) return std::move(seen_);
    for (const auto& state : test_.state) readState(*graph_, state.id.text);
    if (const auto& topic = bench_.application().errors.dead_letter_topic)
      seen_.dead_letters = committed(topic->text);
    return std::move(seen_);
  }

  [[nodiscard]] const Plan& plan() const override { return plan_; }
  [[nodiscard]] Result<ApplicationSpec> make() override {
    auto spec = bench_.spec();
    if (spec.ok()) graph_ = spec->graph;
    return spec;
  }
  void prepare(memory::Admin& kafka) override { bench_.createTopics(kafka); }
  void feed(memory::Admin& kafka, std::size_t step, BatchTime tick) override {
    bench_.feed(kafka, test_.batches[step], tick);
  }
  void decided(memory::Admin& kafka, std::size_t /*step*/) override {
    taker_.decided(kafka);
    collect();
  }
  void ended(memory::Admin& kafka) override {
    seen_.evidence = taker_.take(kafka, graph_->states());
  }

 private:
  void addShown(const std::string& name) {
    auto& shown = seen_.streams[name];
    if (bench_.application().stream(name) != nullptr) return;
    if (const auto* output = bench_.outputTo(name)) {
      shown.key = output->key;
      shown.value = output->value;
    }
  }

  /// Takes what the entry's batches have committed.
  void collect() {
    for (auto& [name, shown] : seen_.streams) {
      auto& batch = shown.batches.emplace_back();
      const auto topic = bench_.topicOf(name);
      const auto found = bench_.written().find(topic);
      for (std::int32_t i = 0; found != bench_.written().end() && i < found->second; ++i)
        collect({topic, Partition{i}}, shown, batch);
    }
  }

  void collect(const TopicPartition& from, const ShownStream& shown,
               std::vector<ShownRecord>& batch) {
    const auto records = committed(from.topic, from.partition);
    auto& next = next_[from];
    for (const auto& record : records) {
      if (record.offset < next) continue;
      batch.push_back(
          {decodeTestValue(shown.key, record.key), decodeTestValue(shown.value, record.value),
           record.timestamp.time_since_epoch().count(), record.headers, from.partition.value()});
    }
    if (!records.empty()) next = Offset{records.back().offset.value() + 1};
  }

  std::vector<memory::OwnedRecord> committed(const std::string& topic,
                                             Partition partition = kTestPartition) {
    return run_.kafka().read({topic, partition}, memory::Admin::Isolation::kCommitted);
  }

  /// From the changelog: the last value of each key is its state.
  void readState(const DStreamGraph& graph, const std::string& id) {
    auto& shown = seen_.states[id];
    if (!graph.prepared() || !seen_.status.ok()) return;
    const auto& states = graph.states();
    const auto state = std::find_if(states.begin(), states.end(),
                                    [&](const auto& declared) { return declared.id == id; });
    if (state == states.end()) {
      shown.problem = "the step keeps no state";
      return;
    }
    std::map<std::string, std::optional<std::string>> last;
    for (std::uint32_t shard = 0; shard < state->shards; ++shard) {
      const auto topic = changelogTopic(bench_.application().application.text, id);
      for (auto& record : committed(topic, Partition{static_cast<std::int32_t>(shard)}))
        last[record.key.value_or("")] = std::move(record.value);
    }
    try {
      for (const auto& [key, value] : last) {
        if (!value || detail::InitialState::isMark(key)) continue;
        shown.entries.emplace_back(stateKey(*state, key), stateValue(*state, *value));
      }
    } catch (const std::exception&) {
      shown.problem = "the state of " + state->kind +
                      " has a form of its own; expect the stream of the step instead";
    }
    std::sort(shown.entries.begin(), shown.entries.end());
  }

  const TestBench bench_;
  const config::TestConfig& test_;
  const Plan plan_;
  sim::EvidenceTaker taker_;
  sim::UndisturbedRun run_;
  std::shared_ptr<DStreamGraph> graph_;    ///< none: it could not be made
  std::map<TopicPartition, Offset> next_;  ///< of each that is read
  TestObservation seen_;
};

}  // namespace

TestObservation observe(const config::ApplicationConfig& application,
                        const config::TestConfig& test) {
  return Session(application, test).observe();
}

}  // namespace lockstep::cli
