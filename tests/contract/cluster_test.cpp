// Questions to the cluster: ends, limits, committed offsets, the making of topics.
#include <algorithm>
#include <array>

#include "tests/contract/script.hpp"

namespace lockstep::test {

namespace {
TopicDescription describe(Script& script, const std::string& topic) {
  const auto answer = script.cluster->describe(std::array{topic}, Script::kPatience);
  REQUIRE(answer.ok());
  return answer->front();
}
}  // namespace

TEST_CASE("last stable offset and high watermark differ by what is open", "[contract][cluster]") {
  Script script;
  const TopicPartition partition = script.topic("in");
  auto producer = script.kafka->foreignProducer(script.name("writer"));
  producer->begin();
  producer->send(partition, records(Values(10, "committed")));
  producer->commit();
  producer->begin();
  producer->send(partition, records(Values(10, "aborted")));
  producer->abort();
  producer->begin();
  producer->send(partition, records(Values(5, "open")));

  CHECK(script.lastStable(partition) == 22);  // behind both markers
  CHECK(script.highWatermark(partition) == 27);
  CHECK(script.cluster->logStarts(std::array{partition}, Script::kPatience)->front() == Offset(0));
  script.kafka->deleteRecords(partition, Offset(11));
  CHECK(script.cluster->logStarts(std::array{partition}, Script::kPatience)->front() == Offset(11));
}

TEST_CASE("answers come in the order of the question", "[contract][cluster]") {
  Script script;
  const TopicPartition first = script.topic("in", 3);
  const TopicPartition third{first.topic, Partition(2)};
  script.kafka->produce(third, records({"a", "b"}));
  script.kafka->produce(first, records({"a"}));
  const std::array asked{third, first, TopicPartition{first.topic, Partition(1)}};
  const std::vector<Offset> expected{Offset(2), Offset(1), Offset(0)};
  CHECK(script.cluster->highWatermarks(asked, Script::kPatience).value() == expected);
  CHECK(script.cluster->lastStable(asked, Script::kPatience).value() == expected);
}

TEST_CASE("committed offsets are unknown while a transaction that moves them is undecided",
          "[contract][cluster]") {
  Script script;
  const TopicPartition in = script.topic("in", 2);
  const TopicPartition other{in.topic, Partition(1)};
  CHECK(script.committed(in) == "-");
  auto foreign = script.kafka->foreignProducer(script.name("writer"));
  foreign->begin();
  foreign->sendOffsets(script.group(), {{in, Offset(7)}});

  const auto answer = script.cluster->committed(std::array{in}, std::chrono::milliseconds(500));
  REQUIRE_FALSE(answer.ok());
  CHECK(answer.status().reaction() == Reaction::kRetry);
  SECTION("committed") {
    foreign->commit();
    CHECK(script.committed(in) == "7 ");
  }
  SECTION("aborted") {
    foreign->abort();
    CHECK(script.committed(in) == "-");
  }
  CHECK(script.committed(other) == "-");
}

TEST_CASE("a topic is described with the limits of its records", "[contract][cluster]") {
  Script script;
  const TopicPartition partition = script.topic("log", 3,
                                                {{"cleanup.policy", "compact"},
                                                 {"max.message.bytes", "5000"},
                                                 {"delete.retention.ms", "604800000"},
                                                 {"message.timestamp.before.max.ms", "60000"},
                                                 {"message.timestamp.after.max.ms", "120000"}});
  const TopicDescription topic = describe(script, partition.topic);
  CHECK(topic.exists);
  CHECK(topic.name == partition.topic);
  CHECK(topic.partitions == 3);
  CHECK(topic.replication == 1);
  CHECK(topic.compacted);
  CHECK(topic.max_message_bytes == 5000);
  CHECK(topic.delete_retention == std::chrono::hours(24 * 7));
  CHECK(topic.timestamp_before_max == std::chrono::minutes(1));
  CHECK(topic.timestamp_after_max == std::chrono::minutes(2));
}

TEST_CASE("a missing topic is no error", "[contract][cluster]") {
  Script script;
  const TopicPartition there = script.topic("there");
  const std::array asked{script.name("missing"), there.topic};
  const auto answer = script.cluster->describe(asked, Script::kPatience);
  REQUIRE(answer.ok());
  REQUIRE(answer->size() == 2);
  CHECK_FALSE(answer->at(0).exists);
  CHECK(answer->at(0).name == asked[0]);
  CHECK(answer->at(1).exists);
  CHECK_FALSE(answer->at(1).compacted);
}

TEST_CASE("the names of all topics are told in order, from one moment to the next",
          "[contract][cluster]") {
  Script script;
  const auto mine = [&] {
    auto names = script.cluster->topicNames(Script::kPatience).value();
    std::erase_if(names, [&](const auto& name) { return name.rfind(script.name(""), 0) != 0; });
    return names;
  };
  script.topic("b");
  script.topic("a");
  CHECK(mine() == std::vector{script.name("a"), script.name("b")});
  script.kafka->deleteTopic(script.name("b"));
  CHECK(mine() == std::vector{script.name("a")});
}

TEST_CASE("topics are listed by name, and records can be deleted", "[contract][cluster]") {
  Script script;
  const TopicPartition partition = script.topic("in");
  script.kafka->produce(partition, records({"a", "b", "c"}));
  const auto names = script.cluster->topicNames(Script::kPatience);
  REQUIRE(names.ok());
  CHECK(std::count(names->begin(), names->end(), partition.topic) == 1);
  CHECK(std::count(names->begin(), names->end(), script.name("missing")) == 0);

  const PartitionOffset before{partition, Offset(2)};
  REQUIRE(script.cluster->deleteRecords({&before, 1}, Script::kPatience).ok());
  CHECK(script.cluster->logStarts(std::array{partition}, Script::kPatience)->front() == Offset(2));
  const PartitionOffset lower{partition, Offset(1)};
  CHECK(script.cluster->deleteRecords({&lower, 1}, Script::kPatience).ok());
  CHECK(script.cluster->logStarts(std::array{partition}, Script::kPatience)->front() == Offset(2));
}

TEST_CASE("making a topic that exists changes nothing", "[contract][cluster]") {
  Script script;
  const NewTopic topic{script.name("made"), 2, 1, {{"cleanup.policy", "compact"}}};
  REQUIRE(script.cluster->createTopics(std::array{topic}, Script::kPatience).ok());
  NewTopic again = topic;
  again.partitions = 5;
  const NewTopic fresh{script.name("fresh"), 1, 1, {}};
  REQUIRE(script.cluster->createTopics(std::array{again, fresh}, Script::kPatience).ok());
  CHECK(describe(script, topic.name).partitions == 2);
  CHECK(describe(script, topic.name).compacted);
  CHECK(describe(script, fresh.name).partitions == 1);
}

TEST_CASE("a topic that is made again is another topic", "[contract][cluster]") {
  Script script;
  const TopicPartition partition = script.topic("in");
  script.kafka->produce(partition, records({"a"}));
  const std::string id = describe(script, partition.topic).id;
  const auto idNow = [&] {
    return script.cluster->topicIds(std::array{partition.topic}, Script::kPatience).value().at(0);
  };
  CHECK(idNow() == id);
  script.kafka->deleteTopic(partition.topic);
  CHECK_FALSE(describe(script, partition.topic).exists);
  CHECK_FALSE(idNow().has_value());
  script.topic("in");
  REQUIRE_FALSE(id.empty());
  CHECK(describe(script, partition.topic).id != id);
  CHECK(idNow() == describe(script, partition.topic).id);
  CHECK(script.highWatermark(partition) == 0);
}

TEST_CASE("a topic that grows keeps its records", "[contract][cluster]") {
  Script script;
  const TopicPartition partition = script.topic("in");
  script.kafka->produce(partition, records({"a"}));
  script.kafka->growTopic(partition.topic, 3);
  CHECK(describe(script, partition.topic).partitions == 3);
  CHECK(script.highWatermark(partition) == 1);
  CHECK(script.highWatermark({partition.topic, Partition(2)}) == 0);
}

}  // namespace lockstep::test
