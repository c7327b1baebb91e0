// Random expressions of the native part give the same value, or an error, in Lua.
#include <ctime>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/pipeline/both_back_ends.hpp"

using namespace lockstep;
using lockstep::test::Evaluator;

namespace {

constexpr std::uint32_t kSeed = 20240229;
constexpr int kExpressions = 3000;

class Generator {
 public:
  explicit Generator(std::uint32_t seed) : random_(seed) {}

  std::string expression(int depth) {
    if (depth == 0 || below(5) == 0) return leaf();
    switch (below(10)) {
      case 0:
        return pick({"- ", "not ", "#"}) + expression(depth - 1);
      case 1:
        return "(" + expression(depth - 1) + ")";
      case 2:
        return helper(depth - 1);
      case 3:
        return pick({"values", "value.list", "words", "value"}) + "[" + expression(depth - 1) + "]";
      default:
        return expression(depth - 1) +
               pick({" + ", " - ", " * ", " / ", " // ", " % ", " ^ ", " .. ",
                     " == ", " ~= ", " < ", " <= ", " > ", " >= ", " and ", " or "}) +
               expression(depth - 1);
    }
  }

 private:
  std::size_t below(std::size_t count) { return random_() % count; }
  std::string pick(const std::vector<std::string>& choices) {
    return choices[below(choices.size())];
  }
  std::string leaf() {
    return pick({"0",
                 "1",
                 "2",
                 "-3",
                 "7",
                 "10",
                 "0.5",
                 "2.0",
                 "1e300",
                 "-0.0",
                 "1e15",
                 "0x7f",
                 "9223372036854775807",
                 "9223372036854775808",
                 "9007199254740993",
                 "''",
                 "'a'",
                 "'b\\0c'",
                 "'12'",
                 "' 3.5 '",
                 "'0x1p4'",
                 "'1e'",
                 "nil",
                 "true",
                 "false",
                 "key",
                 "state",
                 "float",
                 "value.n",
                 "value.text",
                 "value.list",
                 "value.map.deep",
                 "value.missing",
                 "values",
                 "words",
                 "value",
                 "min_integer",
                 "(0/0)",
                 "(1/0)"});
  }
  std::string helper(int depth) {
    const auto argument = [&] { return expression(depth); };
    switch (below(9)) {
      case 0:
        return "split(" + argument() + ", " + pick({"' '", "'a'", "key"}) + ")";
      case 1:
        return pick({"lower", "upper", "trim", "mask", "count", "json", "hash"}) + "(" +
               argument() + ")";
      case 2:
        return pick({"sum", "min", "max", "avg"}) + "(" + argument() + ", " + argument() + ")";
      case 3:
        return pick({"sum", "min", "max", "avg"}) + "(" + argument() + ")";
      case 4:
        return "join(" + argument() + ", '-')";
      case 5:
        return "matches(" + argument() + ", '[a-c]+')";
      case 6:
        return "extract(" + argument() + ", '([0-9])(.*)', " + pick({"0", "1", "2"}) + ")";
      case 7:
        return "replace(" + argument() + ", '[0-9]*', '<\\\\0>')";
      default:
        return "time(" + argument() + ")";
    }
  }

  std::mt19937 random_;
};

}  // namespace

TEST_CASE("random expressions mean the same natively and in Lua",
          "[unit][pipeline][differential]") {
  static const Value kNumbers[] = {Value::integer(3), Value(), Value::number(1.5)};
  static const Value kWords[] = {Value::string("to"), Value::string("be")};
  Evaluator evaluator;
  evaluator.bindJson(
      "value", R"({"n":42,"text":"a b c","list":[1,"x",null,2.5],"map":{"deep":{"x":1}},"5":5})");
  evaluator.bind("key", Value::string("b"));
  evaluator.bind("state", Value::integer(-17));
  evaluator.bind("float", Value::number(2.75));
  evaluator.bind("values", Value::list(kNumbers));
  evaluator.bind("words", Value::list(kWords));
  evaluator.bind("min_integer", Value::integer(INT64_MIN));
  Generator generator(kSeed);
  int values = 0;
  for (int i = 0; i < kExpressions; ++i) {
    const auto text = generator.expression(1 + i % 4);
    INFO("seed " << kSeed << ", expression " << i << ": " << text);
    const auto native = evaluator.compile(text);
    REQUIRE(native.ok());
    REQUIRE(native->isNative());
    const auto outcome = evaluator.outcome(*native);
    CHECK(outcome == evaluator.outcome(text, true));
    values += outcome == "error" ? 0 : 1;
    evaluator.context().tools().buffer.clear();
  }
  CHECK(values > kExpressions / 4);  // the generator is no generator of errors
}

// Not run by default: [.bench]. Nanoseconds per evaluation of the commonest shapes.
TEST_CASE("common expressions take tens of nanoseconds", "[.bench][pipeline]") {
  Evaluator evaluator;
  const std::string_view json =
      R"({"id":123456,"country":"de","amount":700,"customer":{"name":"x","mail":"a@b.de"},)"
      R"("items":[{"sku":"a","n":1},{"sku":"b","n":2}],"status":"paid","note":"0123456789012345"})";
  evaluator.bind("key", Value::string("k"));
  evaluator.bind("line", Value::string("to be or not to be that is"));
  evaluator.bind("value", Value());
  const std::vector<std::string> texts{"key",
                                       "1",
                                       "split(line, ' ')",
                                       "value.amount > 500",
                                       "value.country",
                                       "value.amount > 500 and value.status == 'paid'",
                                       "matches(line, '^[a-z]+$')"};
  for (const bool lua : {false, true}) {
    for (const auto& text : texts) {
      const auto expression = evaluator.compile(text, lua).value();
      std::vector<Value> bindings{Value::string("k"), Value::string("to be or not to be that is"),
                                  Value()};
      Arena arena;
      constexpr int kRounds = 200'000;
      const auto start = std::clock();  // of this process: the machine may be busy
      for (int i = 0; i < kRounds; ++i) {
        if (i % 256 == 0) arena.clear();
        bindings[2] = lazyJson(json, arena);
        (void)expression.evaluate(bindings, arena, evaluator.context());
      }
      const double took = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
      WARN((lua ? "lua     " : "native  ")
           << text << ": " << static_cast<int>(took * 1e9 / kRounds) << " ns");
    }
  }
}
