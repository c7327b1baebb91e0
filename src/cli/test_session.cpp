#include "src/cli/test_session.hpp"

#include <algorithm>
#include <set>

#include <lockstep/base/arena.hpp>
#include <lockstep/formats/big_endian.hpp>
#include <lockstep/model/internal_topics.hpp>

#include "connectors/memory/memory_kafka.hpp"
#include "connectors/memory/virtual_clock.hpp"
#include "src/cli/fed_streams.hpp"
#include "src/cli/test_values.hpp"
#include "src/pipeline/expression/json.hpp"
#include "src/pipeline/pipeline_builder.hpp"
#include "src/pipeline/rows/encoded.hpp"
#include "src/runtime/configured_application.hpp"
#include "src/runtime/port_factories.hpp"

namespace lockstep::cli {
namespace {

using config::ApplicationConfig;
using config::DataFormat;
using config::TestValue;
using std::chrono::milliseconds;

constexpr Partition kTestPartition{0};
/// Of a topic whose records choose their partition.
constexpr std::int32_t kChosenPartitions = 100;
/// Topic of a stream that no Kafka output shows; no stream's name has a dot.
constexpr std::string_view kTapPrefix = "lockstep.test.";

std::string tapTopic(const std::string& stream) { return std::string(kTapPrefix) + stream; }

/// The first multiple of `interval` in 2025, and a moment: the first batch is one interval later.
WallTime startOf(milliseconds interval) {
  constexpr milliseconds kNewYear = std::chrono::seconds(1'735'689'600);
  const auto ticks = (kNewYear + interval - milliseconds(1)) / interval;
  return WallTime(ticks * interval + milliseconds(1));
}

/// The file as a test runs it: what is expected of a stream is read from a topic in JSON, outputs
/// outside Kafka are left out.
ApplicationConfig tapped(ApplicationConfig application, const config::TestConfig& test) {
  std::set<std::string> taps;
  for (const auto& expected : test.streams) {
    if (application.stream(expected.name.text) != nullptr) taps.insert(expected.name.text);
  }
  for (const auto& stream : application.streams) {  // so that the state is computed at all
    for (const auto& step : stream.steps) {
      const bool wanted = std::any_of(test.state.begin(), test.state.end(), [&](const auto& state) {
        return step.id && state.id.text == step.id->text;
      });
      if (wanted) taps.insert(stream.name.text);
    }
  }
  std::erase_if(application.outputs, [](const auto& output) { return output.kafka() == nullptr; });
  for (const auto& name : taps) {
    config::OutputConfig output;
    output.from.text = name;
    config::KafkaOutputConfig kafka;
    kafka.topic.text = tapTopic(name);
    kafka.key = DataFormat::kJson;
    kafka.value = DataFormat::kJson;
    output.target = std::move(kafka);
    application.outputs.push_back(std::move(output));
  }
  return application;
}

/// The topics that exist in a test beside the fed ones, and how many partitions each has. Of those
/// that records choose only the ones that the test expects something of.
std::map<std::string, std::int32_t> topicsOf(const ApplicationConfig& application,
                                             const config::TestConfig& test) {
  std::map<std::string, std::int32_t> topics;
  for (const auto& output : application.outputs) {
    const auto& kafka = *output.kafka();
    const std::int32_t partitions = kafka.partition ? kChosenPartitions : 1;
    if (!kafka.topic_name) topics[kafka.topic.text] = partitions;
    for (const auto& expected : test.streams)
      if (kafka.topic_name && kafka.writes(expected.name.text))
        topics[expected.name.text] = partitions;
  }
  if (application.errors.dead_letter_topic) topics[application.errors.dead_letter_topic->text] = 1;
  return topics;
}

/// A key or value of state, as its operator encodes it; throws what decodeEncoded() throws.
TestValue stateValue(const std::string& type, std::string_view bytes) {
  if (type == "long" && bytes.size() == sizeof(std::uint64_t))
    return static_cast<std::int64_t>(loadBigEndian64(bytes.data()));
  Arena arena(1024);
  std::string text;
  appendJson(text, decodeEncoded(bytes, arena));
  return TestValue::parse(text);
}

/// Drives one application: run() is inside Application::run(), which calls idle() whenever only
/// time can bring something new.
class Session {
 public:
  Session(const ApplicationConfig& application, const config::TestConfig& test)
      : test_(test),
        application_(tapped(application, test)),
        interval_(std::chrono::duration_cast<milliseconds>(application.batch.interval)),
        clock_(startOf(interval_)),
        kafka_(clock_) {
    topics_ = topicsOf(application_, test);
    const auto inputs = fedTopics(application_);
    for (const auto& topic : inputs) kafka_.admin().createTopic(newFedTopic(topic));
    for (const auto& [topic, partitions] : topics_)
      if (!inputs.contains(topic)) kafka_.admin().createTopic({topic, partitions, 1, {}});
    for (const auto& expected : test.streams) addShown(expected.name.text);
  }

  TestObservation run() {
    config::Diagnostics ignored;  // the file was built before, without mistakes
    const auto pipeline = buildPipeline(application_, ignored);
    if (pipeline.graph == nullptr) {
      seen_.status = ignored.toStatus();
      return std::move(seen_);
    }
    Application application(
        spec(pipeline.graph),
        makeMemoryPorts(kafka_, application_.application.text, application_.guarantee), clock_);
    running_ = &application;
    seen_.status = application.run();
    for (const auto& state : test_.state) readState(*pipeline.graph, state.id.text);
    if (application_.errors.dead_letter_topic)
      seen_.dead_letters = committed(application_.errors.dead_letter_topic->text);
    return std::move(seen_);
  }

 private:
  ApplicationSpec spec(const std::shared_ptr<DStreamGraph>& graph) {
    auto spec = specOf(application_, graph, {});
    spec.state_dir.reset();
    spec.threads = 1;
    // An entry is exactly one batch, whatever the file's limits are.
    spec.engine.catch_up_whole = true;
    spec.engine.max_records_per_partition.reset();
    spec.engine.rate = {};
    for (auto& input : spec.engine.inputs) input.start = StartFrom::kEarliest;
    spec.engine.nonce = Nonce{1};
    spec.when_idle = [this](std::optional<Instant> wake) { idle(wake); };
    return spec;
  }

  void addShown(const std::string& name) {
    auto& shown = seen_.streams[name];
    if (application_.stream(name) != nullptr) return;
    for (const auto& output : application_.outputs) {
      if (!output.kafka()->writes(name)) continue;
      shown.key = output.kafka()->key;
      shown.value = output.kafka()->value;
      return;
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
    const auto count = batch.advance ? *batch.advance / application_.batch.interval : 1;
    const auto since = clock_.wallNow().time_since_epoch();
    const auto tick = since - since % interval_ + interval_;  // the next one
    for (const auto& [stream, records] : batch.input) feed(stream.text, records, WallTime(tick));
    until_ = clock_.now() + (tick - since) + (count - 1) * interval_;
  }

  void feed(const std::string& stream, const std::vector<config::TestRecord>& given,
            WallTime batch_time) {
    const auto& kafka = *application_.stream(stream)->kafka();
    std::vector<memory::OwnedRecord> records;
    for (const auto& one : given) {
      memory::OwnedRecord record;
      record.key = encodeTestKey(kafka.key, one);
      record.value = encodeTestValue(kafka.value, one);
      record.timestamp = one.timestamp ? WallTime(milliseconds(*one.timestamp)) : batch_time;
      for (const auto& [name, text] : one.headers) record.headers.emplace_back(name, text);
      records.push_back(std::move(record));
    }
    if (!records.empty())
      kafka_.admin().produce({kafka.topics.front().text, kTestPartition}, records);
  }

  /// Takes what the entry's batches have committed.
  void collect() {
    for (auto& [name, shown] : seen_.streams) {
      auto& batch = shown.batches.emplace_back();
      const auto topic = application_.stream(name) != nullptr ? tapTopic(name) : name;
      for (std::int32_t i = 0; i < topics_[topic]; ++i)
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
      const auto topic = changelogTopic(application_.application.text, id);
      for (auto& record : committed(topic, Partition{static_cast<std::int32_t>(shard)}))
        last[record.key.value_or("")] = std::move(record.value);
    }
    try {
      for (const auto& [key, value] : last) {
        if (!value) continue;
        const auto bytes = std::string_view(*value).substr(1);  // behind the changelog's version
        shown.entries.emplace_back(stateValue(state->key_type, key),
                                   stateValue(state->value_type, bytes));
      }
    } catch (const std::exception&) {
      shown.problem = "the state of " + state->kind +
                      " has a form of its own; expect the stream of the step instead";
    }
    std::sort(shown.entries.begin(), shown.entries.end());
  }

  const config::TestConfig& test_;
  const ApplicationConfig application_;
  const milliseconds interval_;
  memory::VirtualClock clock_;
  memory::MemoryKafka kafka_;
  Application* running_ = nullptr;
  std::size_t entry_ = 0;         ///< the next of `batches`
  std::optional<Instant> until_;  ///< when the last batch of the running entry is due
  std::optional<Instant> asked_;  ///< when the engine last wanted to be woken at once
  bool stopping_ = false;
  std::map<std::string, std::int32_t> topics_;  ///< partitions of each
  std::map<TopicPartition, Offset> next_;       ///< of each that is read
  TestObservation seen_;
};

}  // namespace

TestObservation observe(const config::ApplicationConfig& application,
                        const config::TestConfig& test) {
  return Session(application, test).run();
}

}  // namespace lockstep::cli
