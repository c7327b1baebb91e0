#include "src/pipeline/steps/inverse_samples.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <vector>

#include <fmt/format.h>

#include <lockstep/base/arena.hpp>

#include "src/pipeline/expression/json.hpp"
#include "src/pipeline/expression/operators.hpp"
#include "src/pipeline/rows/encoded.hpp"

namespace lockstep {
namespace {

/// Not 0: a product is undone by a quotient, except there; and exact as doubles, with what people
/// make of two of them.
constexpr std::array<std::int64_t, 4> kIntegers{7, 1, -3, 12};
constexpr std::array<double, 2> kFloats{0.5, 2.25};
constexpr std::array<std::string_view, 2> kTexts{"x", "yz"};

using Encoded = std::string;

Encoded encoded(const Value& value) {
  std::string bytes;
  return std::string(encodeInto(bytes, value));
}

/// As one reads it in a message.
std::string shown(const Encoded& bytes) {
  Arena arena(1024);
  std::string text;
  appendJson(text, decodeEncoded(bytes, arena));
  return text;
}

/// Also 3 and 3.0, and a JSON object and a table with the same fields.
bool same(const Encoded& a, const Encoded& b) {
  Arena arena(1024);
  const std::string left = shown(a);
  const std::string right = shown(b);
  return equals(readJson(left, arena), readJson(right, arena));
}

/// Numbers, texts or objects both: a reduce that makes a text of numbers is not meant for numbers.
bool alike(const Encoded& a, const Encoded& b) {
  Arena arena(1024);
  const Value left = decodeEncoded(a, arena);
  const Value right = decodeEncoded(b, arena);
  return left.isNumber() == right.isNumber() && left.isString() == right.isString();
}

/// Values of one kind: only these are tried with one another.
using Group = std::vector<Encoded>;

Group objects(const std::vector<std::string>& fields) {
  Group group;
  if (fields.empty()) return group;
  for (std::size_t i = 0; i < kIntegers.size(); ++i) {
    std::string text = "{";
    for (std::size_t j = 0; j < fields.size(); ++j) {
      appendJson(text += j == 0 ? "" : ",", Value::string(fields[j]));
      text += ":" + std::to_string(kIntegers[(i + j) % kIntegers.size()]);
    }
    Arena arena(1024);
    text += "}";
    group.push_back(encoded(readJson(text, arena)));
  }
  return group;
}

std::vector<Group> samples(const std::vector<std::string>& fields) {
  Group numbers;
  Group texts;
  for (const std::int64_t number : kIntegers) numbers.push_back(encoded(Value::integer(number)));
  for (const double number : kFloats) numbers.push_back(encoded(Value::number(number)));
  for (const std::string_view text : kTexts) texts.push_back(encoded(Value::string(text)));
  return {numbers, objects(fields), texts};
}

/// Nothing when the function does not take them.
std::optional<Encoded> call(const ValueReduction& function, const Encoded& a, const Encoded& b) {
  try {
    return Encoded(function(a, b));
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

std::optional<InverseMistake> mistakeOf(const ValueReduction& reduce, const ValueReduction& inverse,
                                        const Encoded& a, const Encoded& b) {
  const auto both = call(reduce, a, b);
  if (!both || !alike(a, *both)) return std::nullopt;  // nothing that this window can meet
  const auto swapped = call(reduce, b, a);
  const auto left = call(inverse, *both, b);
  const std::string made =
      fmt::format("of a = {} and b = {} reduce makes {}", shown(a), shown(b), shown(*both));
  if (!left || !same(*left, a)) {
    return InverseMistake{
        fmt::format("inverse does not undo reduce: {}, and inverse of {} and {} {}", made,
                    shown(*both), shown(b),
                    left ? fmt::format("gives {}, not {}", shown(*left), shown(a)) : "fails"),
        "what leaves the window is b: inverse(reduce(a, b), b) has to be a; a reduce that cannot "
        "be undone (min, max) goes without inverse"};
  }
  if (!swapped || !same(*swapped, *both)) {
    return InverseMistake{
        fmt::format("reduce depends on the order: {}, the other way round {}", made,
                    swapped ? shown(*swapped) : "it fails"),
        "what leaves a window is what came first: with an inverse reduce(a, b) has to be "
        "reduce(b, a)"};
  }
  return std::nullopt;
}

}  // namespace

std::optional<InverseMistake> inverseMistake(const ValueReduction& reduce,
                                             const ValueReduction& inverse) {
  auto fields = reduce.fields();
  for (auto& field : inverse.fields()) fields.push_back(std::move(field));
  std::sort(fields.begin(), fields.end());
  fields.erase(std::unique(fields.begin(), fields.end()), fields.end());
  for (const Group& group : samples(fields))
    for (const Encoded& a : group)
      for (const Encoded& b : group)
        if (auto mistake = mistakeOf(reduce, inverse, a, b)) return mistake;
  return std::nullopt;
}

}  // namespace lockstep
