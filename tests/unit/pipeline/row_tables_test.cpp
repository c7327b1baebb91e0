// Tables of topics and files in YAML, and the streams that look records up in them.
#include "src/pipeline/rows/row_tables.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/pipeline/pipeline_runner.hpp"

using namespace lockstep;
using test::Lines;
using test::PipelineRunner;
using test::PipelineText;
using test::sorted;

namespace {

/// A table `people` of JSON, and the stream `out` that joins `in` with it.
PipelineText lookedUp(const std::string& join) {
  return {"", "json",
          "errors: { decode: dead_letter, eval: dead_letter, dead_letter_topic: dlq }\n",
          "  people: { table: { topic: people, key: string, value: json } }\n"
          "  out: { join: { stream: in, table: people" +
              join + " } }\n",
          "out"};
}
void person(PipelineRunner& runner, const std::string& key, std::optional<std::string> value) {
  runner.run.input.append({"people", Partition{0}}, {key, std::move(value)});
}

}  // namespace

TEST_CASE("a record is joined with the table's value of its key, or with nothing",
          "[unit][pipeline][row_tables]") {
  PipelineRunner runner(lookedUp(""), 1, 1);
  person(runner, "c1", R"({"name":"Ann"})");
  runner.feed("c1", R"({"id":1})");
  runner.feed("c2", R"({"id":2})");
  CHECK(runner.batch() == Lines{R"("c1"={"left":{"id":1},"right":{"name":"Ann"}})",
                                R"("c2"={"left":{"id":2},"right":null})"});
  person(runner, "c1", std::nullopt);
  runner.feed("c1", R"({"id":3})");
  CHECK(runner.batch() == Lines{R"("c1"={"left":{"id":3},"right":null})"});
}

TEST_CASE("a foreign key is an expression, and the record keeps its own",
          "[unit][pipeline][row_tables]") {
  PipelineRunner runner(lookedUp(", key: value.customer, on_missing: drop"), 2, 3);
  person(runner, "c1", R"("Ann")");
  person(runner, "c2", R"("Bob")");
  runner.feed("o1", R"({"customer":"c2"})");
  runner.feed("o1", R"({"customer":"c9"})");
  runner.feed("o1", R"({"customer":"c1"})");
  runner.feed("o1", R"({"nobody":1})");
  CHECK(runner.batch() == Lines{R"("o1"={"left":{"customer":"c2"},"right":"Bob"})",
                                R"("o1"={"left":{"customer":"c1"},"right":"Ann"})"});
}

TEST_CASE("on_missing: dead_letter keeps what the table does not have",
          "[unit][pipeline][row_tables]") {
  const auto* join = GENERATE(", on_missing: dead_letter", ", key: key, on_missing: dead_letter");
  PipelineRunner runner(lookedUp(join), 1, 2);
  person(runner, "c1", "1");
  runner.feed("c1", "5");
  runner.feed("c2", "6");
  CHECK(runner.batch() == Lines{R"("c1"={"left":5,"right":1})"});
  CHECK(runner.run.records("dlq").size() == 1);
}

TEST_CASE("mistakes about tables are told at their places", "[unit][pipeline][row_tables]") {
  const auto mistakes = [](const std::string& streams, const std::string& more = "") {
    auto loaded =
        config::loadText("app.yaml", PipelineText{"", "json", more, streams, "out"}.yaml(), {});
    const auto pipeline = buildPipeline(loaded.application, loaded.diagnostics);
    CHECK(pipeline.graph == nullptr);
    return loaded.diagnostics.print();
  };
  const std::string people = "  people: { table: { topic: people } }\n";
  using Catch::Matchers::Contains;
  CHECK_THAT(mistakes(people + "  out: { from: people }\n"),
             Contains("app.yaml:8:16: error[E037]: 'people' is a table, and no stream"));
  CHECK_THAT(mistakes("  out: { join: { stream: in, table: in } }\n"),
             Contains("error[E037]: 'in' is no table"));
  CHECK_THAT(mistakes("  out: { join: { stream: in, table: none } }\n"), Contains("E022"));
  CHECK_THAT(mistakes(people + "  out: { join: { stream: in, table: people, key: 1 + } }\n"),
             Contains("error[E020]"));
  CHECK_THAT(mistakes(people + "  out: { join: { stream: in, table: people, on_missing: x } }\n"),
             Contains("error[E011]"));
  CHECK_THAT(mistakes(people +
                      "  out: { join: { stream: in, table: people, on_missing: dead_letter } }\n"),
             Contains("error[E050]"));
  CHECK_THAT(mistakes("  people: { table: { topic: p }, steps: [ { filter: 'true' } ] }\n"
                      "  out: { join: { stream: in, table: people } }\n"),
             Contains("error[E015]: steps have no effect on the table"));
}
