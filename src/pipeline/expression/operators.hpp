#pragma once

#include <cstdint>
#include <string_view>

#include "src/pipeline/expression/value.hpp"

namespace lockstep {

/// The operators of expressions, with Lua 5.4's meaning. All throw EvalError for operands that
/// have none. Strings that read as numbers count as numbers in arithmetic, as in Lua.
enum class Arithmetic : std::uint8_t {
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,       ///< always a float
  kFloorDivide,  ///< rounds down
  kModulo,       ///< has the sign of the divisor
  kPower,        ///< always a float
};

[[nodiscard]] Value calculateSlow(Arithmetic op, const Value& a, const Value& b);

/// Integers stay integers and wrap at 64 bits.
[[nodiscard]] inline Value calculate(Arithmetic op, const Value& a, const Value& b) {
  if (a.isInteger() && b.isInteger()) [[likely]] {
    const auto x = static_cast<std::uint64_t>(a.asInteger());
    const auto y = static_cast<std::uint64_t>(b.asInteger());
    if (op == Arithmetic::kAdd) return Value::integer(static_cast<std::int64_t>(x + y));
    if (op == Arithmetic::kSubtract) return Value::integer(static_cast<std::int64_t>(x - y));
    if (op == Arithmetic::kMultiply) return Value::integer(static_cast<std::int64_t>(x * y));
  }
  return calculateSlow(op, a, b);
}

[[nodiscard]] Value negate(const Value& a);
/// a .. b: strings and numbers; the text goes to `arena`.
[[nodiscard]] Value concatenate(const Value& a, const Value& b, Arena& arena);
/// #a: bytes of a string, elements of a list; of a map the n up to which 1..n are keys.
[[nodiscard]] Value length(const Value& a);
/// a == b: numbers by value (1 == 1.0), lists and maps by content. JSON equals only JSON.
/// Throws EvalError for values that nest too deep.
[[nodiscard]] bool equals(const Value& a, const Value& b, int depth = 0);
/// a < b and a <= b: two numbers, or two strings by their bytes.
[[nodiscard]] bool less(const Value& a, const Value& b);
[[nodiscard]] bool lessOrEqual(const Value& a, const Value& b);
/// a[key]; nil when there is no such field. Only lists, maps and JSON have fields.
[[nodiscard]] Value index(const Value& a, const Value& key);
[[nodiscard]] Value index(const Value& a, std::string_view name);

}  // namespace lockstep
