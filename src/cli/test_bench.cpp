#include "src/cli/test_bench.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "src/cli/fed_streams.hpp"
#include "src/cli/test_values.hpp"
#include "src/pipeline/pipeline_builder.hpp"
#include "src/runtime/configured_application.hpp"

namespace lockstep::cli {
namespace {

using config::ApplicationConfig;
using config::DataFormat;
using std::chrono::milliseconds;

/// Of a topic whose records choose their partition.
constexpr std::int32_t kChosenPartitions = 100;
/// Topic of a stream that no Kafka output shows; no stream's name has a dot.
constexpr std::string_view kTapPrefix = "lockstep.test.";

std::string tapTopic(const std::string& stream) { return std::string(kTapPrefix) + stream; }

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

std::vector<memory::OwnedRecord> testRecords(const config::KafkaInput& kafka,
                                             const std::vector<config::TestRecord>& given,
                                             WallTime batch_time) {
  std::vector<memory::OwnedRecord> records;
  for (const auto& one : given) {
    memory::OwnedRecord record;
    record.key = encodeTestKey(kafka.key, one);
    record.value = encodeTestValue(kafka.value, one);
    record.timestamp = one.timestamp ? WallTime(milliseconds(*one.timestamp)) : batch_time;
    for (const auto& [name, text] : one.headers) record.headers.emplace_back(name, text);
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace

TestBench::TestBench(const ApplicationConfig& application, const config::TestConfig& test)
    : test_(test), application_(tapped(application, test)), topics_(topicsOf(application_, test)) {}

/// It begins at the first multiple of the interval in 2025: the first batch is one interval later.
sim::Subject::Plan TestBench::plan() const {
  constexpr milliseconds kNewYear = std::chrono::seconds(1'735'689'600);
  const auto interval = std::chrono::duration_cast<milliseconds>(application_.batch.interval);
  sim::Subject::Plan plan{application_.application.text,
                          application_.guarantee,
                          interval,
                          WallTime((kNewYear + interval - milliseconds(1)) / interval * interval),
                          {}};
  for (const auto& entry : test_.batches)
    plan.steps.push_back(entry.advance ? *entry.advance / application_.batch.interval : 1);
  return plan;
}

void TestBench::createTopics(memory::Admin& kafka) const {
  const auto inputs = fedTopics(application_);
  for (const auto& topic : inputs) kafka.createTopic(newFedTopic(topic));
  for (const auto& [topic, partitions] : topics_)
    if (!inputs.contains(topic)) kafka.createTopic({topic, partitions, 1, {}});
}

std::string TestBench::topicOf(const std::string& name) const {
  return application_.stream(name) != nullptr ? tapTopic(name) : name;
}

std::string TestBench::nameOf(const std::string& topic) {
  return topic.starts_with(kTapPrefix) ? topic.substr(kTapPrefix.size()) : topic;
}

const config::KafkaOutputConfig* TestBench::outputTo(const std::string& topic) const {
  for (const auto& output : application_.outputs)
    if (output.kafka()->writes(topic)) return output.kafka();
  return nullptr;
}

Result<ApplicationSpec> TestBench::spec() const {
  config::Diagnostics ignored;  // the file was built before, without mistakes
  const auto pipeline = buildPipeline(application_, ignored);
  if (pipeline.graph == nullptr) return ignored.toStatus();
  auto spec = specOf(application_, pipeline.graph, {});
  spec.state_dir.reset();
  spec.threads = 1;
  spec.engine.catch_up_whole = true;
  spec.engine.max_records_per_partition.reset();
  spec.engine.rate = {};
  for (auto& input : spec.engine.inputs) input.start = StartFrom::kEarliest;
  spec.engine.nonce = Nonce{1};
  return spec;
}

void TestBench::feed(memory::Admin& kafka, const config::TestBatch& batch, WallTime tick) const {
  for (const auto& [stream, given] : batch.input) {
    const auto& input = *application_.stream(stream.text)->kafka();
    const auto records = testRecords(input, given, tick);
    if (!records.empty()) kafka.produce({input.topics.front().text, kTestPartition}, records);
  }
}

}  // namespace lockstep::cli
