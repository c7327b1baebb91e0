#include "connectors/fetch/batch_header.hpp"

#include <limits>

#include "connectors/fetch/crc32c.hpp"
#include "connectors/fetch/record_decoder.hpp"
#include "connectors/fetch/wire_reader.hpp"

namespace lockstep::fetch {

namespace {

constexpr std::size_t kLengthEnd = 12;  // offset and length: what `length` does not count
constexpr std::size_t kMagicAt = 16;
constexpr std::size_t kCrcEnd = 21;  // the checksum covers what follows
constexpr std::int8_t kMagic = 2;
/// Smallest message of format v0: checksum, magic, attributes, two lengths.
constexpr std::int32_t kLengthMin = 14;
constexpr std::int16_t kAbort = 0;

}  // namespace

BatchRead readBatchHeader(std::string_view bytes, BatchHeader& header) {
  if (bytes.size() <= kMagicAt) return BatchRead::kCutOff;
  WireReader reader(bytes);
  header.base_offset = reader.int64();
  const auto length = reader.int32();
  if (header.base_offset < 0 || length < kLengthMin) return BatchRead::kDamaged;
  header.size = kLengthEnd + static_cast<std::size_t>(length);
  reader.int32();  // leader epoch
  header.magic = reader.int8();
  if (header.magic >= 0 && header.magic < kMagic) return BatchRead::kOldFormat;
  if (header.magic != kMagic || header.size < BatchHeader::kBytes) return BatchRead::kDamaged;
  if (bytes.size() < header.size) return BatchRead::kCutOff;
  header.crc = static_cast<std::uint32_t>(reader.int32());
  header.attributes = reader.int16();
  header.last_offset_delta = reader.int32();
  header.base_timestamp = reader.int64();
  header.max_timestamp = reader.int64();
  header.producer = reader.int64();
  reader.int16();  // producer's epoch
  reader.int32();  // first sequence number
  header.records = reader.int32();
  constexpr auto kOffsetMax = std::numeric_limits<std::int64_t>::max();
  const bool sound = header.last_offset_delta >= 0 && header.records >= 0 &&
                     header.base_offset < kOffsetMax - header.last_offset_delta;
  return sound ? BatchRead::kBatch : BatchRead::kDamaged;
}

bool checksumFits(std::string_view bytes, const BatchHeader& header) {
  return crc32c(bytes.substr(kCrcEnd, header.size - kCrcEnd)) == header.crc;
}

bool isAbortMarker(std::string_view bytes, const BatchHeader& header) {
  if (header.records == 0 || header.codec() != Codec::kNone) return false;
  RecordCursor cursor(bytes.substr(BatchHeader::kBytes, header.size - BatchHeader::kBytes));
  WireRecord record;
  if (!cursor.next(record) || !record.key) return false;
  WireReader key(*record.key);
  key.int16();  // version
  return key.int16() == kAbort && key.ok();
}

}  // namespace lockstep::fetch
