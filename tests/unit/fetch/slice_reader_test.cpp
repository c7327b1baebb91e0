// From fetched bytes to visible records: ranges that end anywhere, holes, markers, aborted data,
// timestamps, headers, codecs, damage.
#include "connectors/fetch/slice_reader.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/fetch/batch_builder.hpp"
#include "tests/unit/fetch/codecs.hpp"

using namespace lockstep;
using namespace lockstep::fetch;
using namespace lockstep::fetch::test;
using Stop = SliceReader::Stop;
using Values = std::vector<std::string>;

namespace {

struct Bench {
  std::shared_ptr<const TopicPartition> source =
      std::make_shared<const TopicPartition>(TopicPartition{"in", Partition{3}});
  SliceReader reader{source, std::make_shared<BufferPool>(1'000'000)};
  Offset position{0};
  std::vector<RecordView> seen;

  /// Decodes up to `until`; gives "OFFSET:VALUE" of each record.
  Values decode(std::int64_t until, Stop expected, std::size_t records_max = 1'000) {
    ChunkRecords chunk;
    const auto stop = reader.decode(Offset{until}, records_max, position, chunk);
    REQUIRE(stop.ok());
    CHECK(*stop == expected);
    chunk.finish(source);
    Values values;
    for (const auto& record : chunk.records()) {
      values.push_back(std::to_string(record.offset.value()) + ":" +
                       std::string(record.value.value_or("null")));
    }
    return values;
  }
};

std::string codeOf(const std::string& records) {
  Bench bench;
  bench.reader.load(sliceOf(records));
  ChunkRecords chunk;
  const auto stop = bench.reader.decode(Offset{1'000}, 1'000, bench.position, chunk);
  return stop.ok() ? "" : stop.status().info().code;
}

}  // namespace

TEST_CASE("a range ends inside of a batch and the next one goes on there",
          "[unit][fetch][slice_reader]") {
  for (std::int64_t cut = 0; cut <= 5; ++cut) {
    INFO("cut at " << cut);
    Bench bench;
    bench.reader.load(
        sliceOf(encode(batchOf(0, {"a", "b", "c"})) + encode(batchOf(3, {"d", "e"}))));
    auto values = bench.decode(cut, Stop::kAtUntil);
    CHECK(values.size() == static_cast<std::size_t>(cut));
    const auto rest = bench.decode(5, Stop::kAtUntil);
    values.insert(values.end(), rest.begin(), rest.end());
    CHECK(values == Values{"0:a", "1:b", "2:c", "3:d", "4:e"});
  }
}

TEST_CASE("records below the position are passed over", "[unit][fetch][slice_reader]") {
  Bench bench;
  bench.position = Offset{1};
  bench.reader.load(sliceOf(encode(batchOf(0, {"a", "b", "c"}))));
  CHECK(bench.decode(9, Stop::kNeedsMore) == Values{"1:b", "2:c"});
  CHECK(bench.position == Offset{3});
}

TEST_CASE("holes within and between batches are passed", "[unit][fetch][slice_reader]") {
  auto first = batchOf(0, {"a", "b"});
  first.records[1].offset_delta = 3;
  first.last_offset_delta = 6;  // compaction took the last records
  auto empty = batchOf(10, {});
  empty.last_offset_delta = 4;
  Bench bench;
  bench.reader.load(sliceOf(encode(first) + encode(empty) + encode(batchOf(20, {"c"}))));
  CHECK(bench.decode(15, Stop::kAtUntil) == Values{"0:a", "3:b"});
  CHECK(bench.decode(21, Stop::kAtUntil) == Values{"20:c"});
}

TEST_CASE("control batches and aborted data complete a range without a record",
          "[unit][fetch][slice_reader]") {
  auto data = batchOf(0, {"void", "void"});
  data.attributes = kTransactional;
  data.producer = 1;
  Bench bench;
  bench.reader.load(sliceOf(encode(data) + encode(marker(2, 1, false)), {{1, 0}}));
  CHECK(bench.decode(3, Stop::kAtUntil) == Values{});
  CHECK(bench.position == Offset{3});
}

TEST_CASE("a chunk is cut where it is full", "[unit][fetch][slice_reader]") {
  Bench bench;
  bench.reader.load(sliceOf(encode(batchOf(0, {"a", "b", "c"}))));
  CHECK(bench.decode(9, Stop::kFull, 2) == Values{"0:a", "1:b"});
  CHECK(bench.decode(9, Stop::kNeedsMore, 2) == Values{"2:c"});
}

TEST_CASE("timestamps are the record's, or the log's where it appends its own",
          "[unit][fetch][slice_reader]") {
  for (const bool append : {false, true}) {
    auto batch = batchOf(0, {"a", "b"});
    batch.attributes = append ? kLogAppendTime : std::int16_t{0};
    batch.records[0].timestamp_delta = -7;
    Bench bench;
    bench.reader.load(sliceOf(encode(batch)));
    ChunkRecords chunk;
    REQUIRE(bench.reader.decode(Offset{2}, 10, bench.position, chunk).ok());
    const auto expected = append ? 2'000 : 993;
    CHECK(chunk.records()[0].timestamp == WallTime{std::chrono::milliseconds(expected)});
  }
}

TEST_CASE("every codec's records and headers stay readable while the chunk lives",
          "[unit][fetch][slice_reader]") {
  for (const auto& codec : allCodecs()) {
    INFO(codec.name);
    auto batch = batchOf(0, {std::string(5'000, 'a'), "b"});
    batch.attributes = static_cast<std::int16_t>(codec.codec);
    batch.compress = codec.compress;
    batch.records[1].headers = {{"h", "x"}, {"h", std::nullopt}};
    Bench bench;
    bench.reader.load(sliceOf(encode(batch)));
    ChunkRecords chunk;
    REQUIRE(bench.reader.decode(Offset{2}, 10, bench.position, chunk).ok());
    bench.reader.reset();
    chunk.finish(bench.source);
    REQUIRE(chunk.size() == 2);
    CHECK(chunk.records()[0].value == std::string(5'000, 'a'));
    const auto headers = chunk.records()[1].headers;
    CHECK(std::vector<Header>(headers.begin(), headers.end()) ==
          std::vector<Header>{{"h", "x"}, {"h", std::nullopt}});
    CHECK(chunk.records()[1].source == bench.source.get());
  }
}

TEST_CASE("damage is an error with its place and remedy", "[unit][fetch][slice_reader]") {
  auto bytes = encode(batchOf(0, {"a"})) + encode(batchOf(1, {"b"}));
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  Bench bench;
  bench.reader.load(sliceOf(bytes));
  ChunkRecords chunk;
  const auto stop = bench.reader.decode(Offset{9}, 10, bench.position, chunk);
  REQUIRE_FALSE(stop.ok());
  CHECK(stop.status().info().code == "E247");
  CHECK(stop.status().reaction() == Reaction::kFatal);
  CHECK_THAT(stop.status().message(), Catch::Contains("in/3") && Catch::Contains("offset 1 "));
  CHECK_FALSE(stop.status().info().help.empty());
}

TEST_CASE("what a checksum does not see is noticed as well", "[unit][fetch][slice_reader]") {
  auto lies = batchOf(0, {"a", "b"});
  lies.last_offset_delta = 0;
  CHECK(codeOf(encode(lies)) == "E247");
  auto packed = batchOf(0, {"a"});
  packed.attributes = static_cast<std::int16_t>(Codec::kLz4);  // it is not
  CHECK(codeOf(encode(packed)) == "E247");
  packed.attributes = 6;  // no such codec
  CHECK(codeOf(encode(packed)) == "E247");
  auto old = batchOf(0, {"a"});
  old.magic = 1;
  CHECK(codeOf(encode(old)) == "E248");
}
