#include "src/pipeline/rows/value_reduction.hpp"

#include <array>

#include <fmt/format.h>

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/rows/encoded.hpp"

namespace lockstep {
namespace {

Value sum(const Value& a, const Value& b) {
  if (!a.isNumber() || !b.isNumber()) {
    throw EvalError(fmt::format("sum of a {} and a {}", typeName(a.kind()), typeName(b.kind())));
  }
  if (a.isInteger() && b.isInteger()) {
    return Value::integer(static_cast<std::int64_t>(static_cast<std::uint64_t>(a.asInteger()) +
                                                    static_cast<std::uint64_t>(b.asInteger())));
  }
  return Value::number(a.asDouble() + b.asDouble());
}

Value lesser(const Value& a, const Value& b, bool wanted) {
  if (!(a.isNumber() && b.isNumber()) && !(a.isString() && b.isString())) {
    throw EvalError(
        fmt::format("a {} and a {} have no order", typeName(a.kind()), typeName(b.kind())));
  }
  return (compare(a, b) <= 0) == wanted ? a : b;
}

}  // namespace

Value combineNamed(NamedValueReduction reduction, const Value& a, const Value& b) {
  switch (reduction) {
    case NamedValueReduction::kSum:
      return sum(a, b);
    case NamedValueReduction::kMin:
      return lesser(a, b, true);
    case NamedValueReduction::kMax:
      return lesser(a, b, false);
    case NamedValueReduction::kCount:
    case NamedValueReduction::kLast:
      break;
  }
  return b;
}

std::string_view ValueReduction::operator()(std::string_view a, std::string_view b) const {
  thread_local Arena arena(4096);
  thread_local std::string result;
  arena.clear();
  const std::array<Value, 2> values{decodeEncoded(a, arena), decodeEncoded(b, arena)};
  const Value combined = expression_
                             ? expression_->evaluate(values, arena, evaluation_->scratch().context)
                             : combineNamed(named_, values[0], values[1]);
  return encodeInto(result, combined);
}

std::vector<std::string> ValueReduction::fields() const {
  std::vector<std::string> fields;
  if (!expression_) return fields;
  for (const ExpressionRead& read : expression_->reads())
    if (!read.field.empty()) fields.push_back(read.field);
  return fields;
}

}  // namespace lockstep
