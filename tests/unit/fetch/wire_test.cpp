// The protocol's primitives and answers: what they say, and that nothing which is cut off or
// changed makes them look outside of their bytes.
#include "connectors/fetch/wire_reader.hpp"

#include <random>

#include "connectors/fetch/cluster_answers.hpp"
#include "connectors/fetch/fetch_messages.hpp"
#include "connectors/fetch/protocol.hpp"
#include "connectors/fetch/wire_writer.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/fetch/answers.hpp"

using namespace lockstep::fetch;
using test::versionsAnswer;

namespace {

std::string metadataAnswer() {
  WireWriter writer;
  writer.int32(0);
  writer.compactCount(1);
  writer.int32(7);
  writer.compactString("host");
  writer.int32(9092);
  writer.compactCount(0);
  writer.noTags();
  writer.compactString("cluster");
  writer.int32(7);
  writer.compactCount(1);
  writer.int16(0);
  writer.compactString("in");
  writer.int8(0);
  writer.compactCount(1);
  writer.int16(0);
  writer.int32(3);
  writer.int32(7);
  writer.int32(5);
  for (int list = 0; list < 3; ++list) {
    writer.compactCount(1);
    writer.int32(7);
  }
  writer.noTags();
  writer.int32(0);
  writer.noTags();
  writer.noTags();
  return writer.take();
}

std::string fetchAnswer() {
  WireWriter writer;
  writer.int32(20);
  writer.int16(0);
  writer.int32(0);
  writer.count(1);
  writer.string("in");
  writer.count(1);
  writer.int32(3);
  writer.int16(0);
  writer.int64(100);
  writer.int64(90);
  writer.int64(10);
  writer.count(1);
  writer.int64(4711);
  writer.int64(42);
  writer.int32(-1);
  writer.count(5);
  writer.raw("bytes");
  return writer.take();
}

std::string limitsAnswer() {
  WireWriter writer;
  writer.int32(0);
  writer.count(1);
  writer.string("in");
  writer.count(1);
  writer.int32(3);
  writer.int16(0);
  writer.int64(-1);
  writer.int64(77);
  writer.int32(0);
  return writer.take();
}

void readEveryAnswer(std::string_view bytes) {
  (void)missingApi(bytes);
  (void)readMetadata(bytes);
  (void)readListOffsets(bytes);
  if (const auto fetched = readFetchAnswer(bytes)) {
    for (const auto& partition : fetched->partitions) {
      const auto* const end = bytes.data() + bytes.size();
      const bool inside =
          partition.records.empty() || (partition.records.data() >= bytes.data() &&
                                        partition.records.data() + partition.records.size() <= end);
      CHECK(inside);
    }
  }
  for (const auto& api : {kApiVersionsApi, kMetadataApi}) (void)readAnswerHeader(api, bytes);
}

}  // namespace

TEST_CASE("what is past the end reads as nothing and spoils the reader", "[unit][fetch][wire]") {
  WireReader reader(std::string_view("\x00\x01\x02", 3));
  CHECK(reader.int16() == 1);
  CHECK(reader.ok());
  CHECK(reader.int32() == 0);
  CHECK_FALSE(reader.ok());
  CHECK(reader.bytes(1).empty());
}

TEST_CASE("an array of more elements than bytes spoils the reader", "[unit][fetch][wire]") {
  WireWriter writer;
  writer.count(1'000'000);
  writer.int64(0);
  const auto bytes = writer.take();
  WireReader reader(bytes);
  CHECK(reader.count(8) == 0);
  CHECK_FALSE(reader.ok());
}

TEST_CASE("a broker that lacks a request is told from one that has all", "[unit][fetch][wire]") {
  CHECK(missingApi(versionsAnswer(4)) == "");
  CHECK(missingApi(versionsAnswer(12)) == "Fetch version 11");
  CHECK(missingApi("\x00") == std::nullopt);
}

TEST_CASE("leaders are read from a description of the cluster", "[unit][fetch][wire]") {
  const auto view = readMetadata(metadataAnswer());
  REQUIRE(view);
  CHECK(view->brokers == std::vector<BrokerAddress>{{7, "host", 9092}});
  REQUIRE(view->topics.size() == 1);
  CHECK(view->topics[0].topic == "in");
  REQUIRE(view->topics[0].partitions.size() == 1);
  CHECK(view->topics[0].partitions[0].partition == 3);
  CHECK(view->topics[0].partitions[0].leader == 7);
  CHECK(view->topics[0].partitions[0].epoch == 5);
}

TEST_CASE("records and aborted transactions are read from a fetch", "[unit][fetch][wire]") {
  const auto body = fetchAnswer();
  const auto answer = readFetchAnswer(body);
  REQUIRE(answer);
  CHECK(answer->throttle_ms == 20);
  REQUIRE(answer->partitions.size() == 1);
  const auto& partition = answer->partitions[0];
  CHECK(partition.topic == "in");
  CHECK(partition.partition == 3);
  CHECK(partition.log_start == 10);
  CHECK(partition.records == "bytes");
  REQUIRE(partition.aborted.size() == 1);
  CHECK(partition.aborted[0].producer == 4711);
  CHECK(partition.aborted[0].first_offset == 42);
  CHECK(readListOffsets(limitsAnswer()) == 77);
}

TEST_CASE("a fetch names each topic once in a row", "[unit][fetch][wire]") {
  const std::vector<FetchPosition> positions{
      {"a", 0, 1, 10, 100}, {"a", 1, 1, 20, 100}, {"b", 0, 1, 30, 100}};
  const auto body = fetchRequest({10, 1, 1000}, positions);
  WireReader reader(body);
  reader.bytes(4 + 4 + 4 + 4 + 1 + 4 + 4);
  CHECK(reader.count(1) == 2);
  CHECK(reader.string() == "a");
  CHECK(reader.count(1) == 2);
  reader.bytes(2 * 28);
  CHECK(reader.string() == "b");
  CHECK(reader.count(1) == 1);
  CHECK(reader.int32() == 0);
  CHECK(reader.int32() == 1);
  CHECK(reader.int64() == 30);
}

TEST_CASE("answers that are cut off or changed are refused or read, never overrun",
          "[unit][fetch][wire]") {
  const auto seed = 20'261'122U;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (const auto& sound : {versionsAnswer(4), metadataAnswer(), fetchAnswer(), limitsAnswer()}) {
    for (std::size_t size = 0; size < sound.size(); ++size)
      readEveryAnswer(std::string(sound, 0, size));
    for (int round = 0; round < 3'000; ++round) {
      auto changed = sound;
      for (auto changes = 1 + random() % 4; changes > 0; --changes) {
        changed[random() % changed.size()] = static_cast<char>(random());
      }
      readEveryAnswer(changed);
    }
  }
}
