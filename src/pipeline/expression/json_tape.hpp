#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <lockstep/base/arena.hpp>

namespace lockstep {

/// What stands at one place of a JSON text.
enum class JsonKind : std::uint8_t {
  kObject,
  kArray,
  kString,
  kInteger,  ///< a number of at most 19 digits, without fraction or exponent
  kNumber,   ///< any other number; a finite one
  kTrue,
  kFalse,
  kNull,
};

/// One value or field name of a JSON text: where it stands. Items follow each other as their first
/// bytes do: an object's name, value, name, value ..., an array's values, each with all that is
/// inside it.
struct JsonItem {
  std::uint32_t begin = 0;  ///< its first byte, counted from the text's; of a string the one inside
  std::uint32_t end = 0;    ///< behind its last byte; of a string its closing quote
  std::uint32_t span = 1;   ///< items up to the one behind it: itself and all that is inside
  JsonKind kind = JsonKind::kNull;
  bool escaped = false;  ///< a string with a backslash in it

  [[nodiscard]] std::string_view of(std::string_view text) const {
    return text.substr(begin, end - begin);
  }
};

/// Checks a whole object or array and lists what is in it, in one pass: simdjson finds the
/// structure and checks UTF-8 and quotes, one walk over the places that it found checks the
/// grammar. Nothing is converted or copied. The items live in `arena`, the container itself is the
/// first one. Throws EvalError when the text is malformed.
/// REQUIRES: `text` begins with { or [ and has no blanks behind its end. Thread: any.
[[nodiscard]] std::span<const JsonItem> readJsonItems(std::string_view text, Arena& arena);

}  // namespace lockstep
