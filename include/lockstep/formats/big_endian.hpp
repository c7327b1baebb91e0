#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace lockstep {

/// Kafka's byte order. Compiles to one load or store and a byte swap.
inline void storeBigEndian(char* place, std::uint64_t value) {
  if constexpr (std::endian::native == std::endian::little) value = __builtin_bswap64(value);
  std::memcpy(place, &value, sizeof value);
}
inline void storeBigEndian(char* place, std::uint32_t value) {
  if constexpr (std::endian::native == std::endian::little) value = __builtin_bswap32(value);
  std::memcpy(place, &value, sizeof value);
}
[[nodiscard]] inline std::uint64_t loadBigEndian64(const char* place) {
  std::uint64_t value;
  std::memcpy(&value, place, sizeof value);
  if constexpr (std::endian::native == std::endian::little) value = __builtin_bswap64(value);
  return value;
}
[[nodiscard]] inline std::uint32_t loadBigEndian32(const char* place) {
  std::uint32_t value;
  std::memcpy(&value, place, sizeof value);
  if constexpr (std::endian::native == std::endian::little) value = __builtin_bswap32(value);
  return value;
}

}  // namespace lockstep
