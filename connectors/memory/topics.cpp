#include "connectors/memory/topics.hpp"

#include <algorithm>
#include <charconv>

namespace lockstep::memory {

namespace {
using std::chrono::milliseconds;

std::int64_t number(const Topic& topic, const std::string& key, std::int64_t otherwise) {
  const auto found = topic.config.find(key);
  if (found == topic.config.end()) return otherwise;
  std::int64_t value = otherwise;
  const std::string& text = found->second;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? value : otherwise;
}

/// Kafka's defaults, as of 4.1.
LogLimits limitsOf(const Topic& topic) {
  LogLimits limits;
  limits.max_message_bytes = number(topic, "max.message.bytes", 1'048'588);
  limits.timestamp_before_max =
      milliseconds(number(topic, "message.timestamp.before.max.ms", milliseconds::max().count()));
  limits.timestamp_after_max =
      milliseconds(number(topic, "message.timestamp.after.max.ms", 3'600'000));
  return limits;
}
}  // namespace

BrokerError Topics::create(const NewTopic& topic) {
  if (topic.partitions < 1) return BrokerError::kInvalidPartitions;
  const auto [place, added] = topics_.try_emplace(topic.name);
  if (!added) return BrokerError::kTopicAlreadyExists;
  Topic& made = place->second;
  made.id = "memory-topic-" + std::to_string(next_id_++);
  made.partitions.resize(static_cast<std::size_t>(topic.partitions));
  for (const auto& [key, value] : topic.config) made.config[key] = value;
  made.limits = limitsOf(made);
  return BrokerError::kNone;
}

BrokerError Topics::remove(const std::string& name) {
  return topics_.erase(name) == 1 ? BrokerError::kNone : BrokerError::kUnknownTopicOrPartition;
}

BrokerError Topics::grow(const std::string& name, std::int32_t partitions) {
  Topic* topic = find(name);
  if (topic == nullptr) return BrokerError::kUnknownTopicOrPartition;
  const auto count = static_cast<std::size_t>(partitions);
  if (partitions < 1 || count <= topic->partitions.size()) return BrokerError::kInvalidPartitions;
  topic->partitions.resize(count);
  return BrokerError::kNone;
}

BrokerError Topics::configure(const std::string& name, const std::string& key,
                              const std::string& value) {
  Topic* topic = find(name);
  if (topic == nullptr) return BrokerError::kUnknownTopicOrPartition;
  topic->config[key] = value;
  topic->limits = limitsOf(*topic);
  return BrokerError::kNone;
}

Topic* Topics::find(const std::string& name) {
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : &found->second;
}

PartitionLog* Topics::log(const TopicPartition& partition) {
  Topic* topic = find(partition.topic);
  const auto index = static_cast<std::size_t>(partition.partition.value());
  if (topic == nullptr || index >= topic->partitions.size()) return nullptr;
  return &topic->partitions[index];
}

std::vector<std::string> Topics::names() const {
  std::vector<std::string> names;
  for (const auto& [name, topic] : topics_) names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

TopicDescription Topics::describe(const std::string& name) const {
  TopicDescription description;
  description.name = name;
  const auto found = topics_.find(name);
  if (found == topics_.end()) return description;
  const Topic& topic = found->second;
  description.exists = true;
  description.id = topic.id;
  description.partitions = static_cast<std::int32_t>(topic.partitions.size());
  description.replication = 1;
  const auto policy = topic.config.find("cleanup.policy");
  description.compacted =
      policy != topic.config.end() && policy->second.find("compact") != std::string::npos;
  description.max_message_bytes = topic.limits.max_message_bytes;
  description.delete_retention = milliseconds(number(topic, "delete.retention.ms", 86'400'000));
  description.timestamp_before_max = topic.limits.timestamp_before_max;
  description.timestamp_after_max = topic.limits.timestamp_after_max;
  return description;
}

}  // namespace lockstep::memory
