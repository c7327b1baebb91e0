// CompactedChangelog: the bytes of a record, and a replay that ends by offsets, never by counts.
#include "state/changelog/compacted_changelog.hpp"

#include <map>

#include <lockstep/base/hash.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/log_input.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

const TopicPartition kFirst{"log", Partition{0}};
const TopicPartition kSecond{"log", Partition{1}};
BatchTime at(int seconds) { return BatchTime(std::chrono::seconds(seconds)); }
KeyedValue put(std::string_view key, std::string_view value, int time) {
  return {{key, murmur2(key)}, value, at(time)};
}

struct Replayed {
  std::string key;
  std::optional<std::string> value;
  BatchTime touched;
  bool operator==(const Replayed&) const = default;
};

struct Fixture {
  LogClock clock;
  LogInputs logs;
  CompactedChangelog changelog{clock};
  std::map<std::size_t, std::vector<Replayed>> found;
  int pauses = 0;
  Status at_pause;

  void append(const TopicPartition& partition, const std::vector<KeyedValue>& changes) {
    RecordBatch batch;
    changelog.encode(changes, batch);
    logs.append(partition, batch.records());
  }
  Status replay(std::vector<OffsetRange> ranges) {
    Changelog::Replayer replayer;
    replayer.take = [this](std::size_t range, std::span<const KeyedValue> values) {
      for (const auto& value : values) {
        CHECK(value.key.hash == murmur2(value.key.bytes));
        Replayed item{std::string(value.key.bytes), {}, value.touched};
        if (value.value) item.value = std::string(*value.value);
        found[range].push_back(std::move(item));
      }
    };
    replayer.pause = [this] {
      ++pauses;
      return at_pause;
    };
    replayer.round_bytes = 1 << 20;
    replayer.run = [](std::size_t count, const auto& job) {
      for (std::size_t i = count; i-- > 0;) job(i);  // no order is promised
    };
    return changelog.replay(ranges, logs, std::chrono::seconds(10), replayer);
  }
  OffsetRange whole(const TopicPartition& partition) {
    return {partition, logs.start(partition), logs.end(partition)};
  }
};

}  // namespace

TEST_CASE("a record is key, version and value, at the time of the touch",
          "[unit][changelog][encode]") {
  LogClock clock;
  RecordBatch batch;
  const std::vector<KeyedValue> changes{
      put("k", "value", 7), put("empty", "", 8), {{"gone", murmur2("gone")}, {}, at(9)}};
  CompactedChangelog(clock).encode(changes, batch);
  const auto records = batch.records();
  REQUIRE(records.size() == 3);
  CHECK(*records[0].key == "k");
  CHECK(*records[0].value == "\x02value");
  CHECK(records[0].timestamp == at(7));
  CHECK(*records[1].value == "\x02");
  CHECK(*records[2].key == "gone");
  CHECK_FALSE(records[2].value.has_value());
  CHECK(records[2].timestamp == at(9));
}

TEST_CASE("a replay brings back what was encoded, per partition, in order",
          "[unit][changelog][replay]") {
  Fixture log;
  for (int i = 0; i < 20; ++i) log.append(kFirst, {put("a", std::to_string(i), i)});
  log.append(kSecond, {put("b", "", 1), {{"c", murmur2("c")}, {}, at(2)}});
  REQUIRE(log.replay({log.whole(kFirst), log.whole(kSecond)}).ok());
  REQUIRE(log.found[0].size() == 20);
  CHECK(log.found[0].back() == Replayed{"a", "19", at(19)});
  CHECK(log.found[1] == std::vector<Replayed>{{"b", "", at(1)}, {"c", std::nullopt, at(2)}});
}

TEST_CASE("a replay begins at its position and ends where nothing but holes is left",
          "[unit][changelog][replay]") {
  Fixture log;
  for (int i = 0; i < 10; ++i) log.append(kFirst, {put("a", std::to_string(i), i)});
  auto& records = log.logs.logs[kFirst].records;
  std::erase_if(records, [](const auto& record) { return record.offset.value() > 12; });
  REQUIRE(log.replay({{kFirst, Offset{8}, log.logs.end(kFirst)}}).ok());
  CHECK(log.found[0] ==
        std::vector<Replayed>{{"a", "4", at(4)}, {"a", "5", at(5)}, {"a", "6", at(6)}});
}

TEST_CASE("a slow log is waited for as long as something moves", "[unit][changelog][replay]") {
  Fixture log;
  for (int i = 0; i < 5; ++i) log.append(kFirst, {put("a", std::to_string(i), i)});
  log.logs.empty_reads = 9'000;  // a millisecond each, of ten seconds, before each of several
  REQUIRE(log.replay({log.whole(kFirst)}).ok());
  CHECK(log.found[0].size() == 5);
}

TEST_CASE("a log that stands still says retry, and where", "[unit][changelog][replay]") {
  Fixture log;
  for (int i = 0; i < 5; ++i) log.append(kFirst, {put("a", std::to_string(i), i)});
  log.logs.logs[kFirst].stable = Offset{4};
  const Status status = log.replay({log.whole(kFirst)});
  REQUIRE_FALSE(status.ok());
  CHECK(status.reaction() == Reaction::kRetry);
  CHECK(status.message().find("log/0: nothing arrived; at offset 4 of 10") != std::string::npos);
  CHECK(log.clock.elapsed >= std::chrono::seconds(10));
}

TEST_CASE("a record that is not ours is refused with its place", "[unit][changelog][replay]") {
  Fixture log;
  log.append(kFirst, {put("a", "1", 1)});
  const auto foreign = GENERATE(values<EncodedRecord>(
      {{"k", "", {}, {}}, {"k", "\x03newer", {}, {}}, {std::nullopt, "\x02no key", {}, {}}}));
  log.logs.append(kFirst, {&foreign, 1});
  const Status status = log.replay({log.whole(kFirst)});
  REQUIRE_FALSE(status.ok());
  CHECK(status.info().code == "E233");
  CHECK(status.exitCode() == ExitCode::kData);
  CHECK(status.message().find("log/0 offset 2") != std::string::npos);
}

TEST_CASE("an error at a pause ends the replay; many records have many pauses",
          "[unit][changelog][replay]") {
  Fixture log;
  std::vector<KeyedValue> values(200'000);
  for (auto& value : values) value.key = {"k", murmur2("k")};
  log.append(kFirst, values);
  REQUIRE(log.replay({log.whole(kFirst)}).ok());
  CHECK(log.pauses >= 3);
  CHECK(log.found[0].size() == values.size());

  Fixture other;
  other.append(kFirst, values);
  other.at_pause = Status::abort("no room");
  const Status status = other.replay({other.whole(kFirst)});
  CHECK(status.message() == "no room");
  CHECK(other.pauses == 1);
}
