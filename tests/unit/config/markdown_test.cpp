// The YAML blocks of documents: which lines are one, where they stand, which are whole files.
#include "src/config/markdown.hpp"

#include "src/config/loader.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/config/load.hpp"

using namespace lockstep;
using namespace lockstep::config;
using namespace lockstep::config::test;

TEST_CASE("YAML blocks keep their lines; other blocks are none", "[unit][config][markdown]") {
  const auto blocks = yamlBlocks(
      "# Title\n"
      "```yaml\n"
      "application: a\n"
      "batch:\n"
      "```\n"
      "```cpp\n"
      "application: b\n"
      "```\n"
      "- in a list:\r\n"
      "  ~~~~ YML title\r\n"
      "  - filter: x\r\n"
      "  ~~~\r\n"
      "  ~~~~\n"
      "text\n"
      "```yaml {#last}\n"
      "x: 1");
  REQUIRE(blocks.size() == 3);
  CHECK(blocks[0].text == "\n\napplication: a\nbatch:\n");
  CHECK(blocks[0].line == 3);
  CHECK(blocks[0].whole);
  CHECK(blocks[1].text == std::string(10, '\n') + "  - filter: x\n  ~~~\n");
  CHECK_FALSE(blocks[1].whole);
  CHECK(blocks[2].text == std::string(15, '\n') + "x: 1\n");
}

TEST_CASE("an application inside something else makes no whole file", "[unit][config][markdown]") {
  CHECK_FALSE(yamlBlocks("```yaml\nx:\n  application: a\n```\n").at(0).whole);
  CHECK(yamlBlocks("  ```yaml\n  # comment\n  application: a\n  ```\n").at(0).whole);
  CHECK(yamlBlocks("no block\n``yaml\n").empty());
}

TEST_CASE("a mistake in a block has its place in the document", "[unit][config][markdown]") {
  const auto blocks = yamlBlocks(
      "Some text\n\n```yaml\napplication: app\nkafka: { bootstrap: b }\n"
      "batch: { interval: 5 }\n```\n");
  REQUIRE(blocks.size() == 1);
  CHECK(codes(load(blocks[0].text)).at(1) == "E006 6:20");
  const auto piece = yamlBlocks("```yaml\n- a: 1\n  a: 2\n```\n").at(0);
  const auto mistakes = checkYaml("x.md", piece.text);
  REQUIRE(mistakes.all().size() == 1);
  CHECK(mistakes.all()[0].code == "E003");
  CHECK(mistakes.all()[0].place.line == 3);
}

TEST_CASE("documents are known by their names", "[unit][config][markdown]") {
  CHECK(isMarkdown("docs/a.md"));
  CHECK(isMarkdown("a.markdown"));
  CHECK_FALSE(isMarkdown("a.md.yaml"));
}
