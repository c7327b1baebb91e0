#pragma once

#include <string>
#include <string_view>

namespace lockstep {

/// Serde of values that are encoded already (encoded.hpp): the bytes pass as they are.
struct EncodedSerde {
  static constexpr std::string_view kTypeName = "value";
  void append(std::string& out, std::string_view bytes) const { out.append(bytes); }
  [[nodiscard]] std::string_view read(std::string_view bytes) const { return bytes; }
  [[nodiscard]] std::string_view view(std::string_view bytes) const { return bytes; }
};

}  // namespace lockstep
