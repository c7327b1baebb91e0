#include "src/pipeline/rows/row_format.hpp"

#include <bit>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>

#include <lockstep/formats/big_endian.hpp>
#include <lockstep/model/record_error.hpp>

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/expression/json.hpp"

namespace lockstep {
namespace {

constexpr std::size_t kNumberBytes = 8;

std::uint64_t numberBits(Format format, std::string_view bytes, std::string_view what) {
  if (bytes.size() != kNumberBytes) {
    throw RecordError(RecordErrorKind::kDecode,
                      fmt::format("the {} is no {}: it has {} bytes, not {}", what,
                                  toString(format), bytes.size(), kNumberBytes),
                      "");
  }
  return loadBigEndian64(bytes.data());
}

[[noreturn]] void doesNotFit(Format format, const Value& value, std::string_view what) {
  throw RecordError(RecordErrorKind::kEval,
                    fmt::format("the {} is a {}, which does not fit the output's format {}", what,
                                typeName(value.kind()), toString(format)),
                    "");
}

std::string_view putNumber(std::uint64_t bits, std::string& scratch) {
  scratch.resize(kNumberBytes);
  storeBigEndian(scratch.data(), bits);
  return scratch;
}

std::string_view encodeLong(const Value& value, std::string_view what, std::string& scratch) {
  if (value.isInteger()) return putNumber(static_cast<std::uint64_t>(value.asInteger()), scratch);
  constexpr double kLimit = 9223372036854775808.0;  // 2^63: the first double that does not fit
  if (!value.isFloat() || std::trunc(value.asFloat()) != value.asFloat() ||
      value.asFloat() < -kLimit || value.asFloat() >= kLimit) {
    doesNotFit(Format::kLong, value, what);
  }
  return putNumber(static_cast<std::uint64_t>(static_cast<std::int64_t>(value.asFloat())), scratch);
}

std::string_view encodeJson(const Value& value, std::string_view what, std::string& scratch) {
  scratch.clear();
  try {
    appendJson(scratch, value);
  } catch (const EvalError& error) {
    throw RecordError(RecordErrorKind::kEval, fmt::format("the {}: {}", what, error.cause()), "");
  }
  return scratch;
}

}  // namespace

Value decodeField(Format format, std::optional<std::string_view> bytes, std::string_view what,
                  Arena& arena) {
  if (!bytes) return {};
  switch (format) {
    case Format::kString:
    case Format::kBytes:
      return Value::string(*bytes);
    case Format::kLong:
      return Value::integer(static_cast<std::int64_t>(numberBits(format, *bytes, what)));
    case Format::kDouble:
      return Value::number(std::bit_cast<double>(numberBits(format, *bytes, what)));
    case Format::kJson:
      break;
  }
  try {
    return readJson(*bytes, arena);
  } catch (const EvalError& error) {
    throw RecordError(RecordErrorKind::kDecode, fmt::format("the {}: {}", what, error.cause()), "");
  }
}

std::optional<std::string_view> encodeField(Format format, const Value& value,
                                            std::string_view what, std::string& scratch) {
  if (value.isNil()) return std::nullopt;
  switch (format) {
    case Format::kString:
    case Format::kBytes:
      if (!value.isString()) doesNotFit(format, value, what);
      return value.asString();
    case Format::kLong:
      return encodeLong(value, what, scratch);
    case Format::kDouble:
      if (!value.isNumber()) doesNotFit(format, value, what);
      return putNumber(std::bit_cast<std::uint64_t>(value.asDouble()), scratch);
    case Format::kJson:
      break;
  }
  return encodeJson(value, what, scratch);
}

}  // namespace lockstep
