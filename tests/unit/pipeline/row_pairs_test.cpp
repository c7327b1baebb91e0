// The operators of a YAML pipeline on the keys of one batch, of one stream and of two.
#include "src/pipeline/rows/row_pairs.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/pipeline/pipeline_runner.hpp"

using namespace lockstep;
using test::Lines;
using test::PipelineRunner;
using test::PipelineText;
using test::sorted;

namespace {

PipelineText json(const std::string& steps) { return {steps, "json"}; }

/// Two streams of the topic's records, `in` and `other` (those that do not begin with "l"), and the
/// stream `both` that the output shows.
PipelineText paired(const std::string& both) {
  return {"", "string", "",
          "  left: { from: in, steps: [ { filter: 'matches(value, \"^l\")' } ] }\n"
          "  right: { from: in, steps: [ { filter: 'matches(value, \"^r\")' } ] }\n"
          "  both: " +
              both + "\n",
          "both"};
}

/// a: two on the left, two on the right; l and r on one side only.
Lines fed(const PipelineText& text) {
  PipelineRunner runner(text, 1, 1);
  for (const auto& [key, value] : std::vector<std::pair<std::string, std::string>>{
           {"r", "r1"}, {"a", "l1"}, {"l", "l2"}, {"a", "r2"}, {"a", "l3"}, {"a", "r4"}})
    runner.feed(key, value);
  Lines lines = runner.batch();
  CHECK(runner.batch().empty());
  return lines;
}

}  // namespace

TEST_CASE("groupByKey makes lists, also of nulls, in order", "[unit][pipeline][row_pairs]") {
  PipelineRunner groups({"      - groupByKey\n"}, 1, 1);
  groups.feed("b", "1");
  groups.feed("a", std::nullopt);
  groups.feed("b", "0");
  groups.feed(std::nullopt, "x");
  CHECK(groups.batch() == Lines{R"("b"=["1","0"])", R"("a"=[null])", R"(~=["x"])"});
  CHECK(groups.batch().empty());

  PipelineRunner used(
      {"      - groupByKey\n"
       "      - map: '#value .. value[1] .. key'\n"});
  used.feed("k", "a");
  used.feed("k", "b");
  CHECK(used.batch() == Lines{R"("k"="2ak")"});
}

TEST_CASE("combineByKey, foldByKey and aggregateByKey fold with expressions",
          "[unit][pipeline][row_pairs]") {
  const auto outcome = [](const std::string& step) {
    PipelineRunner runner({"      - " + step + "\n"}, 1, 1, 2);
    runner.feed("k", "a");
    runner.feed("k", "b");
    runner.feed("k", "c", 1);
    return runner.batch();
  };
  CHECK(outcome("combineByKey: { createCombiner: '\"<\" .. value', mergeValue: a .. b, "
                "mergeCombiners: 'a .. \"|\" .. b' }") == Lines{R"("k"="<ab|<c")"});
  CHECK(outcome("foldByKey: { zero: '\"0\"', fold: a .. b }") == Lines{R"("k"="0ab0c")"});
  CHECK(outcome("aggregateByKey: { zero: 0, seqOp: 'a + #b', combOp: a * 10 + b }") ==
        Lines{R"("k"=21)"});
  CHECK(outcome("foldByKey: { zero: '\"b\"', fold: max }") == Lines{R"("k"="c")"});
}

TEST_CASE("sum, min, max, avg and count by key", "[unit][pipeline][row_pairs]") {
  const auto outcome = [](const std::string& steps, const Lines& values) {
    PipelineRunner runner(json(steps));
    for (const auto& value : values) runner.feed("k", value);
    return runner.batch();
  };
  const Lines mixed{"3", "-1", "2.5"};
  CHECK(outcome("      - sumByKey\n", mixed) == Lines{R"("k"=4.5)"});
  CHECK(outcome("      - minByKey\n", mixed) == Lines{R"("k"=-1)"});
  CHECK(outcome("      - maxByKey\n", mixed) == Lines{R"("k"=3)"});
  CHECK(outcome("      - avgByKey\n", mixed) == Lines{R"("k"=1.5)"});
  CHECK(outcome("      - countByKey\n", {"1", "null", "\"x\""}) == Lines{R"("k"=3)"});
  // What the file says to be integers goes another way, to the same results.
  for (const std::string by : {"sumByKey", "minByKey", "maxByKey"})
    CHECK(outcome("      - map: { value: 7 }\n      - " + by + "\n", mixed) ==
          outcome("      - map: { value: 3 + 4 }\n      - " + by + "\n", mixed));
}

TEST_CASE("a value that cannot be folded is rejected alone", "[unit][pipeline][row_pairs]") {
  const std::string step =
      GENERATE(as<std::string>{}, "sumByKey", "avgByKey", "foldByKey: { zero: 0, fold: a + b }",
               "combineByKey: { createCombiner: value + 0, mergeValue: sum, "
               "mergeCombiners: sum }");
  PipelineText text = json("      - " + step + "\n");
  text.more = "errors: { eval: dead_letter, dead_letter_topic: dlq }\n";
  PipelineRunner runner(text);
  runner.run.addTopic("dlq", 1);
  runner.feed("k", "4");
  runner.feed("k", "\"x\"");
  runner.feed("k", "6");
  INFO(step);
  CHECK(runner.batch() == Lines{step == "avgByKey" ? R"("k"=5.0)" : R"("k"=10)"});
  CHECK(runner.run.records("dlq").size() == 1);
}

TEST_CASE("flatMapValues keeps the key; distinct keeps one of each; repartition all",
          "[unit][pipeline][row_pairs]") {
  PipelineRunner words(
      {"      - flatMapValues: split(value, \" \")\n      - distinct\n"
       "      - repartition: 3\n"});
  words.feed("k", "to be to");
  words.feed("j", "be");
  words.feed("j", "be");
  CHECK(sorted(words.batch()) == Lines{R"("j"="be")", R"("k"="be")", R"("k"="to")"});
  CHECK(words.batch().empty());
  PipelineRunner objects(json("      - distinct\n"));
  CHECK(objects.batch({R"({"a":1,"b":2})", R"({"b":2,"a":1})", "1", "1.5"}).size() == 3);
}

TEST_CASE("a join has value.left and value.right, nil where there is no match",
          "[unit][pipeline][row_pairs]") {
  const std::string streams = "left: left, right: right";
  const Lines product{R"("a"={"left":"l1","right":"r2"})", R"("a"={"left":"l1","right":"r4"})",
                      R"("a"={"left":"l3","right":"r2"})", R"("a"={"left":"l3","right":"r4"})"};
  Lines left = product, right = product;
  left.push_back(R"("l"={"left":"l2","right":null})");
  right.push_back(R"("r"={"left":null,"right":"r1"})");
  Lines full = left;
  full.push_back(right.back());
  CHECK(fed(paired("{ join: { " + streams + " } }")) == product);
  CHECK(fed(paired("{ join: { type: inner, " + streams + " } }")) == product);
  CHECK(fed(paired("{ join: { type: left, " + streams + " } }")) == left);
  CHECK(fed(paired("{ join: { type: right, " + streams + " } }")) == right);
  CHECK(fed(paired("{ join: { type: full, " + streams + " } }")) == full);
  CHECK(fed(paired("{ from: left, steps: [ { join: right } ] }")) == product);
  CHECK(fed(paired("{ from: left, steps: [ { leftOuterJoin: right } ] }")) == left);
  CHECK(fed(paired("{ from: left, steps: [ { rightOuterJoin: right } ] }")) == right);
  CHECK(fed(paired("{ from: left, steps: [ { fullOuterJoin: right } ] }")) == full);
  CHECK(fed(paired("{ join: { type: full, " + streams +
                   " }, steps: [ { filter: 'value.left == nil' }, { map: value.right } ] }")) ==
        Lines{R"("r"="r1")"});
  CHECK(fed(paired("{ join: { type: left, " + streams +
                   " }, steps: [ { map: '(value.right or \"-\") .. value.left' } ] }")) ==
        Lines{R"("a"="r2l1")", R"("a"="r4l1")", R"("a"="r2l3")", R"("a"="r4l3")", R"("l"="-l2")"});
}

TEST_CASE("a cogroup has lists on both sides", "[unit][pipeline][row_pairs]") {
  const Lines lists{R"("a"={"left":["l1","l3"],"right":["r2","r4"]})",
                    R"("l"={"left":["l2"],"right":[]})", R"("r"={"left":[],"right":["r1"]})"};
  CHECK(fed(paired("{ cogroup: { left: left, right: right } }")) == lists);
  CHECK(fed(paired("{ from: left, steps: [ { cogroup: right } ] }")) == lists);
  CHECK(
      fed(paired("{ cogroup: { left: left, right: right }, steps: [ { map: '#value.left' } ] }")) ==
      Lines{R"("a"=2)", R"("l"=1)", R"("r"=0)"});
}

TEST_CASE("a join's steps stand in the graph in the order of the file",
          "[unit][pipeline][row_pairs]") {
  PipelineRunner runner(paired("{ join: { left: left, right: right } }"));
  std::vector<std::string> read;
  for (const auto& step : runner.run.graph->describe())
    if (step.step == "both" && step.parents.at(0) != "both") read.push_back(step.parents.at(0));
  CHECK(read == Lines{"left.filter#1", "right.filter#1"});
}

TEST_CASE("a stream may be joined with itself", "[unit][pipeline][row_pairs]") {
  const PipelineText text{"", "string", "", "  both: { join: { left: in, right: in } }\n", "both"};
  PipelineRunner squared(text, 3, 2);
  squared.feed("k", "1");
  squared.feed("k", "2");
  CHECK(squared.batch().size() == 4);
}
