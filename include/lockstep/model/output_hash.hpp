#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <lockstep/model/record.hpp>

namespace lockstep {

/// Hash of a sequence of output records that can be computed piece by piece, by several threads,
/// and later from what a reader of the topic sees (docs/formats.md, "Ledger").
///
/// One record: XXH3-64 of its value, seeded with XXH3-64 of its key, seeded with its timestamp in
/// milliseconds. A null key or value hashes as the seed turned by one bit, so that it differs from
/// an empty one. Headers have no part. A sequence: h = h * kPrime + record, modulo 2^64.
class OutputHash {
 public:
  void add(std::span<const EncodedRecord> records);
  /// Appends the sequence that `tail` was made of.
  void append(const OutputHash& tail);

  [[nodiscard]] std::uint64_t value() const { return hash_; }
  [[nodiscard]] std::uint64_t records() const { return records_; }

 private:
  std::uint64_t hash_ = 0;
  std::uint64_t records_ = 0;
};

/// Folds one partition's name and hash into the hash of a batch: XXH3-64 of "topic/partition",
/// seeded with `batch` ^ the partition's hash.
[[nodiscard]] std::uint64_t foldOutputHash(std::uint64_t batch, std::string_view topic_partition,
                                           const OutputHash& partition);

}  // namespace lockstep
