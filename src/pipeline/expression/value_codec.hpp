#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include <lockstep/base/result.hpp>

#include "src/pipeline/expression/value.hpp"

namespace lockstep {

/// The bytes of a value in state and shuffle. One tag byte, then the payload; self-delimiting.
///
///   0x00  nil
///   0x01  false
///   0x02  true
///   0x03  integer   varint of (n << 1) ^ (n >> 63)
///   0x04  float     8 bytes, IEEE 754, little endian; NaN is always 0x7ff8000000000000
///   0x05  string    varint length, the bytes
///   0x06  list      varint count, the values
///   0x07  map       varint count, then key and value each; keys rise in the order of compare()
///   0x08  JSON text varint length, the bytes (an object or an array, as it came)
///
/// A varint is 7 bits per byte, low ones first, in the fewest bytes. Without 0x08 the bytes are
/// canonical: values that compare() calls equal have equal bytes.
enum class JsonEncoding {
  kCanonical,  ///< JSON becomes lists and maps: for keys, state, and whatever is compared
  kText,       ///< JSON stays its text: cheaper, for values that only pass through a shuffle
};

/// Appends the bytes of `value`. Throws EvalError on malformed JSON or too deep nesting.
void encodeValue(std::string& out, const Value& value,
                 JsonEncoding json = JsonEncoding::kCanonical);

/// Texts of up to so many bytes have a length of one byte: most keys. The next two functions are
/// encodeValue() and decodeValue() for them, without a call.
inline constexpr std::size_t kShortTextMax = 127;
inline constexpr std::size_t kShortTextHead = 2;
inline constexpr char kTextTag = 0x05;

/// The encoded text, in `arena`. REQUIRES: at most kShortTextMax bytes.
[[nodiscard]] inline std::string_view encodeShortText(std::string_view text, Arena& arena) {
  char* place = arena.allocate(kShortTextHead + text.size());
  place[0] = kTextTag;
  place[1] = static_cast<char>(text.size());
  if (!text.empty()) std::memcpy(place + kShortTextHead, text.data(), text.size());
  return {place, kShortTextHead + text.size()};
}
/// The text, if `bytes` are exactly one that encodeShortText() wrote. Views `bytes`.
[[nodiscard]] inline std::optional<std::string_view> decodeShortText(std::string_view bytes) {
  if (bytes.size() < kShortTextHead || bytes[0] != kTextTag ||
      bytes.size() - kShortTextHead > kShortTextMax ||
      static_cast<unsigned char>(bytes[1]) != bytes.size() - kShortTextHead)
    return std::nullopt;
  return bytes.substr(kShortTextHead);
}

/// encodeValue() and decodeValue() for numbers, without their detours. REQUIRES: a number.
[[nodiscard]] std::string_view encodeNumber(const Value& value, Arena& arena);
/// The number, if `bytes` are exactly one that encodeValue() wrote.
[[nodiscard]] std::optional<Value> decodeNumber(std::string_view bytes);

/// murmur2 of the bytes that an encoded value has as a Kafka key: text its own bytes, an integer
/// those of a long, a float those of a double (8 bytes, big endian). Anything else has no such
/// bytes and is hashed as it is encoded. REQUIRES: encodeValue() wrote it.
[[nodiscard]] std::uint32_t kafkaKeyHash(std::string_view encoded);

/// Reads one value from the front of `bytes` and removes what it read. Strings are views of
/// `bytes`; lists and maps go to `arena`. Anything that encodeValue() would not have written is a
/// fatal error, kData.
[[nodiscard]] Result<Value> decodeValue(std::string_view& bytes, Arena& arena);

}  // namespace lockstep
