#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

#include "src/pipeline/expression/value.hpp"

namespace lockstep {

/// Numbers as Lua 5.4 has them. All functions are pure.

/// White space as Lua sees it, in a source text and around a number.
[[nodiscard]] constexpr bool isBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// Reads a number as Lua reads one from a string or a source text: blanks around, a sign, decimal
/// or hexadecimal, integer or float; an integer too large becomes a float (decimal) or wraps (hex).
[[nodiscard]] std::optional<Value> parseNumber(std::string_view text);

using NumberText = std::array<char, 48>;
/// The text of a number ("3", "2.5", "1e+15", "4.0"), in `buffer`. REQUIRES: a number.
[[nodiscard]] std::string_view formatNumber(const Value& number, NumberText& buffer);

/// The integer that `value` is exactly; none if it has a fraction or does not fit.
[[nodiscard]] std::optional<std::int64_t> exactInteger(double value);

/// Compares by exact mathematical value, also integers with floats; unordered with NaN.
/// REQUIRES: two numbers.
[[nodiscard]] std::partial_ordering compareNumbers(const Value& a, const Value& b);

}  // namespace lockstep
