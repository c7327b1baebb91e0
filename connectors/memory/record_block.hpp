#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <lockstep/model/record.hpp>

namespace lockstep::memory {

/// The records of one batch with their bytes, immutable once it is shared. Readers hold the block,
/// not copies of its records.
class RecordBlock {
 public:
  struct Record {
    std::optional<std::string_view> key;
    std::optional<std::string_view> value;
    WallTime timestamp;
    std::span<const Header> headers;
    std::int32_t offset_delta = 0;  ///< offset = the batch's base offset + this
  };

  /// Copies the records. Deltas count up from 0.
  explicit RecordBlock(std::span<const EncodedRecord> records);
  /// Copies what a cleaner keeps, with the deltas that it has.
  explicit RecordBlock(std::span<const Record> records);
  RecordBlock(const RecordBlock&) = delete;
  RecordBlock& operator=(const RecordBlock&) = delete;

  [[nodiscard]] std::span<const Record> records() const { return records_; }
  /// What the batch takes on the wire, uncompressed: within some bytes of the real figure.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  template <class Any>
  void build(std::span<const Any> records);
  std::string_view copy(std::string_view text);

  std::unique_ptr<char[]> data_;
  std::size_t used_ = 0;
  std::vector<Record> records_;
  std::vector<Header> headers_;
  std::size_t bytes_ = 0;
};

using SharedBlock = std::shared_ptr<const RecordBlock>;

/// What a record takes on the wire beside its batch's header, uncompressed.
template <class Any>
[[nodiscard]] std::size_t wireBytes(const Any& record) {
  constexpr std::size_t kRecordOverhead = 12;
  constexpr std::size_t kHeaderOverhead = 4;
  std::size_t bytes = kRecordOverhead + (record.key ? record.key->size() : 0) +
                      (record.value ? record.value->size() : 0);
  for (const Header& header : record.headers)
    bytes += kHeaderOverhead + header.key.size() + (header.value ? header.value->size() : 0);
  return bytes;
}

}  // namespace lockstep::memory
