#pragma once

#include <string>
#include <string_view>

#include <lockstep/base/arena.hpp>

#include "src/pipeline/expression/value.hpp"

namespace lockstep {

/// Values cross shuffles and live in state as bytes (expression/value_codec.hpp): equal values have
/// equal bytes, and nothing has to know their type. docs/formats.md, "Values of pipelines".

/// The bytes, kept in `arena`. Throws EvalError on malformed JSON.
[[nodiscard]] std::string_view encodeInto(Arena& arena, const Value& value);
/// The bytes, in `scratch`.
[[nodiscard]] std::string_view encodeInto(std::string& scratch, const Value& value);

/// The value of bytes that encodeInto() wrote: views `bytes` and `arena`. Throws
/// RecordError(kDecode) for anything else: state that another program wrote.
[[nodiscard]] Value decodeEncoded(std::string_view bytes, Arena& arena);

}  // namespace lockstep
