// The port over real sockets and a broker that does as told: what arrives, seeks, bounds, and what
// an assignment refuses.
#include "tests/unit/fetch/batch_builder.hpp"
#include "tests/unit/fetch/input_reading.hpp"

using namespace lockstep;
using namespace lockstep::fetch;
using namespace lockstep::fetch::test;
using Values = std::vector<std::string>;

namespace {

/// `count` batches of two records each, of about `bytes` bytes.
std::vector<std::string> batches(int count, std::size_t bytes = 10) {
  std::vector<std::string> made;
  for (int i = 0; i < count; ++i) {
    const std::string letter(1, static_cast<char>('a' + i % 26));
    made.push_back(encode(batchOf(2 * i, {letter, letter + std::string(bytes, '.')})));
  }
  return made;
}

}  // namespace

TEST_CASE("ranges are read one after the other, and again after a seek", "[unit][fetch][input]") {
  FakeBroker broker;
  broker.edit([](auto& state) { state.partitions[0].batches = batches(3, 0); });
  Reading reading(quickSettings(broker.address()));
  CHECK(readRange(reading.reader(), 3) == Values{"0:a", "1:a", "2:b"});
  CHECK(readRange(reading.reader(), 6) == Values{"3:b", "4:c", "5:c"});
  REQUIRE(reading.reader().seek(Offset{1}).ok());
  CHECK(reading.reader().position() == Offset{1});
  CHECK(readRange(reading.reader(), 3) == Values{"1:a", "2:b"});
}

TEST_CASE("records that come later are fetched without a new request of the reader",
          "[unit][fetch][input]") {
  FakeBroker broker;
  broker.edit([](auto& state) { state.partitions[0].batches = batches(1, 0); });
  Reading reading(quickSettings(broker.address()));
  CHECK(readRange(reading.reader(), 2) == Values{"0:a", "1:a"});
  broker.edit([](auto& state) { state.partitions[0].batches = batches(2, 0); });
  CHECK(readRange(reading.reader(), 4) == Values{"2:b", "3:b"});
}

TEST_CASE("many partitions share a request and its answer", "[unit][fetch][input]") {
  FakeBroker broker;
  broker.edit([](auto& state) {
    for (int i = 0; i < 256; ++i) state.partitions[i].batches = batches(2);
  });
  FetchInput input(quickSettings(broker.address()), systemClock());
  std::vector<PartitionOffset> starts;
  for (int i = 0; i < 256; ++i) starts.push_back({partitionOf(i), Offset{0}});
  REQUIRE(input.assign(starts).ok());
  for (int i = 0; i < 256; ++i) {
    CHECK(readRange(input.partition(partitionOf(i)), 4).size() == 4);
  }
  CHECK(broker.state().fetches < 100);
  CHECK(broker.state().connections <= 2);
}

TEST_CASE("a slow reader holds fetching back, partition by partition", "[unit][fetch][input]") {
  FakeBroker broker;
  broker.edit([](auto& state) {
    for (int i = 0; i < 2; ++i) state.partitions[i].batches = batches(40, 100'000);
  });
  auto settings = quickSettings(broker.address());
  settings.partition_buffered_max = Bytes{150'000};
  settings.answer_bytes_max = Bytes{150'000};
  FetchInput input(settings, systemClock());
  const std::vector<PartitionOffset> starts{{partitionOf(0), Offset{0}},
                                            {partitionOf(1), Offset{0}}};
  REQUIRE(input.assign(starts).ok());
  // Partition 0 alone, to its end: the other one fills up and is left out of the requests.
  CHECK(readRange(input.partition(partitionOf(0)), 80).size() == 80);
  CHECK(broker.state().fetches > 20);
  CHECK(broker.state().partitions_asked_last == 1);
  CHECK(readRange(input.partition(partitionOf(1)), 80).size() == 80);
}

TEST_CASE("a batch larger than every limit arrives all the same", "[unit][fetch][input]") {
  FakeBroker broker;
  broker.edit([](auto& state) {
    for (int i = 0; i < 3; ++i) state.partitions[i].batches = batches(3, 50'000);
  });
  auto settings = quickSettings(broker.address());
  settings.answer_bytes_max = Bytes{10};
  settings.partition_bytes_max = Bytes{10};
  FetchInput input(settings, systemClock());
  std::vector<PartitionOffset> starts;
  for (int i = 0; i < 3; ++i) starts.push_back({partitionOf(i), Offset{0}});
  REQUIRE(input.assign(starts).ok());
  for (int i = 0; i < 3; ++i) CHECK(readRange(input.partition(partitionOf(i)), 6).size() == 6);
}

TEST_CASE("a partition that got records comes last in the next request: none starves",
          "[unit][fetch][input]") {
  FakeBroker broker;
  broker.edit([](auto& state) {
    for (int i = 0; i < 3; ++i) state.partitions[i].batches = batches(3);
  });
  auto settings = quickSettings(broker.address());
  settings.answer_bytes_max = Bytes{10};  // one batch, of the first partition that has some
  FetchInput input(settings, systemClock());
  std::vector<PartitionOffset> starts;
  for (int i = 0; i < 3; ++i) starts.push_back({partitionOf(i), Offset{0}});
  REQUIRE(input.assign(starts).ok());
  for (int i = 0; i < 3; ++i) CHECK(readRange(input.partition(partitionOf(i)), 6).size() == 6);
  CHECK(broker.state().served == std::vector<std::int32_t>{0, 1, 2, 0, 1, 2, 0, 1, 2});
}

TEST_CASE("chunks outlive their input", "[unit][fetch][input]") {
  FakeBroker broker;
  broker.edit([](auto& state) { state.partitions[0].batches = batches(1, 0); });
  std::unique_ptr<RecordChunk> chunk;
  {
    Reading reading(quickSettings(broker.address()));
    auto read = reading.reader().read(Offset{2}, Deadline::in(systemClock(), kPatience));
    REQUIRE(read.ok());
    chunk = std::move(read->chunk);
  }
  REQUIRE(chunk);
  CHECK(chunk->records()[1].value == "a");
  CHECK(chunk->records()[0].topic() == "in");
}

TEST_CASE("an assignment refuses what does not exist", "[unit][fetch][input]") {
  FakeBroker broker;
  broker.edit([](auto& state) { state.partitions[0]; });
  FetchInput input(quickSettings(broker.address()), systemClock());
  const PartitionOffset missing{partitionOf(7), Offset{0}};
  const auto status = input.assign({&missing, 1});
  REQUIRE_FALSE(status.ok());
  CHECK(status.info().code == "E211");
  CHECK(status.exitCode() == ExitCode::kData);
  broker.edit([](auto& state) { state.knows_topic = false; });
  const PartitionOffset gone{partitionOf(0), Offset{0}};
  CHECK(input.assign({&gone, 1}).info().code == "E211");
}

TEST_CASE("offsets that the log does not have are told apart", "[unit][fetch][input]") {
  FakeBroker broker;
  broker.edit([](auto& state) {
    state.partitions[0].batches = batches(3);
    state.partitions[0].start = 2;
  });
  Reading below(quickSettings(broker.address()), 1);
  const auto lost = errorOf(below.reader(), 6);
  CHECK(lost.info().code == "E203");
  CHECK(lost.exitCode() == ExitCode::kData);
  CHECK(lost.reaction() == Reaction::kFatal);
  Reading above(quickSettings(broker.address()), 7);
  CHECK(errorOf(above.reader(), 9).info().code == "E204");
  REQUIRE(above.reader().seek(Offset{4}).ok());
  CHECK(readRange(above.reader(), 6).size() == 2);
}
