#include "src/pipeline/rows/encoded.hpp"

#include <lockstep/model/record_error.hpp>

#include "src/pipeline/expression/value_codec.hpp"

namespace lockstep {

std::string_view encodeInto(Arena& arena, const Value& value) {
  if (value.isString() && value.asString().size() <= kShortTextMax) [[likely]]
    return encodeShortText(value.asString(), arena);
  if (value.isNumber()) return encodeNumber(value, arena);
  thread_local std::string bytes;
  return arena.copy(encodeInto(bytes, value));
}

std::string_view encodeInto(std::string& scratch, const Value& value) {
  scratch.clear();
  encodeValue(scratch, value);
  return scratch;
}

Value decodeEncoded(std::string_view bytes, Arena& arena) {
  if (const auto text = decodeShortText(bytes)) [[likely]]
    return Value::string(*text);
  if (const auto number = decodeNumber(bytes)) return *number;
  auto rest = bytes;
  auto value = decodeValue(rest, arena);
  if (!value.ok()) throw RecordError(RecordErrorKind::kDecode, value.status().message());
  if (!rest.empty()) throw RecordError(RecordErrorKind::kDecode, "bytes behind an encoded value");
  return *value;
}

}  // namespace lockstep
