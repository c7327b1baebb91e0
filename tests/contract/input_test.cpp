// Reading exact ranges: markers, aborted data and holes anywhere, what comes early, where it ends.
#include "tests/contract/script.hpp"

namespace lockstep::test {
namespace {

/// Writes one transaction of two records for each letter: C commits, A aborts. Every transaction
/// takes three offsets: the third is its marker. Gives the committed records as "OFFSET:VALUE".
Values writeTransactions(Script& script, const TopicPartition& partition,
                         const std::string& layout) {
  Values expected;
  auto producer = script.kafka->foreignProducer(script.name("writer"));
  for (std::size_t i = 0; i < layout.size(); ++i) {
    const std::string value = std::string(1, layout[i]) + std::to_string(i);
    producer->begin();
    producer->send(partition, records({value, value}));
    if (layout[i] == 'C') {
      producer->commit();
      expected.push_back(std::to_string(3 * i) + ":" + value);
      expected.push_back(std::to_string(3 * i + 1) + ":" + value);
    } else {
      producer->abort();
    }
  }
  return expected;
}

Values concat(Values first, const Values& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

/// Reads [0, end) in two ranges, for every place where they can meet.
void checkEveryCut(Script& script, const TopicPartition& partition, std::int64_t end,
                   const Values& expected) {
  for (std::int64_t cut = 0; cut <= end; ++cut) {
    INFO("cut at " << cut);
    auto input = script.reader(partition);
    PartitionInput& reader = input->partition(partition);
    const Values first = Script::readRange(script, reader, cut);
    const Values second = Script::readRange(script, reader, end);
    CHECK(concat(first, second) == expected);
    for (const std::string& record : first) CHECK(std::stoll(record) < cut);
  }
}

}  // namespace

TEST_CASE("a range delivers its records once, whatever transactions lie in it",
          "[contract][input]") {
  const std::string layout = GENERATE("C", "A", "AA", "CA", "AC", "CAC", "ACA");
  INFO(layout);
  Script script;
  const TopicPartition partition = script.topic("in");
  const Values expected = writeTransactions(script, partition, layout);
  const auto end = static_cast<std::int64_t>(3 * layout.size());
  REQUIRE(script.awaitStable(partition) == end);
  checkEveryCut(script, partition, end, expected);
}

TEST_CASE("plain records fill a range without gaps", "[contract][input]") {
  Script script;
  const TopicPartition partition = script.topic("in");
  script.kafka->produce(partition, records({"a", "b", "c"}));
  script.kafka->produce(partition, records({"d"}));
  checkEveryCut(script, partition, 4, {"0:a", "1:b", "2:c", "3:d"});
}

TEST_CASE("an input that was expected reads as any other", "[contract][input]") {
  Script script;
  const TopicPartition partition = script.topic("in", 2);
  const TopicPartition other{partition.topic, Partition{1}};
  script.kafka->produce(partition, records({"a", "b"}));
  const auto factory = script.kafka->inputs(script.group());
  factory->expect({other, partition});                 // both
  factory->expect({{partition.topic, Partition{7}}});  // none such: nobody hears of it
  for (int round = 0; round < 2; ++round) {            // the expected client, then one made for it
    INFO("round " << round);
    const auto input = factory->createInput().value();
    const PartitionOffset start{partition, Offset{0}};
    REQUIRE(input->assign({&start, 1}).ok());
    CHECK(Script::readRange(script, input->partition(partition), 2) == Values{"0:a", "1:b"});
  }
  factory->expect({other});
  factory->expect({});  // forgotten
}

TEST_CASE("a range may end below an open transaction, and goes on when that is decided",
          "[contract][input]") {
  Script script;
  const TopicPartition partition = script.topic("in");
  script.kafka->produce(partition, records({"a"}));
  auto open = script.kafka->foreignProducer(script.name("writer"));
  open->begin();
  open->send(partition, records({"b"}));
  script.kafka->produce(partition, records({"c"}));
  REQUIRE(script.lastStable(partition) == 1);

  auto input = script.reader(partition);
  PartitionInput& reader = input->partition(partition);
  CHECK(Script::readRange(script, reader, 1) == Values{"0:a"});
  SECTION("committed") {
    open->commit();
    CHECK(Script::readRange(script, reader, 4) == Values{"1:b", "2:c"});
  }
  SECTION("aborted") {
    open->abort();
    CHECK(Script::readRange(script, reader, 4) == Values{"2:c"});
  }
}

TEST_CASE("a read waits no longer than its deadline", "[contract][input]") {
  Script script;
  const TopicPartition partition = script.topic("in");
  auto input = script.reader(partition);
  const Instant before = script.clock().now();
  const auto read = input->partition(partition).read(
      Offset(1), Deadline::in(script.clock(), std::chrono::milliseconds(200)));
  REQUIRE(read.ok());
  CHECK_FALSE(read->chunk);
  CHECK_FALSE(read->complete);
  CHECK(script.clock().now() - before < std::chrono::seconds(5));
}

TEST_CASE("an empty range is complete at once", "[contract][input]") {
  Script script;
  const TopicPartition partition = script.topic("in");
  script.kafka->produce(partition, records({"a"}));
  auto input = script.reader(partition, 1);
  const auto read =
      input->partition(partition).read(Offset(1), Deadline::in(script.clock(), Script::kPatience));
  REQUIRE(read.ok());
  CHECK(read->complete);
  CHECK_FALSE(read->chunk);
}

TEST_CASE("seeking back reads the same records again", "[contract][input]") {
  Script script;
  const TopicPartition partition = script.topic("in");
  const Values expected = writeTransactions(script, partition, "CAC");
  auto input = script.reader(partition);
  PartitionInput& reader = input->partition(partition);
  CHECK(Script::readRange(script, reader, 9) == expected);
  REQUIRE(reader.seek(Offset(1)).ok());
  CHECK(reader.position() == Offset(1));
  CHECK(Script::readRange(script, reader, 9) == Values(expected.begin() + 1, expected.end()));
}

TEST_CASE("compaction leaves holes that a range passes", "[contract][input][compaction]") {
  Script script;
  if (!script.kafka->canCompact()) return;
  // Which records survive: keys that come again later leave holes first, in the middle, last.
  const std::string keys = GENERATE("aab", "abb", "abab", "aabcc");
  INFO(keys);
  const TopicPartition partition = script.compactedTopic("in");
  for (std::size_t i = 0; i < keys.size(); ++i)
    script.kafka->produce(partition,
                          {{std::string(1, keys[i]), "v" + std::to_string(i), std::nullopt, {}}});
  script.kafka->produce(partition, {{"last", "last", std::nullopt, {}}});
  script.kafka->compact(partition);

  Values expected;
  for (const SeenRecord& record : script.kafka->readAll(partition, Isolation::kCommitted))
    expected.push_back(std::to_string(record.offset.value()) + ":" + *record.value);
  REQUIRE(expected.size() < keys.size() + 1);
  checkEveryCut(script, partition, script.highWatermark(partition), expected);
}

TEST_CASE("reading below the log start is fatal", "[contract][input]") {
  Script script;
  const TopicPartition partition = script.topic("in");
  script.kafka->produce(partition, records({"a", "b", "c"}));
  script.kafka->deleteRecords(partition, Offset(2));
  auto input = script.reader(partition);
  PartitionInput& reader = input->partition(partition);
  const Deadline deadline = Deadline::in(script.clock(), Script::kPatience);
  auto read = reader.read(Offset(3), deadline);
  while (read.ok() && !read->complete && !deadline.passed(script.clock()))
    read = reader.read(Offset(3), deadline);
  REQUIRE_FALSE(read.ok());
  CHECK(read.status().reaction() == Reaction::kFatal);
  CHECK(read.status().exitCode() == ExitCode::kData);
  CHECK(read.status().info().code == "E203");

  auto above = script.reader(partition, 2);
  CHECK(Script::readRange(script, above->partition(partition), 3) == Values{"2:c"});
}

TEST_CASE("key, value, timestamp and headers arrive as they were sent", "[contract][input]") {
  Script script;
  const TopicPartition partition = script.topic("in");
  const WallTime time = script.clock().wallNow() - std::chrono::minutes(3);
  script.kafka->produce(partition, {{"k", "v", time, {{"h", "x"}, {"h", std::nullopt}, {"e", ""}}},
                                    {std::nullopt, std::nullopt, time, {}},
                                    {"", "", time, {}}});
  auto input = script.reader(partition);
  std::vector<bool> keys;
  std::size_t seen = 0;
  while (seen < 3) {
    const auto read = input->partition(partition).read(
        Offset(3), Deadline::in(script.clock(), Script::kPatience));
    REQUIRE(read.ok());
    REQUIRE(read->chunk);
    for (const RecordView& record : read->chunk->records()) {
      CHECK(record.timestamp == time);
      CHECK(record.topic() == partition.topic);
      CHECK(record.offset == Offset(static_cast<std::int64_t>(seen)));
      keys.push_back(record.key.has_value());
      CHECK(record.key.has_value() == record.value.has_value());
      if (seen == 0) {
        CHECK(record.key == "k");
        const std::vector<Header> expected{{"h", "x"}, {"h", std::nullopt}, {"e", ""}};
        CHECK(std::vector<Header>(record.headers.begin(), record.headers.end()) == expected);
      }
      ++seen;
    }
  }
  CHECK(keys == std::vector<bool>{true, false, true});
}

}  // namespace lockstep::test
