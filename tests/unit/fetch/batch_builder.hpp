#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "connectors/fetch/buffer_pool.hpp"
#include "connectors/fetch/crc32c.hpp"
#include "connectors/fetch/partition_feed.hpp"
#include "connectors/fetch/wire_writer.hpp"

namespace lockstep::fetch::test {

using Text = std::optional<std::string>;

/// A record of a batch, as a producer would write it.
struct MadeRecord {
  Text key;
  Text value;
  std::int64_t timestamp_delta = 0;
  std::int32_t offset_delta = 0;
  std::vector<std::pair<std::string, Text>> headers;
};

/// Head of a batch that is to be made; attributes as on the wire.
struct MadeBatch {
  std::int64_t base_offset = 0;
  std::vector<MadeRecord> records;
  std::int16_t attributes = 0;
  std::int64_t producer = -1;
  std::int64_t base_timestamp = 1'000;
  std::int64_t max_timestamp = 2'000;
  std::optional<std::int32_t> last_offset_delta;  ///< default: of the last record
  std::int8_t magic = 2;
  /// Compresses the records; the attributes have to name the codec.
  std::function<std::string(const std::string&)> compress;
};

inline constexpr std::int16_t kTransactional = 0x10;
inline constexpr std::int16_t kControl = 0x20;
inline constexpr std::int16_t kLogAppendTime = 0x08;

inline void addVarint(std::string& out, std::int64_t value) {
  auto bits = static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
  for (; bits >= 0x80; bits >>= 7) out.push_back(static_cast<char>(bits | 0x80));
  out.push_back(static_cast<char>(bits));
}

inline void addText(std::string& out, const Text& text) {
  addVarint(out, text ? static_cast<std::int64_t>(text->size()) : -1);
  if (text) out += *text;
}

inline std::string encode(const MadeRecord& record) {
  std::string body(1, '\0');  // attributes
  addVarint(body, record.timestamp_delta);
  addVarint(body, record.offset_delta);
  addText(body, record.key);
  addText(body, record.value);
  addVarint(body, static_cast<std::int64_t>(record.headers.size()));
  for (const auto& [name, value] : record.headers) {
    addText(body, name);
    addText(body, value);
  }
  std::string out;
  addVarint(out, static_cast<std::int64_t>(body.size()));
  return out + body;
}

inline std::string encode(const MadeBatch& batch) {
  std::string records;
  for (const auto& record : batch.records) records += encode(record);
  if (batch.compress) records = batch.compress(records);
  WireWriter checked;
  checked.int16(batch.attributes);
  checked.int32(batch.last_offset_delta.value_or(
      batch.records.empty() ? 0 : batch.records.back().offset_delta));
  checked.int64(batch.base_timestamp);
  checked.int64(batch.max_timestamp);
  checked.int64(batch.producer);
  checked.int16(0);
  checked.int32(0);
  checked.count(batch.records.size());
  checked.raw(records);
  const auto body = checked.take();
  WireWriter out;
  out.int64(batch.base_offset);
  out.count(body.size() + 9);
  out.int32(0);  // leader epoch
  out.int8(batch.magic);
  out.int32(static_cast<std::int32_t>(crc32c(body)));
  out.raw(body);
  return out.take();
}

/// A batch of one record for each value, offsets without holes.
inline MadeBatch batchOf(std::int64_t base_offset, const std::vector<std::string>& values) {
  MadeBatch batch;
  batch.base_offset = base_offset;
  for (const auto& value : values) {
    const auto delta = static_cast<std::int32_t>(batch.records.size());
    batch.records.push_back({std::nullopt, value, delta, delta, {}});
  }
  return batch;
}

/// The marker that ends a transaction of `producer`.
inline MadeBatch marker(std::int64_t offset, std::int64_t producer, bool commit) {
  MadeBatch batch;
  batch.base_offset = offset;
  batch.attributes = kTransactional | kControl;
  batch.producer = producer;
  const std::string key{'\0', '\0', '\0', static_cast<char>(commit ? 1 : 0)};
  batch.records.push_back({key, std::string(6, '\0'), 0, 0, {}});
  return batch;
}

inline FetchedSlice sliceOf(const std::string& records,
                            std::vector<AbortedTransaction> aborted = {}) {
  auto memory = std::make_shared<Buffer>(records.size());
  records.copy(memory->data(), records.size());
  const std::string_view view(memory->data(), records.size());
  return {std::move(memory), view, std::move(aborted)};
}

}  // namespace lockstep::fetch::test
