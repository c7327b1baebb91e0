#include <lockstep/model/output_hash.hpp>

#include <xxhash.h>

#include <bit>

namespace lockstep {

namespace {

constexpr std::uint64_t kPrime = 0x9E3779B185EBCA87ULL;

std::uint64_t hashPart(const std::optional<std::string_view>& bytes, std::uint64_t seed) {
  if (!bytes) return std::rotl(seed, 1) ^ kPrime;
  return XXH3_64bits_withSeed(bytes->data(), bytes->size(), seed);
}

}  // namespace

void OutputHash::add(std::span<const EncodedRecord> records) {
  for (const EncodedRecord& record : records) {
    const auto time = static_cast<std::uint64_t>(record.timestamp.time_since_epoch().count());
    hash_ = hash_ * kPrime + hashPart(record.value, hashPart(record.key, time));
  }
  records_ += records.size();
}

void OutputHash::append(const OutputHash& tail) {
  std::uint64_t power = 1;
  for (std::uint64_t base = kPrime, left = tail.records_; left != 0; left >>= 1, base *= base)
    if (left & 1) power *= base;
  hash_ = hash_ * power + tail.hash_;
  records_ += tail.records_;
}

std::uint64_t foldOutputHash(std::uint64_t batch, std::string_view topic_partition,
                             const OutputHash& partition) {
  return XXH3_64bits_withSeed(topic_partition.data(), topic_partition.size(),
                              batch ^ partition.value());
}

}  // namespace lockstep
