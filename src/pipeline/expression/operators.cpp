#include "src/pipeline/expression/operators.hpp"

#include <cmath>
#include <cstring>
#include <string>

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/expression/json.hpp"
#include "src/pipeline/expression/number.hpp"

namespace lockstep {
namespace {

Value toNumber(const Value& value) {
  if (value.isNumber()) return value;
  if (value.isString()) {
    if (const auto number = parseNumber(value.asString())) return *number;
  }
  throw EvalError("attempt to perform arithmetic on a " + std::string(typeName(value.kind())) +
                  " value");
}

std::int64_t floorDivide(std::int64_t a, std::int64_t b) {
  if (b == 0) throw EvalError("attempt to perform 'n//0'");
  if (b == -1) return static_cast<std::int64_t>(0 - static_cast<std::uint64_t>(a));  // wraps
  const std::int64_t quotient = a / b;
  return ((a ^ b) < 0 && quotient * b != a) ? quotient - 1 : quotient;
}

std::int64_t modulo(std::int64_t a, std::int64_t b) {
  if (b == 0) throw EvalError("attempt to perform 'n%%0'");
  if (b == -1) return 0;
  const std::int64_t rest = a % b;
  return (rest != 0 && (rest ^ b) < 0) ? rest + b : rest;
}

double modulo(double a, double b) {
  const double rest = std::fmod(a, b);
  return ((rest > 0) ? b < 0 : (rest < 0 && b != rest)) ? rest + b : rest;
}

Value calculateIntegers(Arithmetic op, std::int64_t a, std::int64_t b) {
  const auto x = static_cast<std::uint64_t>(a);
  const auto y = static_cast<std::uint64_t>(b);
  switch (op) {
    case Arithmetic::kAdd:
      return Value::integer(static_cast<std::int64_t>(x + y));
    case Arithmetic::kSubtract:
      return Value::integer(static_cast<std::int64_t>(x - y));
    case Arithmetic::kMultiply:
      return Value::integer(static_cast<std::int64_t>(x * y));
    case Arithmetic::kFloorDivide:
      return Value::integer(floorDivide(a, b));
    default:
      return Value::integer(modulo(a, b));
  }
}

Value calculateFloats(Arithmetic op, double a, double b) {
  switch (op) {
    case Arithmetic::kAdd:
      return Value::number(a + b);
    case Arithmetic::kSubtract:
      return Value::number(a - b);
    case Arithmetic::kMultiply:
      return Value::number(a * b);
    case Arithmetic::kDivide:
      return Value::number(a / b);
    case Arithmetic::kFloorDivide:
      return Value::number(std::floor(a / b));
    case Arithmetic::kModulo:
      return Value::number(modulo(a, b));
    case Arithmetic::kPower:
      return Value::number(b == 2 ? a * a : std::pow(a, b));
  }
  return {};
}

[[noreturn]] void failCompare(const Value& a, const Value& b) {
  const std::string left(typeName(a.kind()));
  const std::string right(typeName(b.kind()));
  throw EvalError(left == right ? "attempt to compare two " + left + " values"
                                : "attempt to compare " + left + " with " + right);
}

std::string_view concatText(const Value& value, NumberText& buffer) {
  if (value.isString()) return value.asString();
  if (value.isNumber()) return formatNumber(value, buffer);
  throw EvalError("attempt to concatenate a " + std::string(typeName(value.kind())) + " value");
}

bool equalItems(std::span<const Value> a, std::span<const Value> b, int depth) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!equals(a[i], b[i], depth + 1)) return false;
  }
  return true;
}

bool equalEntries(std::span<const MapEntry> a, std::span<const MapEntry> b, int depth) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!equals(a[i].key, b[i].key, depth + 1)) return false;
    if (!equals(a[i].value, b[i].value, depth + 1)) return false;
  }
  return true;
}

bool equalJson(JsonNode& a, JsonNode& b, int depth) {
  if (&a == &b) return true;
  if (a.isObject() != b.isObject()) return false;
  return a.isObject() ? equalEntries(a.fields(), b.fields(), depth)
                      : equalItems(a.items(), b.items(), depth);
}

[[noreturn]] void failIndex(const Value& a, std::string_view name) {
  std::string message = "attempt to index a " + std::string(typeName(a.kind())) + " value";
  if (!name.empty()) message += " (field '" + std::string(name) + "')";
  throw EvalError(message);
}

}  // namespace

Value calculateSlow(Arithmetic op, const Value& a, const Value& b) {
  const Value x = toNumber(a);
  const Value y = toNumber(b);
  if (x.isInteger() && y.isInteger() && op != Arithmetic::kDivide && op != Arithmetic::kPower) {
    return calculateIntegers(op, x.asInteger(), y.asInteger());
  }
  return calculateFloats(op, x.asDouble(), y.asDouble());
}

Value negate(const Value& a) {
  const Value number = toNumber(a);
  if (number.isFloat()) return Value::number(-number.asFloat());
  return Value::integer(
      static_cast<std::int64_t>(0 - static_cast<std::uint64_t>(number.asInteger())));
}

Value concatenate(const Value& a, const Value& b, Arena& arena) {
  NumberText left_buffer;
  NumberText right_buffer;
  const auto left = concatText(a, left_buffer);
  const auto right = concatText(b, right_buffer);
  if (left.size() + right.size() > kTextBytesMax) {
    throw EvalError("the text is larger than 64 MiB");
  }
  char* place = arena.allocate(left.size() + right.size());
  if (!left.empty()) std::memcpy(place, left.data(), left.size());
  if (!right.empty()) std::memcpy(place + left.size(), right.data(), right.size());
  return Value::string({place, left.size() + right.size()});
}

Value length(const Value& a) {
  const auto size = [](std::size_t count) {
    return Value::integer(static_cast<std::int64_t>(count));
  };
  switch (a.kind()) {
    case ValueKind::kString:
      return size(a.asString().size());
    case ValueKind::kList:
      return size(a.asList().size());
    case ValueKind::kMap: {
      std::int64_t border = 0;
      while (!tableField(a, Value::integer(border + 1)).isNil()) ++border;
      return Value::integer(border);
    }
    case ValueKind::kJson:
      return size(a.asJson().isObject() ? 0 : a.asJson().items().size());
    default:
      throw EvalError("attempt to get length of a " + std::string(typeName(a.kind())) + " value");
  }
}

bool equals(const Value& a, const Value& b, int depth) {
  if (depth > kValueDepthMax) throw EvalError("lists and maps nest too deep");
  if (a.isNumber() && b.isNumber()) return compareNumbers(a, b) == 0;
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case ValueKind::kNil:
      return true;
    case ValueKind::kBoolean:
      return a.asBoolean() == b.asBoolean();
    case ValueKind::kString:
      return a.asString() == b.asString();
    case ValueKind::kList:
      return equalItems(a.asList(), b.asList(), depth);
    case ValueKind::kMap:
      return equalEntries(a.asMap(), b.asMap(), depth);
    default:
      return equalJson(a.asJson(), b.asJson(), depth);
  }
}

bool less(const Value& a, const Value& b) {
  if (a.isNumber() && b.isNumber()) return compareNumbers(a, b) < 0;
  if (a.isString() && b.isString()) return a.asString() < b.asString();
  failCompare(a, b);
}

bool lessOrEqual(const Value& a, const Value& b) {
  if (a.isNumber() && b.isNumber()) return compareNumbers(a, b) <= 0;
  if (a.isString() && b.isString()) return a.asString() <= b.asString();
  failCompare(a, b);
}

Value index(const Value& a, const Value& key) {
  if (!a.isTable()) failIndex(a, key.isString() ? key.asString() : std::string_view());
  return tableField(a, key);
}

Value index(const Value& a, std::string_view name) {
  if (!a.isTable()) failIndex(a, name);
  return tableField(a, name);
}

}  // namespace lockstep
