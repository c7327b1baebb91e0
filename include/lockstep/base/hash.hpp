#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace lockstep {

/// The Java client's key hash (org.apache.kafka.common.utils.Utils.murmur2, seed 0x9747b28c),
/// before the sign is cut: partition = toPositive(murmur2(key)) % partitions.
[[nodiscard]] inline std::uint32_t murmur2(std::string_view bytes) {
  constexpr std::uint32_t kMultiplier = 0x5bd1e995;
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  std::size_t left = bytes.size();
  std::uint32_t hash = 0x9747b28cU ^ static_cast<std::uint32_t>(left);
  for (; left >= 4; left -= 4, data += 4) {
    std::uint32_t word;
    std::memcpy(&word, data, 4);
    word *= kMultiplier;
    word ^= word >> 24;
    word *= kMultiplier;
    hash *= kMultiplier;
    hash ^= word;
  }
  switch (left) {
    case 3:
      hash ^= static_cast<std::uint32_t>(data[2]) << 16;
      [[fallthrough]];
    case 2:
      hash ^= static_cast<std::uint32_t>(data[1]) << 8;
      [[fallthrough]];
    case 1:
      hash ^= data[0];
      hash *= kMultiplier;
      break;
    default:
      break;
  }
  hash ^= hash >> 13;
  hash *= kMultiplier;
  hash ^= hash >> 15;
  return hash;
}

/// The Java client's choice of a partition for a key with that hash. REQUIRES: count > 0.
[[nodiscard]] constexpr std::uint32_t partitionOfHash(std::uint32_t hash, std::uint32_t count) {
  return (hash & 0x7fffffffU) % count;
}

}  // namespace lockstep
