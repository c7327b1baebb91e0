#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "connectors/fetch/decompressor.hpp"

namespace lockstep::fetch {

/// The head of a record batch (message format v2, since Kafka 0.11), 61 bytes on the wire.
struct BatchHeader {
  static constexpr std::size_t kBytes = 61;

  std::int64_t base_offset = 0;
  std::size_t size = 0;  ///< of the whole batch
  std::int8_t magic = 0;
  std::uint32_t crc = 0;
  std::int16_t attributes = 0;
  std::int32_t last_offset_delta = 0;
  std::int64_t base_timestamp = 0;
  std::int64_t max_timestamp = 0;
  std::int64_t producer = -1;
  std::int32_t records = 0;

  [[nodiscard]] Codec codec() const { return static_cast<Codec>(attributes & 7); }
  [[nodiscard]] bool logAppendTime() const { return (attributes & 0x08) != 0; }
  [[nodiscard]] bool transactional() const { return (attributes & 0x10) != 0; }
  [[nodiscard]] bool control() const { return (attributes & 0x20) != 0; }
  [[nodiscard]] std::int64_t nextOffset() const { return base_offset + last_offset_delta + 1; }
};

enum class BatchRead {
  kBatch,      ///< a whole batch lies there
  kCutOff,     ///< the end, or the rest of a batch that did not fit into the answer
  kOldFormat,  ///< a message of format v0 or v1
  kDamaged,    ///< lengths or counts that no broker writes
};

/// Reads the head of the first batch in `bytes`; the checksum is not looked at.
[[nodiscard]] BatchRead readBatchHeader(std::string_view bytes, BatchHeader& header);

/// Whether the batch that `bytes` begins with is as its writer left it. REQUIRES: kBatch.
[[nodiscard]] bool checksumFits(std::string_view bytes, const BatchHeader& header);

/// Whether an uncompressed control batch says that its producer's transaction was aborted.
/// REQUIRES: kBatch and control().
[[nodiscard]] bool isAbortMarker(std::string_view bytes, const BatchHeader& header);

}  // namespace lockstep::fetch
