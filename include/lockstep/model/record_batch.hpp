#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <lockstep/base/arena.hpp>
#include <lockstep/model/record.hpp>

namespace lockstep {

/// Encoded records for one output partition, in order, with the bytes they point to.
/// Append-only, with marks: what a failing input chunk appended can be taken back.
/// Memory: the bytes plus one EncodedRecord per record. Thread: one at a time.
class RecordBatch {
 public:
  struct Mark {
    std::size_t records = 0;
    Arena::Mark bytes;
    std::size_t size_bytes = 0;
  };

  /// Copies key, value and headers.
  void append(const EncodedRecord& record) {
    EncodedRecord stored{record.key, record.value, record.timestamp, record.headers};
    if (stored.key) stored.key = arena_.copy(*stored.key);
    if (stored.value) stored.value = arena_.copy(*stored.value);
    if (!stored.headers.empty()) [[unlikely]]
      stored.headers = copyHeaders(stored.headers);
    bytes_ += kRecordOverhead + (stored.key ? stored.key->size() : 0) +
              (stored.value ? stored.value->size() : 0);
    records_.push_back(stored);
  }

  [[nodiscard]] std::span<const EncodedRecord> records() const { return records_; }
  /// About what the records take on the wire, uncompressed.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] bool empty() const { return records_.empty(); }
  /// Memory that the records take, apart from what is held for more of them.
  [[nodiscard]] std::size_t used() const {
    return bytes_ + records_.size() * sizeof(EncodedRecord);
  }
  /// Bytes held from the allocator, used or not.
  [[nodiscard]] std::size_t capacity() const {
    return arena_.capacity() + records_.capacity() * sizeof(EncodedRecord);
  }

  [[nodiscard]] Mark mark() const { return {records_.size(), arena_.mark(), bytes_}; }
  void rollback(const Mark& mark) {
    records_.resize(mark.records);
    arena_.rollback(mark.bytes);
    bytes_ = mark.size_bytes;
  }
  /// Forgets the records, keeps the memory for the next batch.
  void clear() {
    records_.clear();
    arena_.clear();
    bytes_ = 0;
  }

 private:
  static constexpr std::size_t kRecordOverhead = 16;
  std::span<const Header> copyHeaders(std::span<const Header> headers);

  Arena arena_;
  std::vector<EncodedRecord> records_;
  std::size_t bytes_ = 0;
};

}  // namespace lockstep
