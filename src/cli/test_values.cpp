#include "src/cli/test_values.hpp"

#include <bit>
#include <cmath>

#include <lockstep/base/arena.hpp>
#include <lockstep/formats/big_endian.hpp>

#include "src/pipeline/expression/json.hpp"
#include "src/pipeline/rows/encoded.hpp"

namespace lockstep::cli {
namespace {

using config::DataFormat;
using config::TestValue;

bool isText(DataFormat format) {
  return format == DataFormat::kString || format == DataFormat::kBytes;
}

/// Without the quotes of a text.
std::string plain(const TestValue& value) {
  return value.is_string() ? value.get<std::string>() : textOf(value);
}

TestValue stateData(const std::string& type, std::string_view bytes) {
  if (type == "long" && bytes.size() == sizeof(std::uint64_t))
    return static_cast<std::int64_t>(loadBigEndian64(bytes.data()));
  Arena arena(1024);
  std::string text;
  appendJson(text, decodeEncoded(bytes, arena));
  return TestValue::parse(text);
}

std::string numberBytes(std::uint64_t bits) {
  std::string bytes(sizeof(bits), '\0');
  storeBigEndian(bytes.data(), bits);
  return bytes;
}

std::string encode(DataFormat format, const TestValue& value) {
  switch (format) {
    case DataFormat::kLong:
      if (value.is_number_integer())
        return numberBytes(static_cast<std::uint64_t>(value.get<std::int64_t>()));
      break;
    case DataFormat::kDouble:
      if (value.is_number()) return numberBytes(std::bit_cast<std::uint64_t>(value.get<double>()));
      break;
    case DataFormat::kJson:
      return textOf(value);
    case DataFormat::kString:
    case DataFormat::kBytes:
      break;
  }
  return plain(value);
}

/// Parses text as JSON; null when it is none.
std::optional<TestValue> parsed(const std::string& text) {
  auto value = TestValue::parse(text, nullptr, false);
  if (value.is_discarded()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::string> encodeTestKey(DataFormat format, const config::TestRecord& record) {
  if (!record.key || record.key->is_null()) return std::nullopt;
  return encode(format, *record.key);
}

std::optional<std::string> encodeTestValue(DataFormat format, const config::TestRecord& record) {
  if (!record.value || record.value->is_null()) return std::nullopt;
  const bool is_text = isText(format) || format == DataFormat::kJson;
  if (record.text && is_text) return *record.text;
  return encode(format, *record.value);
}

TestValue decodeTestValue(DataFormat format, const std::optional<std::string>& bytes) {
  if (!bytes) return nullptr;
  const bool eight = bytes->size() == sizeof(std::uint64_t);
  if (format == DataFormat::kLong && eight)
    return static_cast<std::int64_t>(loadBigEndian64(bytes->data()));
  if (format == DataFormat::kDouble && eight)
    return std::bit_cast<double>(loadBigEndian64(bytes->data()));
  if (format == DataFormat::kJson) {
    if (auto value = parsed(*bytes)) return *value;
  }
  return *bytes;
}

bool fits(DataFormat format, const TestValue& expected, const TestValue& found) {
  if (expected == found) return true;
  if (!found.is_string()) return false;
  if (expected.is_structured()) return parsed(found.get<std::string>()) == expected;
  return isText(format) && !expected.is_null() && plain(expected) == found.get<std::string>();
}

std::string textOf(const TestValue& value) {
  return value.dump(-1, ' ', false, TestValue::error_handler_t::replace);
}

TestValue stateKey(const StateDeclaration& state, std::string_view bytes) {
  return stateData(state.key_type, bytes);
}

TestValue stateValue(const StateDeclaration& state, std::string_view record) {
  return stateData(state.value_type, record.substr(1));  // behind the changelog's version
}

}  // namespace lockstep::cli
