// JSON values against another parser, document by document, however fields are asked for.
#include <random>
#include <string>

#include <nlohmann/json.hpp>

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/expression/json.hpp"
#include "tests/support/catch.hpp"

using namespace lockstep;

namespace {

/// Documents with everything that JSON has: blanks anywhere, escapes in names too, repeated names,
/// numbers of every length.
class DocumentGenerator {
 public:
  explicit DocumentGenerator(std::uint32_t seed) : random_(seed) {}

  std::string container(int depth) { return below(3) == 0 ? array(depth) : object(depth); }

 private:
  std::size_t below(std::size_t count) { return random_() % count; }
  std::string blanks() { return std::string(below(4) == 0 ? below(3) : 0, " \n\t\r"[below(4)]); }
  std::string value(int depth) {
    if (depth > 0 && below(3) == 0) return container(depth - 1);
    switch (below(6)) {
      case 0:
        return "null";
      case 1:
        return below(2) == 0 ? "true" : "false";
      case 2:
        return text();
      default:
        return number();
    }
  }
  std::string object(int depth) {
    std::string out = "{" + blanks();
    const auto fields = below(8) == 0 ? below(60) : below(6);
    for (std::size_t i = 0; i < fields; ++i) {
      out += (i > 0 ? "," : "") + blanks() + text() + blanks() + ":" + blanks() + value(depth) +
             blanks();
    }
    return out + "}";
  }
  std::string array(int depth) {
    std::string out = "[" + blanks();
    const auto items = below(6);
    for (std::size_t i = 0; i < items; ++i) out += (i > 0 ? "," : "") + value(depth) + blanks();
    return out + "]";
  }
  std::string text() {
    static const std::vector<std::string> kParts{"a",
                                                 "b",
                                                 "country",
                                                 "{",
                                                 "]",
                                                 "\\\"",
                                                 "\\\\",
                                                 "\\n",
                                                 "\\u00e9",
                                                 "\\uD83D\\uDE00",
                                                 ",",
                                                 "\xc3\xa9",
                                                 "0123456789012345678901234567890123"};
    std::string out = "\"";
    for (auto parts = below(4); parts > 0; --parts) out += kParts[below(kParts.size())];
    return out + "\"";
  }
  std::string number() {
    std::string out = below(3) == 0 ? "-" : "";
    out += below(4) == 0 ? "0" : std::to_string(1 + below(9)) + digits(below(4) == 0 ? 20 : 6);
    if (below(2) == 0) out += "." + std::to_string(below(10)) + digits(below(4) == 0 ? 20 : 4);
    if (below(6) == 0) out += (below(2) == 0 ? "e-" : "E+") + std::to_string(below(250));
    return out;
  }
  std::string digits(std::size_t most) {
    std::string out;
    for (auto count = below(most + 1); count > 0; --count) out += std::to_string(below(10));
    return out;
  }

  std::mt19937 random_;
};

void checkSame(const Value& value, const nlohmann::json& expected);

void checkSameFields(JsonNode& node, const nlohmann::json& expected) {
  REQUIRE(expected.is_object());
  for (const auto& [name, field] : expected.items()) checkSame(node.find(name), field);
  CHECK(node.find("no such field").isNil());
  const auto fields = node.fields();
  REQUIRE(fields.size() == expected.size());
  for (const auto& field : fields) {
    checkSame(field.value, expected.at(std::string(field.key.asString())));
  }
  for (const auto& [name, field] : expected.items()) checkSame(node.find(name), field);
}

void checkSameScalar(const Value& value, const nlohmann::json& expected) {
  if (value.isNil()) CHECK(expected.is_null());
  if (value.kind() == ValueKind::kBoolean) CHECK(value.asBoolean() == expected.get<bool>());
  if (value.isString()) CHECK(value.asString() == expected.get<std::string>());
  if (value.isInteger()) {
    INFO(expected.dump() << " " << value.asInteger());
    REQUIRE(expected.is_number_integer());
    CHECK(value.asInteger() == expected.get<std::int64_t>());
  }
  if (value.isFloat()) {  // an integer beyond 64 bits, too
    REQUIRE(expected.is_number());
    CHECK(value.asFloat() == expected.get<double>());
  }
}

void checkSame(const Value& value, const nlohmann::json& expected) {
  if (!value.isTable()) return checkSameScalar(value, expected);
  auto& node = value.asJson();
  CHECK(nlohmann::json::parse(node.text()) == expected);
  if (node.isObject()) return checkSameFields(node, expected);
  const auto items = node.items();
  REQUIRE(items.size() == expected.size());
  for (std::size_t i = 0; i < items.size(); ++i) checkSame(items[i], expected[i]);
}

}  // namespace

TEST_CASE("every value of a JSON text is what another parser reads",
          "[unit][pipeline][json][property]") {
  DocumentGenerator documents(20250612);
  Arena arena;
  for (int round = 0; round < 400; ++round) {
    const auto text = documents.container(4);
    INFO(text);
    arena.clear();
    checkSame(readJson(text, arena), nlohmann::json::parse(text));
  }
}

TEST_CASE("a document is checked up to its end, whatever is asked of it",
          "[unit][pipeline][json]") {
  Arena arena;
  for (const auto* text : {R"({"a":1,"b":01})",
                           R"({"a":1,"b":1.})",
                           R"({"a":1,"b":-})",
                           R"({"a":1,"b":1e999})",
                           R"({"a":1,"b":1"c"})",
                           R"({"a":1,"b":truth})",
                           R"({"a":1,"b":"\x"})",
                           R"({"a":1,"\x":1})",
                           R"({"a":1,"b":"\ud800"})",
                           R"({"a":1,"b":[}])",
                           R"({"a":1,"b":{]})",
                           R"({"a":1,})",
                           R"({"a":1,"b"})",
                           R"({"a":1,"b":})",
                           R"({"a":1 "b":1})",
                           R"({"a":1}})",
                           R"({"a":{"b":1})",
                           R"({"a":{"b":{"c":1})",
                           R"([[[])",
                           R"({"a":1]})",
                           R"({"a":1,"b":"c})",
                           "{\"a\":1,\"\t\":1}",
                           R"({"a":1,2:1})",
                           R"({"a":1,"b"::1})",
                           R"({"a":1,,"b":1})",
                           R"([1}])"}) {
    INFO(text);
    CHECK_FALSE(nlohmann::json::accept(text));
    CHECK_THROWS_AS(readJson(text, arena), EvalError);
  }
}

TEST_CASE("numbers without a double near them are zero or no JSON", "[unit][pipeline][json]") {
  Arena arena;
  for (const auto* text : {"1e-400", "-0.0000001e-330", "1e-99999999999999999999", "0e999"}) {
    INFO(text);
    CHECK(readJson(text, arena).asFloat() == 0);
  }
  const auto zeros = std::string(400, '0');
  CHECK(readJson("0." + zeros + "1e10", arena).asFloat() == 0);
  for (const auto& text : {std::string("1e400"), std::string("-0.1e310"), "1" + zeros,
                           "1" + zeros + ".5", std::string("1e99999999999999999999")}) {
    INFO(text);
    CHECK_THROWS_AS(readJson(text, arena), EvalError);
    CHECK_THROWS_AS(readJson("[" + text + "]", arena), EvalError);
  }
}

TEST_CASE("JSON nests 1024 levels deep and no deeper", "[unit][pipeline][json]") {
  Arena arena;
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK_NOTHROW(readJson(nested(1024), arena));
  CHECK_THROWS_AS(readJson(nested(1025), arena), EvalError);
}
