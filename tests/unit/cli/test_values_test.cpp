// The data of `tests:` as bytes of records, and back.
#include "src/cli/test_values.hpp"

#include "tests/support/catch.hpp"

using namespace lockstep::cli;
using lockstep::config::DataFormat;
using lockstep::config::TestRecord;
using lockstep::config::TestValue;
using namespace std::string_literals;

namespace {

TestRecord valued(TestValue value) {
  TestRecord record;
  record.value = std::move(value);
  return record;
}

TestRecord bare(TestValue value, std::string text) {
  auto record = valued(std::move(value));
  record.text = std::move(text);
  return record;
}

}  // namespace

TEST_CASE("a given value arrives in its stream's format", "[unit][cli][test_values]") {
  const auto seven = "\0\0\0\0\0\0\0\x07"s;
  CHECK(encodeTestValue(DataFormat::kLong, valued(7)) == seven);
  CHECK(encodeTestValue(DataFormat::kDouble, valued(1)) == "\x3f\xf0\0\0\0\0\0\0"s);
  CHECK(encodeTestValue(DataFormat::kString, valued(7)) == "7");
  CHECK(encodeTestValue(DataFormat::kJson, valued("a")) == "\"a\"");
  CHECK(encodeTestValue(DataFormat::kJson, valued({{"a", 1}})) == R"({"a":1})");
  CHECK(encodeTestValue(DataFormat::kJson, valued(nullptr)) == std::nullopt);
  CHECK(encodeTestValue(DataFormat::kString, TestRecord{}) == std::nullopt);
  CHECK(encodeTestKey(DataFormat::kString, valued(7)) == std::nullopt);
}

TEST_CASE("a bare scalar is the record's own text", "[unit][cli][test_values]") {
  CHECK(encodeTestValue(DataFormat::kString, bare(1.5, "1.50")) == "1.50");
  CHECK(encodeTestValue(DataFormat::kJson, bare("{\"a\": 1}", "{\"a\": 1}")) == "{\"a\": 1}");
  CHECK(encodeTestValue(DataFormat::kLong, bare("seven", "seven")) == "seven");  // a bad record
  CHECK(encodeTestValue(DataFormat::kLong, bare(0, "0")) == std::string(8, '\0'));
}

TEST_CASE("what does not fit a format shows as text", "[unit][cli][test_values]") {
  CHECK(decodeTestValue(DataFormat::kLong, "\0\0\0\0\0\0\0\x07"s) == TestValue(7));
  CHECK(decodeTestValue(DataFormat::kLong, "seven") == TestValue("seven"));
  CHECK(decodeTestValue(DataFormat::kJson, "{\"a\":1}") == TestValue({{"a", 1}}));
  CHECK(decodeTestValue(DataFormat::kJson, "{") == TestValue("{"));
  CHECK(decodeTestValue(DataFormat::kString, std::nullopt).is_null());
}

TEST_CASE("values compare by what they are", "[unit][cli][test_values]") {
  CHECK(fits(DataFormat::kJson, {{"a", 1}, {"b", {1, 2}}}, {{"b", {1, 2.0}}, {"a", 1.0}}));
  CHECK(fits(DataFormat::kDouble, 2, 2.0));
  CHECK_FALSE(fits(DataFormat::kLong, 2, 3));
  CHECK_FALSE(fits(DataFormat::kJson, 2, "2"));
  CHECK(fits(DataFormat::kString, 2, "2"));
  CHECK(fits(DataFormat::kString, true, "true"));
  CHECK(fits(DataFormat::kString, {{"a", 1}}, R"({ "a" : 1 })"));
  CHECK_FALSE(fits(DataFormat::kString, nullptr, "null"));
  CHECK_FALSE(fits(DataFormat::kString, "null", nullptr));
}

TEST_CASE("bytes that are no text can be shown", "[unit][cli][test_values]") {
  CHECK(textOf("a\xff") == "\"a\xef\xbf\xbd\"");
}
