#pragma once

#include <string_view>

#include <simdjson.h>

#include "src/pipeline/expression/json_tape.hpp"
#include "src/pipeline/expression/value.hpp"

namespace lockstep {

/// JSON's strings, numbers and words as values: private to the json*.cpp files. All functions throw
/// EvalError when a text is malformed.

/// "malformed JSON: " and simdjson's reason, unless that is SUCCESS.
void checkJson(simdjson::error_code error);

/// The value of an item that is no object or array. A string without escapes is a view of `text`.
/// REQUIRES: readJsonItems() found the item in `text`.
[[nodiscard]] Value jsonScalar(std::string_view text, const JsonItem& item, Arena& arena);

/// A number that is well-formed.
[[nodiscard]] Value jsonNumber(std::string_view number);

/// What a string with escapes means, without its quotes on both sides. Valid until the thread's
/// next call.
[[nodiscard]] std::string_view unescapeJson(std::string_view escaped);

/// A whole text that is no object or array.
[[nodiscard]] Value parseJsonScalar(std::string_view text, Arena& arena);

}  // namespace lockstep
