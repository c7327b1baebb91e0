// Kafka's bytes to values and back: what fits which format, and what does not.
#include "src/pipeline/rows/row_format.hpp"

#include <bit>
#include <limits>

#include <lockstep/formats/big_endian.hpp>
#include <lockstep/model/record_error.hpp>

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/expression/json.hpp"
#include "tests/support/catch.hpp"

using namespace lockstep;

namespace {

std::string big(std::uint64_t bits) {
  std::string bytes(8, '\0');
  storeBigEndian(bytes.data(), bits);
  return bytes;
}

/// Decodes and shows as JSON; "error: ..." for what does not fit.
std::string decoded(Format format, std::optional<std::string_view> bytes) {
  Arena arena;
  std::string text;
  try {
    appendJson(text, decodeField(format, bytes, "value", arena));
  } catch (const RecordError& error) {
    CHECK(error.kind() == RecordErrorKind::kDecode);
    return "error: " + std::string(error.cause());
  }
  return text;
}

/// The bytes, "null", or "error: ...".
std::string encoded(Format format, const Value& value) {
  std::string scratch;
  try {
    const auto bytes = encodeField(format, value, "value", scratch);
    return bytes ? std::string(*bytes) : "null";
  } catch (const RecordError& error) {
    CHECK(error.kind() == RecordErrorKind::kEval);
    return "error: " + std::string(error.cause());
  }
}

bool fails(const std::string& outcome) { return outcome.starts_with("error: "); }

}  // namespace

TEST_CASE("a null is nil in every format, and nil a null", "[unit][pipeline][row_format]") {
  const auto format =
      GENERATE(Format::kString, Format::kBytes, Format::kLong, Format::kDouble, Format::kJson);
  Arena arena;
  CHECK(decodeField(format, std::nullopt, "value", arena).isNil());
  CHECK(encoded(format, Value()) == "null");
}

TEST_CASE("longs and doubles are read as Kafka's serializers write them",
          "[unit][pipeline][row_format]") {
  CHECK(decoded(Format::kLong, big(42)) == "42");
  CHECK(decoded(Format::kLong, big(~std::uint64_t{0})) == "-1");
  CHECK(decoded(Format::kDouble, big(std::bit_cast<std::uint64_t>(0.5))) == "0.5");
  CHECK(decoded(Format::kLong, "1234") == "error: the value is no long: it has 4 bytes, not 8");
  CHECK(fails(decoded(Format::kLong, "")));
  CHECK(fails(decoded(Format::kDouble, "123456789")));
}

TEST_CASE("JSON is a decode error unless it is whole, also where nobody looks",
          "[unit][pipeline][row_format]") {
  CHECK(decoded(Format::kJson, R"({"a":1})") == R"({"a":1})");
  CHECK(decoded(Format::kJson, "7") == "7");
  CHECK(decoded(Format::kJson, R"({"a":18446744073709551616})") == R"({"a":18446744073709551616})");
  const auto broken =
      GENERATE(as<std::string>{}, "", "nonsense", R"({"a":{"b":[1,tru]}})", R"({"a":{"b":1})",
               R"({"a":[1}})", R"([[1,2],[3 4]])", R"({"a":"\x"})", R"({"a":{"\ud800":1}})",
               "[\"\t\"]", R"([01])", R"({"a":1} {)", "[\"\xff\"]");
  INFO(broken);
  CHECK(fails(decoded(Format::kJson, broken)));
}

TEST_CASE("JSON may nest as deep as a thousand levels, and no deeper",
          "[unit][pipeline][row_format]") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(decoded(Format::kJson, nested(1024)) == nested(1024));
  CHECK(fails(decoded(Format::kJson, nested(1025))));
  CHECK(fails(decoded(Format::kJson, nested(100'000))));
}

TEST_CASE("what fits a long: integers, and floats with an integral value",
          "[unit][pipeline][row_format]") {
  CHECK(encoded(Format::kLong, Value::integer(7)) == big(7));
  CHECK(encoded(Format::kLong, Value::number(7.0)) == big(7));
  CHECK(encoded(Format::kLong, Value::number(-0.0)) == big(0));
  CHECK(encoded(Format::kLong, Value::number(-9223372036854775808.0)) == big(1ULL << 63));
  const auto value = GENERATE(as<Value>{}, Value::number(7.5), Value::number(9223372036854775808.0),
                              Value::number(std::numeric_limits<double>::quiet_NaN()),
                              Value::number(std::numeric_limits<double>::infinity()),
                              Value::string("7"), Value::boolean(true), Value::list({}));
  CHECK(fails(encoded(Format::kLong, value)));
}

TEST_CASE("numbers fit a double, text fits string and bytes, everything fits json",
          "[unit][pipeline][row_format]") {
  CHECK(encoded(Format::kDouble, Value::integer(2)) == big(std::bit_cast<std::uint64_t>(2.0)));
  CHECK(encoded(Format::kDouble, Value::number(0.5)) == big(std::bit_cast<std::uint64_t>(0.5)));
  CHECK(fails(encoded(Format::kDouble, Value::string("2"))));

  CHECK(encoded(Format::kString, Value::string("a")) == "a");
  CHECK(encoded(Format::kBytes, Value::string("a")) == "a");
  CHECK(encoded(Format::kString, Value::integer(1)) ==
        "error: the value is a number, which does not fit the output's format string");
  CHECK(fails(encoded(Format::kBytes, Value::boolean(false))));

  CHECK(encoded(Format::kJson, Value::string("a\"b")) == R"("a\"b")");
  CHECK(encoded(Format::kJson, Value::boolean(true)) == "true");
  CHECK(encoded(Format::kJson, Value::list({})) == "[]");
}

TEST_CASE("every long and double comes back as it was", "[unit][pipeline][row_format]") {
  const auto bits =
      GENERATE(std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}, std::uint64_t{1} << 63,
               std::bit_cast<std::uint64_t>(-0.0), std::bit_cast<std::uint64_t>(1e300));
  Arena arena;
  for (const auto format : {Format::kLong, Format::kDouble}) {
    const auto bytes = big(bits);
    CHECK(encoded(format, decodeField(format, bytes, "value", arena)) == bytes);
  }
}
