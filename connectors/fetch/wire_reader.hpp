#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lockstep::fetch {

/// Takes the primitives of Kafka's protocol from an answer. What lies past the end reads as zero or
/// empty and spoils the reader for good: ask ok() before anything read is used. Never throws, never
/// looks outside of its bytes. Slices point into the bytes it was made with.
class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : rest_(bytes) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::size_t left() const { return rest_.size(); }

  std::int8_t int8() { return static_cast<std::int8_t>(number<1>()); }
  std::int16_t int16() { return static_cast<std::int16_t>(number<2>()); }
  std::int32_t int32() { return static_cast<std::int32_t>(number<4>()); }
  std::int64_t int64() { return static_cast<std::int64_t>(number<8>()); }

  std::string_view bytes(std::size_t size) {
    if (!ok_ || size > rest_.size()) return spoil();
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  /// Length in two or four bytes; null reads as empty.
  std::string_view string() { return sized(int16()); }
  std::string_view longBytes() { return sized(int32()); }
  /// Length plus one as a varint; null reads as empty.
  std::string_view compactString() { return bytes(compactCount(1)); }

  /// Elements of an array, each of at least `element_bytes`; null counts as none. More than the
  /// rest can hold spoils the reader, so that no loop and no reservation outgrows the answer.
  std::size_t count(std::size_t element_bytes) {
    const auto size = int32();
    return size <= 0 ? 0 : checked(static_cast<std::size_t>(size), element_bytes);
  }
  std::size_t compactCount(std::size_t element_bytes) {
    const auto size = unsignedVarint();
    return size == 0 ? 0 : checked(static_cast<std::size_t>(size - 1), element_bytes);
  }

  std::uint32_t unsignedVarint() {
    std::uint32_t value = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
      const auto byte = static_cast<std::uint8_t>(int8());
      value |= static_cast<std::uint32_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    ok_ = false;
    return 0;
  }

  /// The tagged fields that end every structure of a flexible version.
  void skipTags() {
    for (auto tags = unsignedVarint(); ok_ && tags > 0; --tags) {
      unsignedVarint();
      bytes(unsignedVarint());
    }
  }

 private:
  template <std::size_t kSize>
  std::uint64_t number() {
    const auto taken = bytes(kSize);
    std::uint64_t value = 0;
    for (const char byte : taken) value = value << 8 | static_cast<std::uint8_t>(byte);
    return value;
  }
  std::string_view sized(std::int32_t size) {
    return size < 0 ? std::string_view() : bytes(static_cast<std::size_t>(size));
  }
  std::size_t checked(std::size_t count, std::size_t element_bytes) {
    if (ok_ && count <= rest_.size() / element_bytes) return count;
    spoil();
    return 0;
  }
  std::string_view spoil() {
    ok_ = false;
    rest_ = {};
    return {};
  }

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace lockstep::fetch
