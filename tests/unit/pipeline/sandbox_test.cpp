// The Lua sandbox: what it refuses, that it works on afterwards, and that nothing in it differs
// from run to run or survives from record to record.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "tests/unit/pipeline/both_back_ends.hpp"

using namespace lockstep;
using lockstep::test::Evaluator;

namespace {

std::string inFunction(const std::string& body) { return "(function() " + body + " end)()"; }

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string compileError(const std::string& functions) {
  const auto library = FunctionLibrary::compile(functions);
  return library.ok() ? "none" : library.status().message();
}

constexpr ExpressionLimits kSmall{.instructions_max = 100'000, .memory_bytes_max = 4U << 20};

}  // namespace

TEST_CASE("nothing outside the allow-list exists", "[unit][pipeline][sandbox]") {
  Evaluator evaluator;
  evaluator.bind("value", Value::string("x"));
  for (const auto* name :
       {"os",      "io",           "load",         "loadstring", "loadfile",       "dofile",
        "require", "package",      "debug",        "coroutine",  "collectgarbage", "print",
        "warn",    "pcall",        "xpcall",       "rawget",     "rawset",         "rawequal",
        "rawlen",  "setmetatable", "getmetatable", "_G",         "_VERSION"}) {
    INFO(name);
    CHECK_FALSE(evaluator.compile(name).ok());
    // Inside a function the name is only found out when it is read.
    CHECK(contains(evaluator.errorOf(inFunction(std::string("return ") + name)), "unknown name"));
    CHECK(contains(evaluator.errorOf(inFunction("return _ENV['" + std::string(name) + "']")),
                   "unknown name"));
  }
  for (const auto* name : {"dump", "match", "find", "gmatch", "gsub"}) {
    INFO(name);
    CHECK(contains(evaluator.errorOf("string." + std::string(name)), "attempt to index"));
    CHECK(contains(evaluator.errorOf("('x'):" + std::string(name) + "('x')"), "attempt to index"));
  }
  CHECK(evaluator.outcome("math.random == nil and math.randomseed == nil", true) == "true");
}

TEST_CASE("globals and library tables are read-only", "[unit][pipeline][sandbox]") {
  Evaluator evaluator("limit = { n = 1 }\nfunction f() return limit.n end");
  for (const auto* body :
       {"x = 1", "_ENV.x = 1", "string.rep = nil", "string.extra = 1", "math.pi = 3",
        "table.insert(table, 1)", "limit.n = 2", "limit.m = 2", "limit[1] = 2", "f = nil",
        "split = nil", "table.insert(limit, 1)", "table.sort(string)", "utf8.char = 1",
        "table.move({1, 2}, 1, 2, 1, math)"}) {
    INFO(body);
    const auto error = evaluator.errorOf(inFunction(std::string(body) + " return 1"));
    INFO(error);
    CHECK((contains(error, "read-only") || body == std::string("table.sort(string)")));
  }
  CHECK(evaluator.outcome("f()") == "integer 1");
  CHECK(evaluator.outcome("math.pi > 3.1") == "true");
}

TEST_CASE("an evaluation cannot run for ever", "[unit][pipeline][sandbox]") {
  Evaluator evaluator("", kSmall);
  for (const auto* body : {"while true do end", "local function f() return f() end return f()",
                           "for i = 1, 1e15 do local x = i end", "goto a ::a:: goto a",
                           "table.sort({3, 1, 2}, function() while true do end end)"}) {
    INFO(body);
    const auto error = evaluator.errorOf(inFunction(body));
    INFO(error);
    CHECK((contains(error, "instruction limit") || contains(error, "label")));
  }
  CHECK(contains(evaluator.errorOf("table.move({}, 1, math.maxinteger - 1, 2)"), "million"));
  CHECK(contains(evaluator.errorOf("table.move({}, math.mininteger, -2, 2)"), "million"));
  CHECK(evaluator.outcome("table.concat({1, 2})") == R"("12")");
}

TEST_CASE("what ends by its code alone is not counted, what calls back or recurs is",
          "[unit][pipeline][sandbox]") {
  const ExpressionLimits few{.instructions_max = 200, .memory_bytes_max = 4U << 20};
  std::array<Value, 100> items;
  for (std::size_t i = 0; i < items.size(); ++i)
    items[i] = Value::integer(static_cast<std::int64_t>(items.size() - i));
  const std::string bounded = "function less(a, b) return a < b end\n";
  Evaluator evaluator(bounded, few);
  evaluator.bind("value", Value::list(items));
  CHECK(evaluator.outcome("less(1, 2)", true) == "true");
  CHECK(contains(evaluator.errorOf("table.sort(value, less)"), "instruction limit"));
  CHECK(evaluator.outcome("less(2, 1)", true) == "false");  // not counted again
  std::string many = "0";
  for (int i = 0; i < 300; ++i) many += " + #value";
  CHECK(contains(evaluator.errorOf(many), "instruction limit"));  // long, though without a loop

  for (const auto* recurs :
       {"function f(n) return f(n) end",
        "function f(n) return g(n) end\nfunction g(n) return f(n) end",
        "local function h(n) return h(n) end\nf = h",
        "function f(n) return (function(k) return k(k) end)(function(k) return k(k) end) end",
        "function f(n) for i = 1, 1e9 do n = i end return n end"}) {
    INFO(recurs);
    CHECK(contains(Evaluator(recurs, few).errorOf("f(1)"), "instruction limit"));
  }
}

TEST_CASE("a value that is larger than the memory limit is refused before it is used",
          "[unit][pipeline][sandbox]") {
  Evaluator evaluator("", kSmall);
  const std::string large(5U << 20, 'x');
  evaluator.bind("value", Value::string(large));
  CHECK(contains(evaluator.errorOf("#value"), "memory limit"));
  CHECK(evaluator.outcome("1 + 1", true) == "integer 2");
}

TEST_CASE("an evaluation cannot take all memory", "[unit][pipeline][sandbox]") {
  Evaluator evaluator("", {.instructions_max = 3'000'000, .memory_bytes_max = 4U << 20});
  evaluator.bind("value", Value::string("x"));
  for (const auto* text : {"('x'):rep(1e9)", "('x'):rep(1e18)", "('xy'):rep(4e6, ',')",
                           "(' '):rep(math.maxinteger)", "string.pack('c1000000000', 'x')"}) {
    INFO(text);
    CHECK(contains(evaluator.errorOf(text), "memory limit"));
  }
  for (const auto* body :
       {"local t = {} for i = 1, 1e9 do t[i] = i end", "local s = 'x' while true do s = s .. s end",
        "local s = ('x'):rep(1e6) for i = 1, 1e4 do s = s:upper() end",
        "local t = {} for i = 1, 1e5 do t[i] = {} end",
        "local s = '[' .. ('1,'):rep(1e5) .. '1]' for i = 1, 1e4 do json(s) end",
        "local function f(n) return 1 + f(n + 1) end return f(0)"}) {
    INFO(body);
    const auto error = evaluator.errorOf(inFunction(body));
    INFO(error);
    CHECK((contains(error, "memory limit") || contains(error, "stack overflow")));
    CHECK(evaluator.outcome("value .. '1'", true) == R"("x1")");  // the state works on
  }
}

TEST_CASE("a small table cannot become a huge value", "[unit][pipeline][sandbox]") {
  Evaluator evaluator("", kSmall);
  evaluator.bind("value", Value::string("x"));
  const std::string doubled = "local t = {1} for i = 1, 60 do t = {t, t} end ";
  const std::string shared =
      "local s = ('x'):rep(1e6) local t = {} for i = 1, 1000 do t[i] = s end ";
  for (const auto& body :
       {doubled + "return t", doubled + "return json(t)", doubled + "return hash(t)",
        shared + "return t", shared + "return json(t)", shared + "return hash(t)",
        shared + "return join(t)", shared + "return join(t, s)"}) {
    INFO(body);
    const auto error = evaluator.errorOf(inFunction(body));
    INFO(error);
    CHECK((contains(error, "memory limit") || contains(error, "larger than 64 MiB")));
    CHECK(evaluator.outcome("value .. '1'", true) == R"("x1")");
  }
}

TEST_CASE("deep recursion, deep texts and cycles are errors", "[unit][pipeline][sandbox]") {
  Evaluator evaluator;
  CHECK(contains(evaluator.errorOf(inFunction("local t = {} t.t = t return t")), "too deep"));
  CHECK(contains(evaluator.errorOf(inFunction("local t = {} t.t = t return json(t)")), "too deep"));
  CHECK(contains(evaluator.errorOf("tostring"), "is no value"));
  CHECK_FALSE(evaluator.compile(std::string(5000, '(') + "1" + std::string(5000, ')')).ok());
  std::string sum = "1";
  for (int i = 0; i < 2000; ++i) sum += " + 1";
  CHECK(evaluator.outcome(sum) == "integer 2001");
  Evaluator nested;
  nested.bindJson("value", std::string(500, '[') + std::string(500, ']'));
  CHECK(nested.outcome("value == json(json(value))") == "error");
  CHECK(nested.outcome("hash(value)") == "error");
  CHECK(nested.outcome("count(value)") == "integer 1");
}

TEST_CASE("nothing prints an address", "[unit][pipeline][sandbox]") {
  Evaluator evaluator;
  evaluator.bindJson("value", "{}");
  for (const auto* text :
       {"tostring({})", "tostring(tostring)", "tostring(value)", "string.format('%s', {})",
        "string.format('%p', 'x')", "string.format('%-10p', 'x')", "string.format('%s', value)",
        "'' .. {}", "table.concat({ {} })", "error({})", "error(value)", "#tostring"}) {
    INFO(text);
    const auto error = evaluator.errorOf(text);
    CHECK_FALSE(contains(error, "no error"));
    CHECK_FALSE(contains(error, "0x"));
  }
  CHECK(evaluator.outcome("string.format('%5.1f|%-3d|%%p|%q', 1.25, 7, 'a')", true) ==
        R"("  1.2|7  |%p|\"a\"")");
}

TEST_CASE("tables are walked in sorted order", "[unit][pipeline][sandbox]") {
  Evaluator evaluator("");
  evaluator.bindJson("value", R"({"b":1,"a":{"y":1,"x":2},"c":null})");
  const auto walk = [](const std::string& table) {
    return inFunction("local s = '' for k, v in pairs(" + table +
                      ") do s = s .. tostring(k) .. ',' end return s");
  };
  std::string table = "{";
  for (int i = 0; i < 50; ++i) table += "k" + std::to_string((i * 37) % 50 + 10) + "=1,";
  std::string sorted;
  for (int i = 10; i < 60; ++i) sorted += "k" + std::to_string(i) + ",";
  CHECK(evaluator.outcome(walk(table + "}")) == "\"" + sorted + "\"");
  CHECK(evaluator.outcome(walk("{[true]=1, z=1, [2.5]=1, [10]=1, [-1]=1, 7, 8}")) ==
        R"("true,-1,1,2,2.5,10,z,")");
  CHECK(evaluator.outcome(walk("value")) == R"("a,b,c,")");
  CHECK(evaluator.outcome(walk("value.a")) == R"("x,y,")");
  CHECK(evaluator.outcome("next({b=1,a=2})", true) == R"("a")");
  CHECK(evaluator.outcome("next({b=1,a=2}, 'a')", true) == R"("b")");
  CHECK(evaluator.outcome("next({b=1,a=2}, 'b') == nil", true) == "true");
  CHECK(evaluator.outcome("next({}) == nil and next(value, 'c') == nil", true) == "true");
  CHECK(contains(evaluator.errorOf(walk("{[{}]=1}")), "has no order"));
  CHECK(evaluator.outcome(inFunction("local t = {3,1,2} for i, v in pairs(t) do t[i] = nil end "
                                     "return next(t) == nil")) == "true");
  CHECK(evaluator.outcome(inFunction("local t = {'bb','a','cc','b'} table.sort(t, function(x, y) "
                                     "return #x < #y end) return t")) == R"(["a","b","bb","cc"])");
  CHECK(evaluator.outcome(inFunction("local t = {} for i = 1, 300 do t[i] = (i * 7919) % 300 end "
                                     "table.sort(t) return t[1] .. t[150] .. t[300]")) ==
        R"("0149299")");
}

TEST_CASE("no value survives from record to record", "[unit][pipeline][sandbox]") {
  CHECK(contains(compileError("local n = 0\nfunction f() n = n + 1 return n end"),
                 "functions:2: the function assigns to 'n'"));
  CHECK(contains(compileError("local n = 0\nfunction f()\n return (function() n = 1 end)() end"),
                 "assigns to 'n'"));
  CHECK(contains(compileError("local function counter() local n = 0 return function() n = n + 1 "
                              "return n end end\nf = counter()"),
                 "assigns to 'n'"));
  CHECK(contains(compileError("t = { f = (function() local n = 0 return function() n = 1 end "
                              "end)() }"),
                 "assigns to 'n'"));
  CHECK(contains(compileError("it = pairs({ 1, 2 })"), "iterator"));
  CHECK(contains(compileError("split = nil"), "built in"));
  CHECK(contains(compileError("function split() end"), "built in"));
  CHECK(contains(compileError("string.x = 1"), "read-only"));
  CHECK(contains(compileError("x = os.time()"), "unknown name 'os'"));
  CHECK(contains(compileError("function f( return end"), "functions:1:"));
  CHECK(contains(compileError("while true do end"), "instruction limit"));
  CHECK(compileError("local n = 0\nfunction f() local n = 1 n = n + 1 return n end") == "none");
  CHECK(compileError("function f(l) local s = 0 local function add(x) s = s + x end "
                     "for _, x in ipairs(l) do add(x) end return s end") == "none");

  Evaluator evaluator(
      "local cache = { n = 0, inner = {} }\n"
      "function direct() cache.n = cache.n + 1 return cache.n end\n"
      "function inner() cache.inner.n = 1 return 1 end\n"
      "function swap() _ENV.direct = nil end\n"
      "function create() fresh = 1 end\n");
  for (const auto* call : {"direct()", "inner()", "swap()", "create()"}) {
    INFO(call);
    CHECK(contains(evaluator.errorOf(call), "read-only"));
    CHECK(contains(evaluator.errorOf(call), "read-only"));
  }
}

TEST_CASE("changing a value in an expression changes it nowhere else",
          "[unit][pipeline][sandbox]") {
  Evaluator evaluator("function bump(t) t.n = t.n + 1 return t end");
  std::vector<MapEntry> entries{{Value::string("n"), Value::integer(1)}};
  evaluator.bind("state", makeMap(entries));
  evaluator.bindJson("value", R"({"n":1})");
  CHECK(evaluator.outcome("bump(state)") == R"({"n":2})");
  CHECK(evaluator.outcome("bump(state)") == R"({"n":2})");
  CHECK(contains(evaluator.errorOf("bump(value)"), "read-only"));
}

TEST_CASE("a value that Lua returned is not changed by the next record",
          "[unit][pipeline][sandbox]") {
  Evaluator evaluator("function both(a, b) return { a, b } end");
  evaluator.bind("left", Value());
  evaluator.bind("right", Value());
  const auto pass = evaluator.compile("left", true).value();
  const auto both = evaluator.compile("both(left, right)").value();
  const auto json = [&](const char* text) { return lazyJson(text, evaluator.arena()); };
  const auto run = [&](const Expression& expression, Value left, Value right) {
    const std::array<Value, 2> bindings{left, right};
    return expression.evaluate(bindings, evaluator.arena(), evaluator.context());
  };
  const Value first = run(pass, json(R"({"n":1})"), Value());
  const Value pair = run(both, json(R"({"n":2})"), json("[3]"));
  const Value last = run(both, json(R"({"n":4})"), Value::integer(5));
  CHECK(evaluator.describe(first) == R"({"n":1})");
  CHECK(evaluator.describe(pair) == R"([{"n":2},[3]])");
  CHECK(evaluator.describe(last) == R"([{"n":4},5])");
}

TEST_CASE("a fresh state gives the same results and errors", "[unit][pipeline][sandbox]") {
  std::vector<std::string> seen;
  for (int round = 0; round < 3; ++round) {
    Evaluator evaluator("", kSmall);
    std::string all;
    for (const auto* text :
         {"hash({a=1,b={2}})", "json({z=1,y=2,x={}})", "('x'):rep(1e9)", "{ b=1, a=2 }",
          "string.format('%.3f', 1/3)", "error('no')", "table.unpack({1},1,1e7)"}) {
      all += evaluator.outcome(text, true) + evaluator.errorOf(text) + "\n";
    }
    seen.push_back(all);
  }
  CHECK(seen[0] == seen[1]);
  CHECK(seen[0] == seen[2]);
}
