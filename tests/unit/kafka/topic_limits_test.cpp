// A topic's limits from the text of its configuration.
#include "connectors/kafka/topic_limits.hpp"

#include "tests/support/catch.hpp"

using namespace lockstep;
using namespace lockstep::kafka;
using std::chrono::milliseconds;

TEST_CASE("limits are read from a topic's entries", "[unit][kafka][topic_limits]") {
  TopicDescription topic;
  applyTopicConfig(topic, "cleanup.policy", "compact,delete");
  applyTopicConfig(topic, "max.message.bytes", "1048588");
  applyTopicConfig(topic, "delete.retention.ms", "86400000");
  applyTopicConfig(topic, "message.timestamp.before.max.ms", "9223372036854775807");
  applyTopicConfig(topic, "message.timestamp.after.max.ms", "3600000");
  applyTopicConfig(topic, "segment.ms", "1");
  CHECK(topic.compacted);
  CHECK(topic.max_message_bytes == 1048588);
  CHECK(topic.delete_retention == milliseconds{86400000});
  CHECK(topic.timestamp_before_max == milliseconds::max());
  CHECK(topic.timestamp_after_max == milliseconds{3600000});
}

TEST_CASE("the limit of older brokers holds in both directions", "[unit][kafka][topic_limits]") {
  TopicDescription topic;
  applyTopicConfig(topic, "message.timestamp.before.max.ms", "5000");
  applyTopicConfig(topic, "message.timestamp.difference.max.ms", "7000");
  CHECK(topic.timestamp_before_max == milliseconds{5000});
  CHECK(topic.timestamp_after_max == milliseconds{7000});
}

TEST_CASE("a broker that stamps records refuses no timestamp", "[unit][kafka][topic_limits]") {
  TopicDescription topic;
  applyTopicConfig(topic, "message.timestamp.after.max.ms", "3600000");
  finishLimits(topic, isLogAppendTime("message.timestamp.type", "LogAppendTime"));
  CHECK(topic.timestamp_after_max == milliseconds::max());
  CHECK_FALSE(isLogAppendTime("message.timestamp.type", "CreateTime"));
}

TEST_CASE("an entry that is no number changes nothing", "[unit][kafka][topic_limits]") {
  TopicDescription topic;
  applyTopicConfig(topic, "max.message.bytes", "12x");
  applyTopicConfig(topic, "cleanup.policy", "delete");
  CHECK(topic.max_message_bytes == 0);
  CHECK_FALSE(topic.compacted);
}
