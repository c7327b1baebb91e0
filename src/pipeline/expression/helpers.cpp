#include "src/pipeline/expression/helpers.hpp"

#include <algorithm>
#include <array>

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/expression/number.hpp"

namespace lockstep {
namespace {

constexpr std::array<Helper, 17> kHelpers{{
    {"avg", "avg(list) or avg(a, b, ...)", "mean as a float, nil without numbers; nil is skipped",
     "avg(values)", 1, 8, false, helper::avg},
    {"count", "count(list)", "number of elements, or of fields", "state + count(values)", 1, 1,
     false, helper::count},
    {"extract", "extract(text, pattern, [group])",
     "first match of the pattern's group (1 if it has one, else the whole); nil without a match",
     "extract(value, '@(.+)$')", 2, 3, true, helper::extract},
    {"hash", "hash(value)", "64-bit integer (XXH3 of the value's canonical bytes)",
     "hash(key) % 16", 1, 1, false, helper::hash},
    {"join", "join(list, [separator])",
     "the elements as one text; the separator is ',' if left out", "join(value.tags, ' ')", 1, 2,
     false, helper::join},
    {"json", "json(value)", "a string is read as JSON; anything else becomes JSON text",
     "json(value).user.id", 1, 1, false, helper::json},
    {"lower", "lower(text)", "A-Z in lower case, other bytes as they are", "lower(value)", 1, 1,
     false, helper::lower},
    {"mask", "mask(text, [kept])", "all but the last `kept` (4) characters as '*'",
     "mask(value.card)", 1, 2, false, helper::mask},
    {"matches", "matches(text, pattern)", "whether the pattern is found anywhere in the text",
     "matches(value, '^[a-z]+$')", 2, 2, true, helper::matches},
    {"max", "max(list) or max(a, b, ...)", "largest number or string, nil if there is none",
     "max(a, b)", 1, 8, false, helper::max},
    {"min", "min(list) or min(a, b, ...)", "smallest number or string, nil if there is none",
     "min(values)", 1, 8, false, helper::min},
    {"replace", "replace(text, pattern, replacement)",
     "every match replaced; \\1 in the replacement is the first group",
     "replace(value, '[0-9]', '#')", 3, 3, true, helper::replace},
    {"split", "split(text, separator)",
     "list of the parts, as Java's String.split with a literal separator", "split(value, ' ')", 2,
     2, false, helper::split},
    {"sum", "sum(list) or sum(a, b, ...)", "sum as + adds, 0 without numbers; nil is skipped",
     "state + sum(values)", 1, 8, false, helper::sum},
    {"time", "time(text) or time(ms, [format])",
     "milliseconds since 1970 of an ISO 8601 text, or the UTC text of such a number",
     "time(timestamp, '%Y-%m-%d')", 1, 2, false, helper::time},
    {"trim", "trim(text)", "without blanks and control characters at both ends", "trim(value)", 1,
     1, false, helper::trim},
    {"upper", "upper(text)", "a-z in upper case, other bytes as they are", "upper(value)", 1, 1,
     false, helper::upper},
}};

}  // namespace

std::span<const Helper> allHelpers() { return kHelpers; }

const Helper* findHelper(std::string_view name) {
  const auto at = std::find_if(kHelpers.begin(), kHelpers.end(),
                               [&](const Helper& helper) { return helper.name == name; });
  return at == kHelpers.end() ? nullptr : &*at;
}

Value callHelper(const Helper& helper, const HelperCall& call) {
  const auto given = call.arguments.size();
  if (given < helper.arguments_min || given > helper.arguments_max) {
    throw EvalError(std::string(helper.name) + ": wrong number of arguments; write " +
                    std::string(helper.usage));
  }
  try {
    return helper.call(call);
  } catch (const EvalError& error) {
    throw EvalError(std::string(helper.name) + ": " + error.cause());
  }
}

std::string_view textArgument(const HelperCall& call, std::size_t index) {
  const Value& argument = call.arguments[index];
  if (argument.isString()) return argument.asString();
  if (!argument.isNumber()) {
    throw EvalError("argument " + std::to_string(index + 1) + " is a " +
                    std::string(typeName(argument.kind())) + ", a string is needed");
  }
  NumberText buffer;
  return call.arena.copy(formatNumber(argument, buffer));
}

std::int64_t integerArgument(const HelperCall& call, std::size_t index, std::int64_t otherwise) {
  if (index >= call.arguments.size()) return otherwise;
  const Value& argument = call.arguments[index];
  if (argument.isInteger()) return argument.asInteger();
  if (argument.isFloat()) {
    if (const auto whole = exactInteger(argument.asFloat())) return *whole;
  }
  throw EvalError("argument " + std::to_string(index + 1) + " is no whole number");
}

}  // namespace lockstep
