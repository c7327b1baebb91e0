// Topics: identity, growth, settings.
#include "connectors/memory/topics.hpp"

#include "tests/support/catch.hpp"

using namespace lockstep;
using namespace lockstep::memory;
using namespace std::chrono_literals;

TEST_CASE("a topic that is made again has another id", "[unit][memory][topics]") {
  Topics topics;
  REQUIRE(topics.create({"t", 2, -1, {}}) == BrokerError::kNone);
  const std::string id = topics.describe("t").id;
  CHECK(topics.create({"t", 2, -1, {}}) == BrokerError::kTopicAlreadyExists);
  CHECK(topics.describe("t").id == id);
  REQUIRE(topics.remove("t") == BrokerError::kNone);
  CHECK_FALSE(topics.describe("t").exists);
  CHECK(topics.remove("t") == BrokerError::kUnknownTopicOrPartition);
  REQUIRE(topics.create({"t", 2, -1, {}}) == BrokerError::kNone);
  CHECK(topics.describe("t").id != id);
}

TEST_CASE("partitions are only added", "[unit][memory][topics]") {
  Topics topics;
  CHECK(topics.create({"t", 0, -1, {}}) == BrokerError::kInvalidPartitions);
  REQUIRE(topics.create({"t", 2, -1, {}}) == BrokerError::kNone);
  const PartitionLog* log = topics.log({"t", Partition(1)});
  CHECK(topics.log({"t", Partition(2)}) == nullptr);
  CHECK(topics.grow("t", 2) == BrokerError::kInvalidPartitions);
  CHECK(topics.grow("t", 3) == BrokerError::kNone);
  CHECK(topics.log({"t", Partition(1)}) == log);
  CHECK(topics.log({"t", Partition(2)}) != nullptr);
}

TEST_CASE("a topic has Kafka's defaults until it is configured", "[unit][memory][topics]") {
  Topics topics;
  REQUIRE(topics.create({"t", 1, -1, {}}) == BrokerError::kNone);
  TopicDescription topic = topics.describe("t");
  CHECK(topic.max_message_bytes == 1'048'588);
  CHECK(topic.timestamp_before_max == std::chrono::milliseconds::max());
  CHECK(topic.timestamp_after_max == 1h);
  CHECK(topic.delete_retention == 24h);
  CHECK_FALSE(topic.compacted);
  REQUIRE(topics.configure("t", "cleanup.policy", "compact,delete") == BrokerError::kNone);
  REQUIRE(topics.configure("t", "message.timestamp.after.max.ms", "5") == BrokerError::kNone);
  topic = topics.describe("t");
  CHECK(topic.compacted);
  CHECK(topic.timestamp_after_max == 5ms);
  CHECK(topics.configure("x", "a", "b") == BrokerError::kUnknownTopicOrPartition);
}
