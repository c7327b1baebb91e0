#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace lockstep {

/// A key of at most 15 bytes in two words, compared without a call or a loop: the bytes, zeros, and
/// the length in the last byte.
struct ShortKey {
  static constexpr std::size_t kBytesMax = 15;

  std::uint64_t low = 0;
  std::uint64_t high = 0;

  /// REQUIRES: at most kBytesMax bytes.
  [[nodiscard]] static ShortKey of(std::string_view bytes) {
    static_assert(std::endian::native == std::endian::little, "view() reads the words as bytes");
    const char* data = bytes.data();
    const std::size_t size = bytes.size();
    ShortKey key;
    // Two loads that overlap cover every length of their range.
    if (size >= 8) {
      key.low = load<std::uint64_t>(data);
      if (size > 8) key.high = load<std::uint64_t>(data + size - 8) >> (8 * (16 - size));
    } else if (size >= 4) {
      const std::uint64_t tail = load<std::uint32_t>(data + size - 4);
      key.low = load<std::uint32_t>(data) | tail << (8 * (size - 4));
    } else if (size > 0) {
      const std::size_t middle = size / 2;
      key.low = byte(data[0]) | byte(data[middle]) << (8 * middle) |
                byte(data[size - 1]) << (8 * (size - 1));
    }
    key.high |= static_cast<std::uint64_t>(size) << 56;
    return key;
  }
  /// Spreads keys over 32 bits; of this process only, not for anything that is kept.
  [[nodiscard]] std::uint32_t hash() const {
    std::uint64_t mixed = low * 0x9E3779B97F4A7C15ULL + std::rotl(high * 0xC2B2AE3D27D4EB4FULL, 29);
    mixed = (mixed ^ (mixed >> 31)) * 0x165667B19E3779F9ULL;
    return static_cast<std::uint32_t>(mixed >> 32);
  }
  /// The bytes; they live as long as the key.
  [[nodiscard]] std::string_view view() const {
    return {reinterpret_cast<const char*>(this), static_cast<std::size_t>(high >> 56)};
  }
  bool operator==(const ShortKey&) const = default;

 private:
  template <class Word>
  static Word load(const char* from) {
    Word word;
    std::memcpy(&word, from, sizeof word);
    return word;
  }
  static std::uint64_t byte(char value) { return static_cast<unsigned char>(value); }
};

}  // namespace lockstep
