#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace lockstep::fetch {

/// Builds the body of a request from the primitives of Kafka's protocol.
class WireWriter {
 public:
  void int8(std::int8_t value) { number<1>(static_cast<std::uint64_t>(value)); }
  void int16(std::int16_t value) { number<2>(static_cast<std::uint64_t>(value)); }
  void int32(std::int32_t value) { number<4>(static_cast<std::uint64_t>(value)); }
  void int64(std::int64_t value) { number<8>(static_cast<std::uint64_t>(value)); }
  void count(std::size_t value) { int32(static_cast<std::int32_t>(value)); }
  void raw(std::string_view bytes) { bytes_.append(bytes); }
  void string(std::string_view text) {
    int16(static_cast<std::int16_t>(text.size()));
    raw(text);
  }
  void unsignedVarint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<char>(value | 0x80));
    bytes_.push_back(static_cast<char>(value));
  }
  void compactCount(std::size_t value) { unsignedVarint(value + 1); }
  void compactString(std::string_view text) {
    compactCount(text.size());
    raw(text);
  }
  void noTags() { unsignedVarint(0); }

  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  template <std::size_t kSize>
  void number(std::uint64_t value) {
    for (std::size_t i = kSize; i-- > 0;) bytes_.push_back(static_cast<char>(value >> (8 * i)));
  }

  std::string bytes_;
};

}  // namespace lockstep::fetch
