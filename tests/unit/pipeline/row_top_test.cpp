// topN, topNByKey and project of a YAML pipeline.
#include "src/pipeline/rows/row_top.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/pipeline/pipeline_runner.hpp"

using namespace lockstep;
using test::Lines;
using test::PipelineRunner;

TEST_CASE("topN passes on the largest rows of the batch, the largest first",
          "[unit][pipeline][row_top]") {
  PipelineRunner top({"      - topN: 2\n", "json"}, 1, 1);
  for (const char* value : {"3", "9", "5", "9"}) top.feed(value, value);
  CHECK(top.batch() == Lines{R"("9"=9)", R"("9"=9)"});
  CHECK(top.batch().empty());

  PipelineRunner few({"      - topN: { count: 1000, by: key }\n"}, 1, 1);
  few.feed("a", "1");
  few.feed("c", "2");
  few.feed("b", "3");
  CHECK(few.batch() == Lines{R"("c"="2")", R"("b"="3")", R"("a"="1")"});
}

TEST_CASE("topN orders by an expression; among equals the earlier is first, unlike values by kind",
          "[unit][pipeline][row_top]") {
  PipelineRunner top({"      - topN: { count: 4, by: value.n }\n", "json"}, 1, 1);
  for (const char* value : {R"({"id":1,"n":2})", R"({"id":2})", R"({"id":3,"n":2.5})",
                            R"({"id":4,"n":2})", R"({"id":5,"n":"x"})"})
    top.feed("k", value);
  CHECK(top.batch() == Lines{R"("k"={"id":5,"n":"x"})", R"("k"={"id":3,"n":2.5})",
                             R"("k"={"id":1,"n":2})", R"("k"={"id":4,"n":2})"});
}

TEST_CASE("topNByKey makes a list of each key's largest values", "[unit][pipeline][row_top]") {
  PipelineRunner top({"      - topNByKey: { count: 2, by: -value }\n", "json"}, 1, 1);
  for (const char* value : {"3", "9", "5", "1"}) top.feed("k", value);
  top.feed("j", "7");
  CHECK(top.batch() == Lines{R"("k"=[1,3])", R"("j"=[7])"});
}

TEST_CASE("project keeps the named fields; nil stays nil, what has no fields is an eval error",
          "[unit][pipeline][row_top]") {
  PipelineRunner some({"      - project: [b, a, none]\n", "json",
                       "errors: { eval: dead_letter, dead_letter_topic: dlq }\n"},
                      1, 1);
  some.run.addTopic("dlq", 1);
  some.feed("k", R"({"a":1,"c":2,"b":{"x":[1]}})");
  some.feed("k", R"({"c":2})");
  some.feed("k", "null");
  some.feed("k", "[1]");
  some.feed("k", "7");
  CHECK(some.batch() == Lines{R"("k"={"a":1,"b":{"x":[1]}})", R"("k"={})", R"("k"=~)"});
  CHECK(some.run.records("dlq").size() == 2);

  PipelineRunner one({"      - map: '{ a = 1, b = value }'\n      - project: b\n"}, 1, 1);
  one.feed("k", "x");
  CHECK(one.batch() == Lines{R"("k"={"b":"x"})"});
}
