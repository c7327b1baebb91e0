#include "src/pipeline/expression/number.hpp"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace lockstep {
namespace {

int hexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// What strtod reads, all of it or nothing. The C locale's point is the only one: nothing in the
// process sets another.
std::optional<double> readFloat(std::string_view text) {
  const std::string copy(text);
  char* end = nullptr;
  const double value = std::strtod(copy.c_str(), &end);
  if (end != copy.c_str() + copy.size() || copy.empty()) return std::nullopt;
  return value;
}

std::optional<Value> readHex(std::string_view digits, bool negative) {
  std::uint64_t value = 0;
  if (digits.empty()) return std::nullopt;
  for (const char c : digits) {
    const int digit = hexDigit(c);
    if (digit < 0) {
      const auto read = readFloat("0x" + std::string(digits));
      if (!read) return std::nullopt;
      return Value::number(negative ? -*read : *read);
    }
    value = value * 16 + static_cast<std::uint64_t>(digit);  // wraps, as Lua's does
  }
  return Value::integer(static_cast<std::int64_t>(negative ? 0 - value : value));
}

std::optional<Value> readDecimal(std::string_view digits, bool negative) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool whole = end == digits.data() + digits.size();
  const auto limit = static_cast<std::uint64_t>(INT64_MAX) + (negative ? 1 : 0);
  if (whole && error == std::errc{} && value <= limit) {
    return Value::integer(static_cast<std::int64_t>(negative ? 0 - value : value));
  }
  for (const char c : digits) {  // no "inf", no "nan"
    if ((c < '0' || c > '9') && c != '.' && c != 'e' && c != 'E' && c != '+' && c != '-') {
      return std::nullopt;
    }
  }
  if (digits.empty() || digits[0] == '+' || digits[0] == '-') return std::nullopt;  // "--1"
  const auto read = readFloat(digits);
  if (!read) return std::nullopt;
  return Value::number(negative ? -*read : *read);
}

}  // namespace

std::optional<Value> parseNumber(std::string_view text) {
  while (!text.empty() && isBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && isBlank(text.back())) text.remove_suffix(1);
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text.size() >= 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    return readHex(text.substr(2), negative);
  }
  return readDecimal(text, negative);
}

std::string_view formatNumber(const Value& number, NumberText& buffer) {
  if (number.isInteger()) {
    const auto written =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), number.asInteger());
    return {buffer.data(), static_cast<std::size_t>(written.ptr - buffer.data())};
  }
  const int written = std::snprintf(buffer.data(), buffer.size() - 2, "%.14g", number.asFloat());
  auto size = static_cast<std::size_t>(written);
  bool integral = true;  // looks like an integer: then ".0" says that it is none
  for (std::size_t i = 0; i < size; ++i) {
    integral = integral && (buffer[i] == '-' || (buffer[i] >= '0' && buffer[i] <= '9'));
  }
  if (integral) {
    buffer[size++] = '.';
    buffer[size++] = '0';
  }
  return {buffer.data(), size};
}

std::optional<std::int64_t> exactInteger(double value) {
  constexpr double kLimit = 9223372036854775808.0;  // 2^63
  if (!(value >= -kLimit && value < kLimit) || std::floor(value) != value) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

namespace {

std::partial_ordering compareMixed(std::int64_t a, double b) {
  constexpr double kLimit = 9223372036854775808.0;
  if (std::isnan(b)) return std::partial_ordering::unordered;
  if (b >= kLimit) return std::partial_ordering::less;
  if (b < -kLimit) return std::partial_ordering::greater;
  const double floor = std::floor(b);
  const auto whole = static_cast<std::int64_t>(floor);
  if (a != whole) return a <=> whole;
  return floor < b ? std::partial_ordering::less : std::partial_ordering::equivalent;
}

}  // namespace

std::partial_ordering compareNumbers(const Value& a, const Value& b) {
  if (a.isInteger()) {
    if (b.isInteger()) return a.asInteger() <=> b.asInteger();
    return compareMixed(a.asInteger(), b.asFloat());
  }
  if (b.isFloat()) return a.asFloat() <=> b.asFloat();
  const auto mirrored = compareMixed(b.asInteger(), a.asFloat());
  if (mirrored == std::partial_ordering::less) return std::partial_ordering::greater;
  if (mirrored == std::partial_ordering::greater) return std::partial_ordering::less;
  return mirrored;
}

}  // namespace lockstep
