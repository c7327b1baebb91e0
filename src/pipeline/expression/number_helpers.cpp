// The helpers on lists and numbers: sum min max avg count hash.
#include <xxhash.h>

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/expression/helpers.hpp"
#include "src/pipeline/expression/json.hpp"
#include "src/pipeline/expression/operators.hpp"
#include "src/pipeline/expression/value_codec.hpp"

namespace lockstep::helper {
namespace {

// The elements of a single list, or the arguments themselves.
std::span<const Value> elements(const HelperCall& call) {
  if (call.arguments.size() != 1) return call.arguments;
  const Value& only = call.arguments[0];
  if (only.kind() == ValueKind::kList) return only.asList();
  if (only.kind() == ValueKind::kJson && !only.asJson().isObject()) return only.asJson().items();
  if (only.isTable() || only.isNil()) throw EvalError("argument 1 is no list");
  return call.arguments;
}

// The first element that no other one beats; nil if there is none.
template <class Better>
Value best(const HelperCall& call, Better better) {
  Value found;
  for (const auto& element : elements(call)) {
    if (element.isNil()) continue;
    if (!element.isNumber() && !element.isString()) {
      throw EvalError("a " + std::string(typeName(element.kind())) + " among the elements");
    }
    if (found.isNil() || better(element, found)) found = element;
  }
  return found;
}

}  // namespace

Value sum(const HelperCall& call) {
  Value total = Value::integer(0);
  for (const auto& element : elements(call)) {
    if (!element.isNil()) total = calculate(Arithmetic::kAdd, total, element);
  }
  return total;
}

Value min(const HelperCall& call) {
  return best(call, [](const Value& a, const Value& b) { return less(a, b); });
}

Value max(const HelperCall& call) {
  return best(call, [](const Value& a, const Value& b) { return less(b, a); });
}

Value avg(const HelperCall& call) {
  Value total = Value::integer(0);
  std::int64_t counted = 0;
  for (const auto& element : elements(call)) {
    if (element.isNil()) continue;
    total = calculate(Arithmetic::kAdd, total, element);
    ++counted;
  }
  if (counted == 0) return {};
  return calculate(Arithmetic::kDivide, total, Value::integer(counted));
}

Value count(const HelperCall& call) {
  const Value& table = call.arguments[0];
  switch (table.kind()) {
    case ValueKind::kList:
      return Value::integer(static_cast<std::int64_t>(table.asList().size()));
    case ValueKind::kMap:
      return Value::integer(static_cast<std::int64_t>(table.asMap().size()));
    case ValueKind::kJson: {
      auto& node = table.asJson();
      const auto size = node.isObject() ? node.fields().size() : node.items().size();
      return Value::integer(static_cast<std::int64_t>(size));
    }
    default:
      throw EvalError("argument 1 is a " + std::string(typeName(table.kind())) +
                      ", a list is needed");
  }
}

Value hash(const HelperCall& call) {
  call.buffer.clear();
  encodeValue(call.buffer, call.arguments[0]);
  return Value::integer(
      static_cast<std::int64_t>(XXH3_64bits(call.buffer.data(), call.buffer.size())));
}

}  // namespace lockstep::helper
