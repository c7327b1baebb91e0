#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <lockstep/base/arena.hpp>
#include <lockstep/formats/format.hpp>

#include "src/pipeline/expression/value.hpp"

namespace lockstep {

/// From a record's bytes to a value. A null is nil. Strings are views of `bytes`.
/// Throws RecordError(kDecode) when the bytes do not fit the format; `what` is "key" or "value".
[[nodiscard]] Value decodeField(Format format, std::optional<std::string_view> bytes,
                                std::string_view what, Arena& arena);

/// From a value to a record's bytes: views of the value where it has them, else written into
/// `scratch`. nil is null. Throws RecordError(kEval) when the value does not fit the format: a
/// float with an integral value fits `long`, a number fits `double`, text fits `string` and
/// `bytes`, everything fits `json`.
[[nodiscard]] std::optional<std::string_view> encodeField(Format format, const Value& value,
                                                          std::string_view what,
                                                          std::string& scratch);

}  // namespace lockstep
