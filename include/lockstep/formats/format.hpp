#pragma once

#include <cstdint>
#include <string_view>

#include <lockstep/base/result.hpp>

namespace lockstep {

/// Names of the formats of keys and values in Kafka, as the YAML spells them.
enum class Format : std::uint8_t {
  kString,  ///< UTF-8 text, as it is
  kBytes,   ///< anything, as it is
  kLong,    ///< 8 bytes, big endian, two's complement (Kafka's LongSerializer)
  kDouble,  ///< 8 bytes, big endian, IEEE 754 (Kafka's DoubleSerializer)
  kJson,    ///< one JSON document
};

[[nodiscard]] std::string_view toString(Format format);
/// Fails on an unknown name, naming the known ones.
[[nodiscard]] Result<Format> parseFormat(std::string_view name);

}  // namespace lockstep
