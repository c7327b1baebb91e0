#include "src/cli/try_session.hpp"

#include <algorithm>
#include <bit>
#include <cctype>
#include <cstdio>
#include <set>

#include <fmt/format.h>

#include <lockstep/formats/big_endian.hpp>

#include "src/cli/fed_streams.hpp"

namespace lockstep::cli {
namespace {

constexpr Partition kOnly{0};
/// Holds what follows the prefix of a topic that a record chose.
constexpr std::string_view kChosenHeader = "lockstep.try.topic";

std::string shown(config::DataFormat format, const std::optional<std::string>& bytes) {
  if (!bytes) return "null";
  if (bytes->size() == sizeof(std::uint64_t)) {
    const auto bits = loadBigEndian64(bytes->data());
    if (format == config::DataFormat::kLong)
      return fmt::format("{}", static_cast<std::int64_t>(bits));
    if (format == config::DataFormat::kDouble)
      return fmt::format("{}", std::bit_cast<double>(bits));
  }
  return *bytes;
}

memory::OwnedRecord recordOf(const std::string& line, bool keys, WallTime now) {
  memory::OwnedRecord record;
  record.timestamp = now;
  record.value = line;
  if (!keys) return record;
  const auto tab = line.find('\t');
  if (tab == std::string::npos) return record;
  record.key = line.substr(0, tab);
  record.value = line.substr(tab + 1);
  return record;
}

/// "/data/out/counts" as the name of a topic: "files.data.out.counts".
std::string topicOfFiles(std::string path) {
  for (char& c : path)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-' && c != '_') c = '.';
  return "files" + path;
}

}  // namespace

config::ApplicationConfig triedOut(config::ApplicationConfig application) {
  for (auto& output : application.outputs) {
    if (const auto* files = output.files()) {
      config::KafkaOutputConfig shown;
      shown.topic.text = topicOfFiles(files->prefix(output.from.text));
      shown.key = shown.value = config::DataFormat::kJson;
      output.target = std::move(shown);
    }
    auto* kafka = std::get_if<config::KafkaOutputConfig>(&output.target);
    if (kafka == nullptr) continue;
    kafka->partition.reset();
    if (!kafka->topic_name) continue;
    config::SourceText name;
    name.text = kChosenHeader;
    kafka->headers.emplace_back(std::move(name), std::move(*kafka->topic_name));
    kafka->topic_name.reset();
  }
  return application;
}

TrySession::TrySession(const config::ApplicationConfig& application, Clock& clock)
    : application_(application), clock_(clock), kafka_(clock) {
  const auto inputs = fedTopics(application);
  std::set<std::string> topics;
  std::size_t outputs = 0;
  for (const auto& output : application.outputs) {
    if (output.kafka() == nullptr) continue;
    topics.insert(output.kafka()->topic.text);
    ++outputs;
  }
  if (application.errors.dead_letter_topic)
    topics.insert(application.errors.dead_letter_topic->text);
  many_outputs_ = outputs > 1;
  for (const auto& topic : inputs) kafka_.admin().createTopic(newFedTopic(topic));
  for (const auto& topic : topics)
    if (!inputs.contains(topic)) kafka_.admin().createTopic({topic, 1, 1, {}});
}

void TrySession::feed(const std::string& topic, const std::vector<std::string>& lines, bool keys) {
  if (lines.empty()) return;
  std::vector<memory::OwnedRecord> records;
  records.reserve(lines.size());
  for (const auto& line : lines) records.push_back(recordOf(line, keys, clock_.wallNow()));
  const auto first = kafka_.admin().produce({topic, kOnly}, records);
  fed_[topic] = Offset{first.value() + static_cast<std::int64_t>(lines.size())};
}

bool TrySession::caughtUp(const std::string& topic) {
  const auto end = fed_.find(topic);
  if (end == fed_.end()) return true;
  const auto committed = kafka_.admin().committed(application_.application.text, {{topic, kOnly}});
  return committed.at(0).offset && *committed.at(0).offset >= end->second;
}

void TrySession::printNew() {
  for (const auto& output : application_.outputs) {
    if (output.kafka() == nullptr) continue;
    for (const auto& record : newRecords(output.kafka()->topic.text))
      print(*output.kafka(), record);
  }
  std::fflush(stdout);
  if (!application_.errors.dead_letter_topic) return;
  for (const auto& record : newRecords(application_.errors.dead_letter_topic->text)) {
    std::string headers;
    for (const auto& [key, value] : record.headers) {
      headers += fmt::format(" {}={}", key, value.value_or("null"));
    }
    fmt::print(stderr, "dead letter: {}{}\n", record.value.value_or("null"), headers);
  }
}

void TrySession::print(const config::KafkaOutputConfig& output,
                       const memory::OwnedRecord& record) const {
  std::string chosen;
  for (const auto& [name, value] : record.headers)
    if (name == kChosenHeader) chosen = value.value_or("");
  if (many_outputs_ || !chosen.empty()) fmt::print("{}{}\t", output.topic.text, chosen);
  if (record.key) fmt::print("{}\t", shown(output.key, record.key));
  fmt::print("{}\n", shown(output.value, record.value));
}

std::vector<memory::OwnedRecord> TrySession::newRecords(const std::string& topic) {
  auto records = kafka_.admin().read({topic, kOnly}, memory::Admin::Isolation::kCommitted);
  auto& next = printed_[topic];
  std::erase_if(records, [&](const auto& record) { return record.offset < next; });
  if (!records.empty()) next = Offset{records.back().offset.value() + 1};
  return records;
}

}  // namespace lockstep::cli
