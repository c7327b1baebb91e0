// How mistakes are printed: the form of config.md section 3, secrets hidden, sorted by place.
#include "src/config/diagnostic.hpp"

#include <nlohmann/json.hpp>

#include "src/config/codes.hpp"
#include "tests/support/catch.hpp"

using namespace lockstep;
using namespace lockstep::config;

TEST_CASE("a mistake is printed with its line, a caret and help", "[unit][config][diagnostic]") {
  Diagnostics diagnostics;
  const auto source = diagnostics.addSource(
      "wordcount.yaml", "application: a\n  - reduceByKeyAndWindw: { window: 60s }\nbatch: 7\n");
  diagnostics.error("E031", {source, 3, 8, 9}, "batch is 7", "nearest legal values: 500ms, 1s");
  diagnostics.error("E012", {source, 2, 5, 24}, "unknown operator 'reduceByKeyAndWindw'",
                    "did you mean 'reduceByKeyAndWindow'?");

  CHECK(diagnostics.print() ==
        "wordcount.yaml:2:5: error[E012]: unknown operator 'reduceByKeyAndWindw'\n"
        "    2 |   - reduceByKeyAndWindw: { window: 60s }\n"
        "      |     ^^^^^^^^^^^^^^^^^^^ did you mean 'reduceByKeyAndWindow'?\n"
        "wordcount.yaml:3:8: error[E031]: batch is 7\n"
        "    3 | batch: 7\n"
        "      |        ^\n"
        "   help: nearest legal values: 500ms, 1s\n");
}

TEST_CASE("the JSON form has the same fields", "[unit][config][diagnostic]") {
  Diagnostics diagnostics;
  const auto source = diagnostics.addSource("a.yaml", "x: 1\nx: 2\n");
  diagnostics.add({{source, 2, 1, 2},
                   Severity::kError,
                   "E003",
                   "the key 'x' stands twice",
                   "keep one",
                   {{{source, 1, 1, 2}, "first written here"}}});

  const auto json = diagnostics.toJson();

  REQUIRE(json.size() == 1);
  CHECK(json[0]["file"] == "a.yaml");
  CHECK(json[0]["line"] == 2);
  CHECK(json[0]["column"] == 1);
  CHECK(json[0]["end_column"] == 2);
  CHECK(json[0]["severity"] == "error");
  CHECK(json[0]["code"] == "E003");
  CHECK(json[0]["what"] == "the key 'x' stands twice");
  CHECK(json[0]["help"] == "keep one");
  CHECK(json[0]["related"][0]["line"] == 1);
}

TEST_CASE("a secret in the source line is shown as ***", "[unit][config][diagnostic]") {
  Diagnostics diagnostics;
  const auto line = GENERATE(values<std::string>({
      "  security: { password: hunter2 ",
      "  security: { password: \"hunter2\", usr: x }",
      "  password: hunter2 and more",
      "  sasl.oauthbearer.client.secret: 'hunter2'",
      "kafka.security.password=hunter2",
  }));
  const auto source = diagnostics.addSource("a.yaml", line);
  diagnostics.error("E010", {source, 1, static_cast<std::uint32_t>(line.size()), 99}, "x");

  CHECK(diagnostics.print().find("hunter2") == std::string::npos);
  CHECK(diagnostics.print().find("***") != std::string::npos);
}

TEST_CASE("a caret behind a hidden secret stays under its word", "[unit][config][diagnostic]") {
  Diagnostics diagnostics;
  const std::string line = "{ password: \"hunter2hunter2\", usr: x }";
  const auto source = diagnostics.addSource("a.yaml", line);
  const auto column = static_cast<std::uint32_t>(line.find("usr") + 1);
  diagnostics.error("E010", {source, 1, column, column + 3}, "x");

  CHECK(diagnostics.print() ==
        "a.yaml:1:31: error[E010]: x\n"
        "    1 | { password: ***, usr: x }\n"
        "      |                  ^^^\n");
}

TEST_CASE("control characters of a file do not reach the terminal", "[unit][config][diagnostic]") {
  Diagnostics diagnostics;
  const auto source = diagnostics.addSource("a.yaml", "a\x1b[31m: b");
  diagnostics.error("E010", {source, 1, 1, 2}, "x");

  CHECK(diagnostics.print().find('\x1b') == std::string::npos);
}

TEST_CASE("a long line is cut around its caret", "[unit][config][diagnostic]") {
  Diagnostics diagnostics;
  const auto source =
      diagnostics.addSource("a.yaml", std::string(5000, 'a') + "HERE" + std::string(5000, 'b'));
  diagnostics.error("E010", {source, 1, 5001, 5005}, "x");

  const auto text = diagnostics.print();

  CHECK(text.size() < 400);
  CHECK(text.find("aHEREb") != std::string::npos);
}

TEST_CASE("codes are unique, sorted, and found in any case", "[unit][config][codes]") {
  const auto table = codeTable();
  for (std::size_t i = 1; i < table.size(); ++i) CHECK(table[i - 1].code < table[i].code);
  REQUIRE(findCode("e012") != nullptr);
  CHECK(findCode("E012")->title == "unknown operator");
  CHECK(findCode("E999") == nullptr);
}
