// From the model of a file to a graph: places of mistakes, what `explain` is told.
#include "src/pipeline/pipeline_builder.hpp"

#include <algorithm>

#include "src/config/loader.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/pipeline/pipeline_runner.hpp"

using namespace lockstep;
using test::PipelineText;

namespace {

/// "E020 7:16" of every mistake.
std::vector<std::string> mistakes(const std::string& yaml) {
  auto loaded = config::loadText("app.yaml", yaml, {});
  const auto pipeline = buildPipeline(loaded.application, loaded.diagnostics);
  CHECK((pipeline.graph == nullptr) == loaded.diagnostics.hasErrors());
  std::vector<std::string> found;
  for (const auto& mistake : loaded.diagnostics.all()) {
    found.push_back(mistake.code + " " + std::to_string(mistake.place.line) + ":" +
                    std::to_string(mistake.place.column));
  }
  return found;
}

}  // namespace

TEST_CASE("a mistake in an expression has its place in the file",
          "[unit][pipeline][pipeline_builder]") {
  using Found = std::vector<std::string>;
  // Steps begin at line 8; columns count from 1.
  CHECK(mistakes(PipelineText{"      - filter: valeu > 3\n"}.yaml()) == Found{"E020 8:17"});
  CHECK(mistakes(PipelineText{"      - filter: value > nonsense\n"}.yaml()) == Found{"E020 8:25"});
  CHECK(mistakes(PipelineText{"      - filter: 'matches(value, \"(\")'\n"}.yaml()) ==
        Found{"E021 8:18"});
  // All at once, also behind a step that could not be built.
  CHECK(mistakes(PipelineText{"      - filter: valeu\n      - map: kye\n"}.yaml()) ==
        Found{"E020 8:17", "E020 9:14"});
}

TEST_CASE("a pattern that is none, or matches a named topic, has its place in the file",
          "[unit][pipeline][pipeline_builder]") {
  using Found = std::vector<std::string>;
  const auto file = [](const std::string& pattern) {
    return "application: app\nkafka: { bootstrap: b:9092 }\nstreams:\n"
           "  a: { kafka: { topics: [orders-eu] } }\n"
           "  b: { kafka: { pattern: '" +
           pattern +
           "' } }\n"
           "outputs:\n  - { from: a, print: {} }\n  - { from: b, print: {} }\n";
  };
  CHECK(mistakes(file("orders-(")) == Found{"E021 5:26", "W060 7:5", "W060 8:5"});
  CHECK(mistakes(file("orders-.*")) == Found{"E025 4:26", "W060 7:5", "W060 8:5"});
  CHECK(mistakes(file("orders-us")) == Found{"W060 7:5", "W060 8:5"});
}

TEST_CASE("the back end of each expression is told in the order of the file",
          "[unit][pipeline][pipeline_builder]") {
  auto loaded = config::loadText(
      "app.yaml",
      PipelineText{"      - filter: value > \"a\"\n"
                   "      - map: { key: value, value: '(function() return 1 end)()' }\n"}
          .yaml(),
      {});
  const auto pipeline = buildPipeline(loaded.application, loaded.diagnostics);
  REQUIRE(pipeline.expressions.size() == 3);
  CHECK(pipeline.expressions[0].option == "where");
  CHECK(pipeline.expressions[0].native);
  CHECK(pipeline.expressions[1].option == "key");
  CHECK(pipeline.expressions[2].option == "value");
  CHECK_FALSE(pipeline.expressions[2].native);
}

TEST_CASE("errors of the file become the batch's policy", "[unit][pipeline][pipeline_builder]") {
  auto loaded = config::loadText(
      "app.yaml",
      PipelineText{"", "string", "errors: { eval: dead_letter, dead_letter_topic: bad }\n"}.yaml(),
      {});
  const auto policy = errorPolicyOf(loaded.application);
  CHECK(policy.eval == OnError::kDeadLetter);
  CHECK(policy.decode == OnError::kStop);
  CHECK(policy.dead_letter_topic == "bad");
}
