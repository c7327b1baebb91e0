// Values: canonical bytes, the total order, JSON read field by field.
#include "src/pipeline/expression/value.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <lockstep/base/hash.hpp>
#include <nlohmann/json.hpp>

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/expression/json.hpp"
#include "src/pipeline/expression/value_codec.hpp"
#include "tests/support/catch.hpp"

using namespace lockstep;

namespace {

std::string bytesOf(const Value& value, JsonEncoding json = JsonEncoding::kCanonical) {
  std::string bytes;
  encodeValue(bytes, value, json);
  return bytes;
}

std::string textOf(const Value& value) {
  std::string text;
  appendJson(text, value);
  return text;
}

// One value of each kind and corner, in the order that compare() demands.
std::vector<Value> ladder(Arena& arena) {
  constexpr auto kInfinity = std::numeric_limits<double>::infinity();
  return {Value(),
          Value::boolean(false),
          Value::boolean(true),
          Value::number(-kInfinity),
          Value::integer(INT64_MIN),
          Value::integer(-1),
          Value::integer(0),
          Value::number(-0.0),
          Value::number(0.5),
          Value::integer(1),
          Value::number(1.0),
          Value::integer(9007199254740992),
          Value::number(9007199254740992.0),
          Value::integer(9007199254740993),
          Value::integer(INT64_MAX),
          Value::number(9223372036854775808.0),
          Value::number(kInfinity),
          Value::number(std::nan("")),
          Value::string(""),
          Value::string(std::string_view("\0", 1)),
          Value::string("a"),
          Value::string("ab"),
          Value::string("\xc3\xa9"),
          lazyJson("[]", arena),
          lazyJson("[1]", arena),
          lazyJson("[1,null]", arena),
          lazyJson("{}", arena),
          lazyJson(R"({"a":1})", arena),
          lazyJson(R"({"a":2})", arena)};
}

}  // namespace

TEST_CASE("values have one total order", "[unit][pipeline][value]") {
  Arena arena;
  const auto values = ladder(arena);
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t j = 0; j < values.size(); ++j) {
      INFO(i << " " << j);
      CHECK((compare(values[i], values[j]) <=> 0) == (i <=> j));
    }
  }
}

TEST_CASE("bytes come back as the same value, and end where it ends", "[unit][pipeline][value]") {
  Arena arena;
  for (const auto& value : ladder(arena)) {
    const auto bytes = bytesOf(value);
    INFO(bytes.size());
    std::string_view rest(bytes);
    const std::string longer = bytes + "tail";
    rest = longer;
    const auto back = decodeValue(rest, arena);
    REQUIRE(back.ok());
    CHECK(rest == "tail");
    CHECK((compare(*back, value) == 0));
    CHECK(bytesOf(*back) == bytes);
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
      std::string_view part(bytes.data(), cut);
      CHECK_FALSE(decodeValue(part, arena).ok());
    }
  }
}

TEST_CASE("numbers have the same bytes both ways", "[unit][pipeline][value]") {
  Arena arena;
  std::vector<Value> values{Value::number(-0.0), Value::number(1.5), Value::number(std::nan("")),
                            Value::number(-1e300)};
  for (int shift = 0; shift < 64; ++shift) {
    values.push_back(Value::integer(static_cast<std::int64_t>(std::uint64_t{1} << shift)));
    values.push_back(Value::integer(-static_cast<std::int64_t>((std::uint64_t{1} << shift) - 1)));
  }
  for (const auto& value : values) {
    const auto bytes = bytesOf(value);
    CHECK(encodeNumber(value, arena) == bytes);
    const auto back = decodeNumber(bytes);
    REQUIRE(back);
    CHECK(bytesOf(*back) == bytes);
    CHECK_FALSE(decodeNumber(bytes + "x"));
    CHECK_FALSE(decodeNumber(std::string_view(bytes).substr(0, bytes.size() - 1)));
  }
  for (const auto& other : {Value(), Value::boolean(true), Value::string("1"), Value::list({})}) {
    CHECK_FALSE(decodeNumber(bytesOf(other)));
  }
}

TEST_CASE("equal values have equal bytes, whatever they came from", "[unit][pipeline][value]") {
  Arena arena;
  std::vector<MapEntry> entries{{Value::string("b"), Value::integer(2)},
                                {Value::string("a"), Value::integer(9)},
                                {Value::string("a"), Value::integer(1)}};
  const Value map = makeMap(entries);
  const Value json = lazyJson(R"( { "b" : 2, "a":7, "\u0061" : 1 } )", arena);
  CHECK((compare(map, json) == 0));
  CHECK(bytesOf(map) == bytesOf(json));
  CHECK(bytesOf(Value::number(-std::nan(""))) == bytesOf(Value::number(std::nan(""))));
  CHECK(bytesOf(Value::integer(1)) != bytesOf(Value::number(1.0)));
}

TEST_CASE("JSON can pass through a shuffle as its text", "[unit][pipeline][value]") {
  Arena arena;
  const auto bytes = bytesOf(lazyJson(R"({"b": 1, "a": null})", arena), JsonEncoding::kText);
  std::string_view rest(bytes);
  const Value back = decodeValue(rest, arena).value();
  CHECK(textOf(back) == R"({"b": 1, "a": null})");
}

TEST_CASE("a value is hashed by the bytes that it has as a Kafka key", "[unit][pipeline][value]") {
  using namespace std::string_literals;
  const auto hash = [](const Value& value) { return kafkaKeyHash(bytesOf(value)); };
  CHECK(hash(Value::string("")) == murmur2(""));
  CHECK(hash(Value::string(std::string(300, 'k'))) == murmur2(std::string(300, 'k')));
  CHECK(hash(Value::integer(258)) == murmur2("\0\0\0\0\0\0\x01\x02"s));
  CHECK(hash(Value::integer(-2)) == murmur2("\xff\xff\xff\xff\xff\xff\xff\xfe"s));
  CHECK(hash(Value::number(1.0)) == murmur2("\x3f\xf0\0\0\0\0\0\0"s));
  for (const auto& other : {Value(), Value::boolean(true), Value::list({})}) {
    CHECK(hash(other) == murmur2(bytesOf(other)));
  }
}

TEST_CASE("bytes that were never written are refused", "[unit][pipeline][value]") {
  Arena arena;
  using namespace std::string_literals;
  const std::vector<std::string> bad{"\x09"s,                      // unknown tag
                                     "\x03\x80\x00"s,              // a varint in too many bytes
                                     "\x05\x7f"s + "a",            // longer than the rest
                                     "\x06\xff\xff\xff\xff\x0f"s,  // a count that cannot be
                                     "\x04\x01\x00\x00\x00\x00\x00\xf8\x7f"s,  // another NaN
                                     "\x07\x02\x03\x04\x00\x03\x02\x00"s,      // keys 2, 1
                                     "\x07\x01\x00\x00"s,                      // a nil key
                                     "\x08\x01"s + "1",  // JSON that is no object
                                     std::string(200, '\x06')};
  for (const auto& bytes : bad) {
    std::string_view rest(bytes);
    const auto value = decodeValue(rest, arena);
    REQUIRE_FALSE(value.ok());
    CHECK(value.status().exitCode() == ExitCode::kData);
  }
}

TEST_CASE("JSON fields are found at every level", "[unit][pipeline][json]") {
  Arena arena;
  const Value value = lazyJson(
      R"({"id":9007199254740993,"big":18446744073709551616,"f":1.5,"s":"a\u00e9\n","n":null,)"
      R"("in":{"deep":[1,{"x":true}]},"id2":-9223372036854775808})",
      arena);
  CHECK(tableField(value, "id").asInteger() == 9007199254740993);
  CHECK(tableField(value, "id2").asInteger() == INT64_MIN);
  CHECK(tableField(value, "big").asFloat() == 18446744073709551616.0);
  CHECK(tableField(value, "f").asFloat() == 1.5);
  CHECK(tableField(value, "s").asString() == "a\xc3\xa9\n");
  CHECK(tableField(value, "n").isNil());
  CHECK(tableField(value, "missing").isNil());
  const Value deep = tableField(tableField(value, "in"), "deep");
  CHECK(tableField(tableField(deep, Value::integer(2)), "x").asBoolean());
  CHECK(textOf(deep) == R"([1,{"x":true}])");
}

TEST_CASE("what is inside a JSON text keeps its own text", "[unit][pipeline][json]") {
  Arena arena;
  const Value value = readJson(
      R"( {"a" : { "x" : 1.50 , "y" : [ ] } , "b":[ 1e2, {"c":{}} ] ,"d":{"e":"}"}} )", arena);
  CHECK(textOf(tableField(value, "a")) == R"({ "x" : 1.50 , "y" : [ ] })");
  CHECK(textOf(tableField(tableField(value, "a"), "y")) == "[ ]");
  CHECK(textOf(tableField(value, "b")) == R"([ 1e2, {"c":{}} ])");
  CHECK(textOf(tableField(value, "d")) == R"({"e":"}"})");
}

TEST_CASE("the members of a large array have their texts in one walk", "[unit][pipeline][json]") {
  Arena arena;
  std::string text = "[";
  for (int i = 0; i < 100'000; ++i) text += R"({"n":[")" + std::to_string(i) + R"(]"]},)";
  text.back() = ']';
  std::size_t bytes = 0;
  const Value value = readJson(text, arena);
  for (const Value& item : value.asJson().items()) bytes += item.asJson().text().size();
  CHECK(bytes == text.size() - 100'001);  // all but the outer brackets and the commas
  CHECK(textOf(value.asJson().items().back()) == R"({"n":["99999]"]})");
}

TEST_CASE("a JSON text is taken or refused as another parser does, whatever is wrong with it",
          "[unit][pipeline][json][property]") {
  const std::vector<std::string> whole{
      R"({"id":17,"user":{"name":"a\u00e9\n\"","tags":["x",null,true,false]},"n":-1.5e-3})",
      R"([[],{},[[1,2],[3,{"a":[]}]],"text",0,-0.0])", R"( "only a string" )", "12.75"};
  const std::string alphabet = "{}[],:\"\\ tfn0-1.eE\nu\x01\xc3";
  std::uint32_t seed = 20250611;
  const auto random = [&seed](std::size_t bound) {
    seed = seed * 1664525U + 1013904223U;
    return (seed >> 8U) % bound;
  };
  std::size_t taken = 0;
  std::size_t refused = 0;
  Arena arena;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = whole[random(whole.size())];
    for (std::size_t edits = random(3); edits > 0; --edits) {
      const std::size_t at = random(text.size());
      const char other = alphabet[random(alphabet.size())];
      switch (random(3)) {
        case 0:
          text[at] = other;
          break;
        case 1:
          text.insert(at, 1, other);
          break;
        default:
          text.erase(at, 1);
      }
    }
    arena.clear();
    bool accepts = true;
    try {
      (void)readJson(text, arena);
    } catch (const EvalError&) {
      accepts = false;
    }
    INFO(text);
    REQUIRE(accepts == nlohmann::json::accept(text));
    ++(accepts ? taken : refused);
  }
  CHECK(taken > 5'000);
  CHECK(refused > 5'000);
}

TEST_CASE("large objects find every field, of equal names the last", "[unit][pipeline][json]") {
  Arena arena;
  std::string text = "{";
  for (int i = 0; i < 200; ++i) {
    text += (i > 0 ? ",\"f" : "\"f") + std::to_string(i % 150) + "\":" + std::to_string(i);
  }
  text += "}";
  const Value value = lazyJson(text, arena);
  for (int i = 0; i < 150; ++i) {
    const auto name = "f" + std::to_string(i);
    CHECK(tableField(value, name).asInteger() == (i < 50 ? i + 150 : i));
  }
  CHECK(value.asJson().fields().size() == 150);
}

TEST_CASE("malformed JSON is an error once its place is touched", "[unit][pipeline][json]") {
  for (const auto* text : {"",
                           "  ",
                           "{",
                           "[1,",
                           "{\"a\":}",
                           "{\"a\" 1}",
                           "{\"a\":1} x",
                           "{\"a\":1}}",
                           "[1]]",
                           "nul",
                           "nulll",
                           "1 2",
                           "\"a",
                           "{\"a\":01}",
                           "{\"a\":tru}",
                           "{\"a\":\"\xff\"}",
                           "{\"a\":1e999}",
                           "{a:1}",
                           "[1 2]",
                           "+1",
                           "NaN"}) {
    INFO(text);
    Arena arena;
    const auto touch = [&] {
      const Value value = lazyJson(text, arena);
      if (value.isTable()) (void)materialize(value, arena);
    };
    CHECK_THROWS_AS(touch(), EvalError);
  }
}

TEST_CASE("what JSON has no text for is refused", "[unit][pipeline][json]") {
  std::string out;
  CHECK_THROWS_AS(appendJson(out, Value::number(std::nan(""))), EvalError);
  CHECK_THROWS_AS(appendJson(out, Value::string("\xff")), EvalError);
  CHECK(textOf(Value::string(std::string_view("\0\"\\\n", 4))) == R"("\u0000\"\\\n")");
  CHECK(textOf(Value::number(2.0)) == "2.0");
  CHECK(textOf(Value::number(0.1)) == "0.1");
}
