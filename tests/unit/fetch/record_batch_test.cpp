// Heads of batches and their records: what is read, what is refused, and that mutated bytes stay
// within their bounds.
#include <random>

#include "connectors/fetch/batch_header.hpp"
#include "connectors/fetch/record_decoder.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/fetch/batch_builder.hpp"

using namespace lockstep;
using namespace lockstep::fetch;
using namespace lockstep::fetch::test;

namespace {

std::string sample() {
  MadeBatch batch;
  batch.base_offset = 40;
  batch.producer = 7;
  batch.attributes = kTransactional;
  batch.records = {{"key", "value", -5, 0, {{"name", "x"}, {"null", std::nullopt}}},
                   {std::nullopt, std::nullopt, 1'000'000, 2, {}},
                   {"", std::string(300, 'v'), 0, 9, {}}};
  return encode(batch);
}

/// Reads all that can be read and touches every byte of it.
std::size_t readEveryRecord(std::string_view bytes) {
  BatchHeader header;
  if (readBatchHeader(bytes, header) != BatchRead::kBatch) return 0;
  (void)checksumFits(bytes, header);
  (void)isAbortMarker(bytes, header);
  RecordCursor cursor(bytes.substr(BatchHeader::kBytes, header.size - BatchHeader::kBytes));
  WireRecord record;
  std::vector<Header> headers;
  std::size_t touched = 0;
  while (cursor.next(record)) {
    if (record.key) touched += std::string(*record.key).size();
    if (record.value) touched += std::string(*record.value).size();
    headers.clear();
    if (!readHeaders(record, headers)) continue;
    for (const auto& one : headers) touched += std::string(one.key).size();
  }
  return touched;
}

}  // namespace

TEST_CASE("the checksum is CRC-32C", "[unit][fetch][record_batch]") {
  CHECK(crc32c("123456789") == 0xe3069283U);
  CHECK(crc32cByTable("123456789") == 0xe3069283U);
  const std::string bytes(1'001, 'q');
  CHECK(crc32c(bytes) == crc32cByTable(bytes));
}

TEST_CASE("a batch's head says where it lies and what it is", "[unit][fetch][record_batch]") {
  const auto bytes = sample() + "next";
  BatchHeader header;
  REQUIRE(readBatchHeader(bytes, header) == BatchRead::kBatch);
  CHECK(header.base_offset == 40);
  CHECK(header.nextOffset() == 50);
  CHECK(header.size == bytes.size() - 4);
  CHECK(header.records == 3);
  CHECK(header.producer == 7);
  CHECK(header.transactional());
  CHECK_FALSE(header.control());
  CHECK(checksumFits(bytes, header));
}

TEST_CASE("records come out as they were written", "[unit][fetch][record_batch]") {
  const auto bytes = sample();
  RecordCursor cursor(std::string_view(bytes).substr(BatchHeader::kBytes));
  WireRecord record;
  REQUIRE(cursor.next(record));
  CHECK(record.key == "key");
  CHECK(record.value == "value");
  CHECK(record.timestamp_delta == -5);
  std::vector<Header> headers;
  REQUIRE(readHeaders(record, headers));
  CHECK(headers == std::vector<Header>{{"name", "x"}, {"null", std::nullopt}});
  REQUIRE(cursor.next(record));
  CHECK_FALSE(record.key);
  CHECK_FALSE(record.value);
  CHECK(record.timestamp_delta == 1'000'000);
  CHECK(record.offset_delta == 2);
  REQUIRE(cursor.next(record));
  CHECK(record.key == "");
  CHECK(record.value->size() == 300);
  CHECK_FALSE(cursor.next(record));
}

TEST_CASE("the rest of a batch that did not fit is no batch", "[unit][fetch][record_batch]") {
  const auto bytes = sample();
  BatchHeader header;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK(readBatchHeader(bytes.substr(0, size), header) == BatchRead::kCutOff);
  }
}

TEST_CASE("old formats and impossible lengths are told apart", "[unit][fetch][record_batch]") {
  BatchHeader header;
  auto bytes = sample();
  bytes[16] = 1;
  CHECK(readBatchHeader(bytes, header) == BatchRead::kOldFormat);
  CHECK(header.magic == 1);
  bytes[16] = 9;
  CHECK(readBatchHeader(bytes, header) == BatchRead::kDamaged);
  bytes = sample();
  bytes[8] = '\x80';  // a negative length
  CHECK(readBatchHeader(bytes, header) == BatchRead::kDamaged);
}

TEST_CASE("any changed byte behind the checksum is noticed", "[unit][fetch][record_batch]") {
  const auto sound = sample();
  for (std::size_t at = 21; at < sound.size(); ++at) {
    auto bytes = sound;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    BatchHeader header;
    if (readBatchHeader(bytes, header) == BatchRead::kBatch) {
      CHECK_FALSE(checksumFits(bytes, header));
    }
  }
}

TEST_CASE("changed batches are refused or read, never overrun", "[unit][fetch][record_batch]") {
  const auto seed = 1'122U;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const auto sound = sample();
  std::size_t touched = 0;
  for (int round = 0; round < 20'000; ++round) {
    auto bytes = sound;
    for (auto changes = 1 + random() % 4; changes > 0; --changes) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    touched += readEveryRecord(std::string(bytes, 0, 1 + random() % bytes.size()));
    touched += readEveryRecord(bytes);
  }
  CHECK(touched > 0);
}
