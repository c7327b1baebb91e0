#include "src/pipeline/expression/json_scalar.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <string>

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/expression/number.hpp"

namespace lockstep {

namespace {

// As Lua reads such a literal: a float, but not one beyond all floats.
Value largeInteger(std::string_view text) {
  const auto value = parseNumber(text);
  if (!value || !std::isfinite(value->asDouble())) checkJson(simdjson::NUMBER_ERROR);
  return *value;
}

// At most 19 digits, which fit 64 bits; what does not fit a signed integer is a float.
Value integerOf(std::string_view text) {
  const bool negative = text.front() == '-';
  std::uint64_t number = 0;
  for (const char c : text.substr(negative ? 1 : 0)) {
    number = number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  constexpr auto kMax = static_cast<std::uint64_t>(INT64_MAX);
  if (number > kMax + (negative ? 1 : 0)) {
    const auto large = static_cast<double>(number);
    return Value::number(negative ? -large : large);
  }
  return Value::integer(static_cast<std::int64_t>(negative ? 0 - number : number));
}

// Decimals of few digits are one exact division (Clinger, "How to read floating point numbers
// accurately", 1990): both operands are exact doubles.
bool shortDecimal(std::string_view text, double& value) {
  constexpr std::array<double, 16> kPowers{1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                           1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  constexpr std::size_t kDigitsMax = 15;  // all such numbers are below 2^53
  const bool negative = text.front() == '-';
  text.remove_prefix(negative ? 1 : 0);
  if (text.size() > kDigitsMax + 1) return false;
  std::uint64_t digits = 0;
  std::size_t decimals = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.') {
      decimals = text.size() - 1 - i;
    } else if (c >= '0' && c <= '9') {
      digits = digits * 10 + static_cast<std::uint64_t>(c - '0');
    } else {
      return false;  // an exponent
    }
  }
  if (decimals == 0 || decimals >= kPowers.size()) return false;
  value = static_cast<double>(digits) / kPowers[decimals];
  if (negative) value = -value;
  return true;
}

// Whether a number that no double is near to is too large, not too small: where its first digit
// stands tells.
bool isHuge(std::string_view text) {
  const auto first = text.find_first_of("123456789");
  const auto exponent_at = text.find_first_of("eE");
  const auto point = std::min(text.find('.'), std::min(exponent_at, text.size()));
  long exponent = 0;
  if (exponent_at != std::string_view::npos) {
    const auto digits = text.substr(exponent_at + (text[exponent_at + 1] == '+' ? 2 : 1));
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    if (read.ec != std::errc()) return digits.front() != '-';  // beyond all measure
  }
  return static_cast<long>(point) - static_cast<long>(first) + exponent > 0;
}

double decimal(std::string_view text) {
  double value = 0;
  if (shortDecimal(text, value)) return value;
  // Not simdjson's: 3.0 reads numbers of more than 19 digits wrong when they stand by themselves.
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec == std::errc()) return value;
  if (isHuge(text)) checkJson(simdjson::NUMBER_ERROR);
  return text.front() == '-' ? -0.0 : 0.0;
}

}  // namespace

void checkJson(simdjson::error_code error) {
  if (error == simdjson::SUCCESS) [[likely]]
    return;
  throw EvalError("malformed JSON: " + std::string(simdjson::error_message(error)));
}

Value jsonNumber(std::string_view number) {
  if (number.find_first_of(".eE") == std::string_view::npos) return largeInteger(number);
  return Value::number(decimal(number));
}

Value jsonScalar(std::string_view text, const JsonItem& item, Arena& arena) {
  const auto token = item.of(text);
  switch (item.kind) {
    case JsonKind::kString:
      return Value::string(item.escaped ? arena.copy(unescapeJson(token)) : token);
    case JsonKind::kInteger:
      return integerOf(token);
    case JsonKind::kNumber:
      return jsonNumber(token);
    case JsonKind::kTrue:
    case JsonKind::kFalse:
      return Value::boolean(item.kind == JsonKind::kTrue);
    default:
      return {};
  }
}

std::string_view unescapeJson(std::string_view escaped) {
  thread_local struct {  // its buffers stay
    std::string escaped;
    std::string unescaped;
  } buffers;
  buffers.escaped.assign(escaped);  // simdjson reads up to 64 bytes past a text
  buffers.escaped += '"';
  buffers.escaped.append(simdjson::SIMDJSON_PADDING, ' ');
  buffers.unescaped.resize(buffers.escaped.size());
  // Any parser's: the function has no memory. One is made with the first document.
  static const auto parser = [] {
    simdjson::dom::parser made;
    checkJson(made.allocate(64));
    return std::move(made.implementation);
  }();
  auto* const begin = reinterpret_cast<std::uint8_t*>(buffers.unescaped.data());
  const auto* end =
      parser->parse_string(reinterpret_cast<const std::uint8_t*>(buffers.escaped.data()), begin);
  if (end == nullptr) checkJson(simdjson::STRING_ERROR);
  return {buffers.unescaped.data(), static_cast<std::size_t>(end - begin)};
}

Value parseJsonScalar(std::string_view text, Arena& arena) {
  char* const list = arena.allocate(text.size() + 2);
  list[0] = '[';
  std::copy(text.begin(), text.end(), list + 1);
  list[text.size() + 1] = ']';
  const std::string_view whole(list, text.size() + 2);
  const auto items = readJsonItems(whole, arena);
  if (items.size() == 1) checkJson(simdjson::EMPTY);
  if (items.size() > 2) checkJson(simdjson::TRAILING_CONTENT);
  return jsonScalar(whole, items[1], arena);
}

}  // namespace lockstep
