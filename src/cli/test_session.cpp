#include "src/cli/test_session.hpp"

#include <algorithm>

#include <lockstep/dstream/initial_state.hpp>
#include <lockstep/model/internal_topics.hpp>

#include "connectors/memory/memory_kafka.hpp"
#include "connectors/memory/virtual_clock.hpp"
#include "src/cli/test_bench.hpp"
#include "src/cli/test_values.hpp"
#include "src/runtime/port_factories.hpp"

namespace lockstep::cli {
namespace {

using std::chrono::milliseconds;

/// Drives one application: run() is inside Application::run(), which calls idle() whenever only
/// time can bring something new.
class Session {
 public:
  Session(const config::ApplicationConfig& application, const config::TestConfig& test)
      : bench_(application, test),
        test_(test),
        clock_(bench_.start() + milliseconds(1)),
        kafka_(clock_),
        taker_(bench_) {
    bench_.createTopics(kafka_.admin());
    for (const auto& expected : test.streams) addShown(expected.name.text);
  }

  TestObservation run() {
    auto made = bench_.spec();
    if (!made.ok()) {
      seen_.status = made.status();
      return std::move(seen_);
    }
    auto spec = std::move(made).value();
    spec.when_idle = [this](std::optional<Instant> wake) { idle(wake); };
    const auto graph = spec.graph;
    const auto& file = bench_.application();
    Application application(std::move(spec),
                            makeMemoryPorts(kafka_, file.application.text, file.guarantee), clock_);
    running_ = &application;
    seen_.status = application.run();
    for (const auto& state : test_.state) readState(*graph, state.id.text);
    if (file.errors.dead_letter_topic)
      seen_.dead_letters = committed(file.errors.dead_letter_topic->text);
    if (seen_.status.ok()) seen_.evidence = taker_.take(kafka_.admin(), graph->states());
    return std::move(seen_);
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

  void idle(std::optional<Instant> wake) {
    const auto now = clock_.now();
    if (wake && *wake <= now && std::exchange(asked_, now) != now) return;  // it gets its turn
    if (until_ && now < *until_) {
      auto next = std::min(*until_, wake.value_or(*until_));
      if (const auto due = kafka_.nextDue()) next = std::min(next, *due);
      clock_.advance(std::max<std::chrono::nanoseconds>(next - now, milliseconds(1)));
      return;
    }
    if (until_) collect();
    if (entry_ == test_.batches.size()) return stop(wake);
    begin(test_.batches[entry_++]);
  }

  /// Also while the application ends: time goes on.
  void stop(std::optional<Instant> wake) {
    until_.reset();
    if (!std::exchange(stopping_, true)) return running_->requestStop();
    const auto step = wake ? *wake - clock_.now() : std::chrono::nanoseconds(0);
    clock_.advance(std::max<std::chrono::nanoseconds>(step, milliseconds(1)));
  }

  /// Feeds the records of one entry and sets the time at which its last batch is due.
  void begin(const config::TestBatch& batch) {
    const auto interval = bench_.interval();
    const auto since = clock_.wallNow().time_since_epoch();
    const auto tick = since - since % interval + interval;  // the next one
    bench_.feed(kafka_.admin(), batch, WallTime(tick));
    until_ = clock_.now() + (tick - since) + (bench_.intervals(batch) - 1) * interval;
  }

  /// Takes what the entry's batches have committed.
  void collect() {
    taker_.decided(kafka_.admin());
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
    return kafka_.admin().read({topic, partition}, memory::Admin::Isolation::kCommitted);
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
  memory::VirtualClock clock_;
  memory::MemoryKafka kafka_;
  EvidenceTaker taker_;
  Application* running_ = nullptr;
  std::size_t entry_ = 0;         ///< the next of `batches`
  std::optional<Instant> until_;  ///< when the last batch of the running entry is due
  std::optional<Instant> asked_;  ///< when the engine last wanted to be woken at once
  bool stopping_ = false;
  std::map<TopicPartition, Offset> next_;  ///< of each that is read
  TestObservation seen_;
};

}  // namespace

TestObservation observe(const config::ApplicationConfig& application,
                        const config::TestConfig& test) {
  return Session(application, test).run();
}

}  // namespace lockstep::cli
