#pragma once

#include <string_view>

#include "src/pipeline/expression/value.hpp"

namespace lockstep {

class JsonNode;

/// Reads JSON texts into an arena: private to json.cpp. All members throw EvalError when the text
/// is malformed. Thread: that of the arena.
class JsonParser {
 public:
  /// Reads an object or array, with all that is in it.
  static void parse(JsonNode& node);
  /// Reads a text that is neither.
  [[nodiscard]] static Value parseScalar(std::string_view text, Arena& arena);

 private:
  class Builder;
  class Converter;
  class Walker;
  static void parseByToken(JsonNode& node);
};

}  // namespace lockstep
