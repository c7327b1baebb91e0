#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "src/pipeline/expression/value_codec.hpp"

namespace lockstep {

/// Serde of values that are encoded already (encoded.hpp): the bytes pass as they are.
struct EncodedSerde {
  static constexpr std::string_view kTypeName = "value";
  void append(std::string& out, std::string_view bytes) const { out.append(bytes); }
  [[nodiscard]] std::string_view read(std::string_view bytes) const { return bytes; }
  [[nodiscard]] std::string_view view(std::string_view bytes) const { return bytes; }
  /// Chooses the shard of a key.
  [[nodiscard]] std::uint32_t kafkaHash(std::string_view bytes) const {
    return kafkaKeyHash(bytes);
  }
};

}  // namespace lockstep
