#include "connectors/kafka/topic_limits.hpp"

#include <charconv>
#include <optional>

namespace lockstep::kafka {

namespace {

using std::chrono::milliseconds;

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

void narrow(milliseconds& limit, std::int64_t value) {
  if (milliseconds(value) < limit) limit = milliseconds(value);
}

}  // namespace

bool isLogAppendTime(std::string_view name, std::string_view value) {
  return name == "message.timestamp.type" && value == "LogAppendTime";
}

void applyTopicConfig(TopicDescription& topic, std::string_view name, std::string_view value) {
  if (name == "cleanup.policy") {
    topic.compacted = value.find("compact") != std::string_view::npos;
    return;
  }
  const auto found = number(value);
  if (!found) return;
  if (name == "max.message.bytes") topic.max_message_bytes = *found;
  if (name == "delete.retention.ms") topic.delete_retention = milliseconds(*found);
  if (name == "message.timestamp.before.max.ms") narrow(topic.timestamp_before_max, *found);
  if (name == "message.timestamp.after.max.ms") narrow(topic.timestamp_after_max, *found);
  // Before Kafka 4 one limit for both directions; deprecated beside the two since 3.6.
  if (name == "message.timestamp.difference.max.ms") {
    narrow(topic.timestamp_before_max, *found);
    narrow(topic.timestamp_after_max, *found);
  }
}

void finishLimits(TopicDescription& topic, bool broker_stamps) {
  if (!broker_stamps) return;
  topic.timestamp_before_max = milliseconds::max();
  topic.timestamp_after_max = milliseconds::max();
}

}  // namespace lockstep::kafka
