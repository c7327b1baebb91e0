// Expressions: what they mean, natively and in Lua alike; what compile() says of mistakes.
#include "src/pipeline/expression/expression.hpp"

#include <limits>

#include "tests/unit/pipeline/both_back_ends.hpp"

using namespace lockstep;
using lockstep::test::Evaluator;

namespace {

struct Row {
  std::string text;
  std::string outcome;
};

const Value kWords[] = {Value::string("to"), Value::string("be"), Value::string("or")};
const Value kNumbers[] = {Value::integer(3), Value(), Value::number(1.5), Value::integer(-2)};

// The record that all rows see.
struct Sample : Evaluator {
  Sample() {
    bindJson("value", R"({"amount":700,"price":2.5,"country":"de","tags":["x","y"],)"
                      R"("user":{"id":9007199254740993,"mail":"a@b.de"},"none":null})");
    bind("key", Value::string("k1"));
    bind("values", Value::list(kNumbers));
    bind("words", Value::list(kWords));
    bind("state", Value::integer(10));
    bind("text", Value::string("to be  or "));
    bind("zero", Value::string(std::string_view("a\0b", 3)));
    bind("big", Value::integer(INT64_MAX));
    bind("nothing", Value());
  }
};

void checkBothBackEnds(const std::vector<Row>& rows) {
  Sample evaluator;
  for (const auto& row : rows) {
    INFO(row.text);
    const auto native = evaluator.compile(row.text);
    REQUIRE(native.ok());
    CHECK(native->isNative());
    CHECK(evaluator.outcome(*native) == row.outcome);
    CHECK(evaluator.outcome(row.text, true) == row.outcome);
  }
}

}  // namespace

TEST_CASE("numbers are Lua's in both back ends", "[unit][pipeline][expression]") {
  checkBothBackEnds({{"1 + 2 * 3", "integer 7"},
                     {"7 // 2", "integer 3"},
                     {"-7 // 2", "integer -4"},
                     {"7 // -2.0", "float -4.0"},
                     {"-7 % 3", "integer 2"},
                     {"7 % -3", "integer -2"},
                     {"-7.5 % 2", "float 0.5"},
                     {"1 / 2", "float 0.5"},
                     {"4 / 2", "float 2.0"},
                     {"2 ^ 10", "float 1024.0"},
                     {"2 ^ 3 ^ 2", "float 512.0"},
                     {"-2 ^ 2", "float -4.0"},
                     {"big + 1", "integer -9223372036854775808"},
                     {"big * 2", "integer -2"},
                     {"(big + 1) // -1", "integer -9223372036854775808"},
                     {"(big + 1) % -1", "integer 0"},
                     {"1 // 0", "error"},
                     {"1 % 0", "error"},
                     {"big == big + 0.0", "false"},
                     {"big < big + 0.0", "true"},
                     {"9007199254740993 == 9007199254740992.0", "false"},
                     {"9007199254740993 > 9007199254740992.0", "true"},
                     {"1 == 1.0", "true"},
                     {"0/0 == 0/0", "false"},
                     {"0x10 + 0xA.8p0", "float 26.5"},
                     {"'10' + 1", "integer 11"},
                     {"' 0x10 ' * '1e1'", "float 160.0"},
                     {"'1' == 1", "false"},
                     {"9223372036854775807", "integer 9223372036854775807"},
                     {"9223372036854775808", "float 9223372036854775808.0"},
                     {"-9223372036854775808", "float -9223372036854775808.0"},
                     {"nothing + 1", "error"},
                     {"key + 1", "error"},
                     {"- key", "error"}});
}

TEST_CASE("texts, logic and comparisons are Lua's in both back ends",
          "[unit][pipeline][expression]") {
  checkBothBackEnds({{"key .. '-' .. 1 .. 2.0", R"("k1-12.0")"},
                     {"1e15 .. ''", R"("1e+15")"},
                     {"2^53 .. ''", R"("9.007199254741e+15")"},
                     {"#text", "integer 10"},
                     {"#zero", "integer 3"},
                     {"zero == 'a\\0b'", "true"},
                     {"zero < 'a\\0c'", "true"},
                     {"'caf\\xc3\\xa9' .. ''", "\"caf\xc3\xa9\""},
                     {"'\\65\\n'", R"("A\n")"},
                     {"'a' < 'b' and 'B' < 'a'", "true"},
                     {"1 < 'a'", "error"},
                     {"nothing < 1", "error"},
                     {"nothing .. ''", "error"},
                     {"not nothing", "true"},
                     {"not 0", "false"},
                     {"nothing or 5", "integer 5"},
                     {"nothing and 5", "null"},
                     {"false or nil", "null"},
                     {"1 and 2 or 3", "integer 2"},
                     {"1 or nothing.x", "integer 1"},
                     {"not 1 == 2", "false"},
                     {"1 .. 2 == '12'", "true"},
                     {"key ~= 'k1'", "false"},
                     {"'\"paid\"'", R"("\"paid\"")"},
                     {"key -- the key", R"("k1")"}});
}

TEST_CASE("fields of JSON are fetched in both back ends", "[unit][pipeline][expression]") {
  checkBothBackEnds({{"value.amount > 500", "true"},
                     {"value.country", R"("de")"},
                     {"value.user.id", "integer 9007199254740993"},
                     {"value['user']['mail']", R"("a@b.de")"},
                     {"value.tags[1] .. value.tags[2.0]", R"("xy")"},
                     {"value.tags[3]", "null"},
                     {"value.tags[0]", "null"},
                     {"value.tags.x", "null"},
                     {"#value.tags", "integer 2"},
                     {"#value", "integer 0"},
                     {"value.missing", "null"},
                     {"value.none", "null"},
                     {"value.missing.deeper", "error"},
                     {"value.amount.deeper", "error"},
                     {"key.field", "error"},
                     {"value.user", R"({"id":9007199254740993,"mail":"a@b.de"})"},
                     {"value.user == value.user", "true"},
                     {"value.tags == value.user", "false"},
                     {"value[nothing]", "null"},
                     {"value[0/0]", "null"},
                     {"value + 1", "error"},
                     {"values[4]", "integer -2"},
                     {"words[2]", R"("be")"},
                     {"words == split('to be or', ' ')", "true"},
                     {"#words", "integer 3"},
                     {"#values", "integer 4"}});
}

TEST_CASE("helpers give the same in both back ends", "[unit][pipeline][helpers]") {
  checkBothBackEnds(
      {{"split(text, ' ')", R"(["to","be","","or"])"},
       {"split('', ' ')", R"([""])"},
       {"split(' ', ' ')", "[]"},
       {"split('a::b::', '::')", R"(["a","b"])"},
       {"split('abc', 'x')", R"(["abc"])"},
       {"split('a', '')", "error"},
       {"split(nothing, ' ')", "error"},
       {"split(12, 2)", R"(["1"])"},
       {"join(words, '-')", R"("to-be-or")"},
       {"join(value.tags)", R"("x,y")"},
       {"join(value)", "error"},
       {"lower('ÄAb') .. upper('xé1')", "\"ÄabXé1\""},
       {"trim('\\t a b\\n ')", R"("a b")"},
       {"mask('4111111111111111')", R"("************1111")"},
       {"mask('é1é2', 1)", R"("***2")"},
       {"mask('abc')", R"("***")"},
       {"sum(values)", "float 2.5"},
       {"state + sum(values)", "float 12.5"},
       {"sum(1, 2, 3)", "integer 6"},
       {"sum(split('', ' '))", "error"},
       {"max(values)", "integer 3"},
       {"min(values)", "integer -2"},
       {"max('a', 'b')", R"("b")"},
       {"max(nothing, 3)", "integer 3"},
       {"max(1, 'a')", "error"},
       {"max(nothing)", "error"},
       {"avg(1, 2)", "float 1.5"},
       {"avg(nothing, nothing)", "null"},
       {"count(values)", "integer 4"},
       {"count(value)", "integer 6"},
       {"count(key)", "error"},
       {"hash(key) == hash('k1') and hash(key) ~= hash('k2')", "true"},
       {"hash(value.user) == hash(json('{\"mail\":\"a@b.de\",\"id\":9007199254740993}'))", "true"},
       {"json('{\"a\":[1,2]}').a[2]", "integer 2"},
       {"json(' 5 ')", "integer 5"},
       {"json('{')", "error"},
       {"json(words)", R"("[\"to\",\"be\",\"or\"]")"},
       {"json(value.tags)", R"("[\"x\",\"y\"]")"},
       {"time('1970-01-01T00:00:01.5Z')", "integer 1500"},
       {"time('2024-02-29 12:00:00+02:00')", "integer 1709200800000"},
       {"time('2023-02-29')", "error"},
       {"time(1709200800123)", R"("2024-02-29T10:00:00.123Z")"},
       {"time(0, '%Y/%m/%d %H:%M:%S.%L%%')", R"("1970/01/01 00:00:00.000%")"},
       {"time(0, '%q')", "error"},
       {"matches(text, 'b.')", "true"},
       {"matches(text, '^b')", "false"},
       {"matches(value.user, 'x')", "error"},
       {"extract(value.user.mail, '@(.+)$')", R"("b.de")"},
       {"extract(value.user.mail, '@.+$')", R"("@b.de")"},
       {"extract(key, 'x')", "null"},
       {"extract(key, '(.)(.)', 2)", R"("1")"},
       {"extract(key, 'k', 1)", "error"},
       {"replace(text, '\\\\s+', '_')", R"("to_be_or_")"},
       {"replace('abc', 'x*', '-')", R"("-a-b-c-")"},
       {"replace('aéb', '', '.')", "\".a.é.b.\""},
       {"replace('aab', 'a*', 'x')", R"("xbx")"},
       {"replace('k1', '([a-z])([0-9])', '\\\\2\\\\1')", R"("1k")"},
       {"replace(zero, '\\\\x00', '')", R"("ab")"},
       {"matches(text, key .. '(')", "error"}});
}

TEST_CASE("what is more than the native part runs in Lua", "[unit][pipeline][expression]") {
  Sample evaluator;
  const std::vector<Row> rows{
      {"{ key, value.amount }", R"(["k1",700])"},
      {"{ key = key, n = { 1, 2 } }", R"({"key":"k1","n":[1,2]})"},
      {"{}", "[]"},
      {"key:upper()", R"("K1")"},
      {"string.format('%05.1f|%s', value.price, key)", R"("002.5|k1")"},
      {"math.max(1, state)", "integer 10"},
      {"(function() local n = 0 for _, w in ipairs(words) do n = n + #w end return n end)()",
       "integer 6"},
      {"type(value) .. type(values) .. type(nothing)", R"("tabletablenil")"},
      {"table.concat(words, ',')", R"("to,be,or")"},
      {"table.concat(value.tags, ',')", R"("x,y")"},
      {"select('#', table.unpack(value.tags))", "integer 2"},
      {"7 & 3 | 8", "integer 11"},
      {"[[long]]", R"("long")"},
      {"value", evaluator.outcome("value")}};
  for (const auto& row : rows) {
    INFO(row.text);
    const auto expression = evaluator.compile(row.text);
    REQUIRE(expression.ok());
    CHECK(expression->isNative() == (row.text == "value"));
    CHECK(evaluator.outcome(row.text, true) == row.outcome);
  }
}

TEST_CASE("functions of the file are called in Lua", "[unit][pipeline][expression]") {
  Evaluator evaluator(
      "limits = { small = 10, nested = { 1, 2, 3 } }\n"
      "function domain(email) return extract(email, '@(.+)$') end\n"
      "function big(n) return n > limits.small and #limits.nested == 3 end\n"
      "local function twice(x) return 2 * x end\n"
      "function four(x) return twice(twice(x)) end\n");
  evaluator.bind("value", Value::string("a@b.de"));
  CHECK(evaluator.outcome("domain(value)") == R"("b.de")");
  CHECK(evaluator.outcome("big(11)") == "true");
  CHECK(evaluator.outcome("four(3)") == "integer 12");
  CHECK(evaluator.outcome("limits") == R"({"nested":[1,2,3],"small":10})");
  CHECK(evaluator.compile("domain(value)")->reads() == std::vector<ExpressionRead>{{"value", ""}});
}

TEST_CASE("a mistake is found at compile time, with its place", "[unit][pipeline][expression]") {
  struct Mistake {
    std::string text;
    std::size_t line;
    std::size_t column;
    std::string message;
  };
  const Sample evaluator;
  for (const auto& row :
       std::vector<Mistake>{{"", 1, 1, "empty"},
                            {"valeu.amount", 1, 1, "unknown name 'valeu'"},
                            {"key .. valeu", 1, 8, "unknown name 'valeu'"},
                            {"key +", 1, 6, "near <eof>"},
                            {"key + + 1", 1, 7, "near '+'"},
                            {"(key", 1, 5, "near <eof>"},
                            {"{ a = 1, b = = 2 }", 1, 14, "near '='"},
                            {"key,\n value", 1, 4, "near ','"},
                            {"1) + (2", 1, 2, "near ')'"},
                            {"1, 2", 1, 2, ""},
                            {"key = 1", 1, 5, "near '='"},
                            {"matches(key, '(')", 1, 1, "no regular expression"},
                            {"1 + split(key)", 1, 5, "wrong number of arguments"},
                            {"key\n  .. \n valeu", 3, 2, "unknown name 'valeu'"},
                            {"os.exit()", 1, 1, "unknown name 'os'"},
                            {"(function() _ENV = {} return 1 end)()", 1, 1, "_ENV"}}) {
    INFO(row.text);
    ExpressionPlace place;
    const auto compiled = evaluator.compile(row.text, false, &place);
    REQUIRE_FALSE(compiled.ok());
    INFO(compiled.status().toString());
    CHECK(compiled.status().message().find(row.message) != std::string::npos);
    CHECK(compiled.status().exitCode() == ExitCode::kConfiguration);
    if (row.message != "_ENV") {
      CHECK(place.line == row.line);
      CHECK(place.column == row.column);
    }
  }
  const auto near = evaluator.compile("valeu.amount");
  CHECK(near.status().info().help.find("did you mean 'value'?") != std::string::npos);
}

TEST_CASE("an expression knows what it reads", "[unit][pipeline][expression]") {
  const Sample evaluator;
  const auto reads = [&](const std::string& text) { return evaluator.compile(text)->reads(); };
  using Reads = std::vector<ExpressionRead>;
  CHECK(reads("value.amount > 500 and value.user.id > state") ==
        Reads{{"state", ""}, {"value", "amount"}, {"value", "user"}});
  CHECK(reads("{ value = key, n = value['tags'] }") == Reads{{"key", ""}, {"value", "tags"}});
  CHECK(reads("value:key()").size() == 1);
  CHECK(reads("'value' .. 1").empty());
  CHECK(evaluator.compile("key")->readsVariable("key"));
  CHECK_FALSE(evaluator.compile("key")->readsVariable("value"));
}

TEST_CASE("an error names the expression and the cause", "[unit][pipeline][expression]") {
  Sample evaluator;
  for (const bool lua : {false, true}) {
    const auto expression = evaluator.compile("value.missing.x", lua).value();
    CHECK_THROWS_WITH(evaluator.evaluate(expression),
                      Catch::Matchers::StartsWith("value.missing.x: ") &&
                          Catch::Matchers::Contains("attempt to index a nil value"));
  }
}

TEST_CASE("a state that is an empty map stays one", "[unit][pipeline][expression]") {
  Evaluator evaluator;
  evaluator.bind("state", makeMap({}));
  CHECK(evaluator.outcome("state") == "{}");
  CHECK(evaluator.outcome("state", true) == "{}");
}

TEST_CASE("malformed JSON is an error of the record in both back ends",
          "[unit][pipeline][expression]") {
  Evaluator evaluator;
  evaluator.bindJson("value", "{\"a\": 1, \"b\": }");
  CHECK(evaluator.outcome("value.a") == "error");
  CHECK(evaluator.outcome("value.a", true) == "error");
  CHECK(evaluator.outcome("1 + 1") == "integer 2");
}
