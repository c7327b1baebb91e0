// Steps: operators, options, and what YAML does to expressions.
#include "src/config/step_reader.hpp"

#include "src/config/operator_table.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/config/load.hpp"

using namespace lockstep;
using namespace lockstep::config;
using namespace lockstep::config::test;
using Catch::Matchers::Contains;

namespace {

LoadedFile step(const std::string& text) { return load(file({}, "      - " + text + "\n")); }

}  // namespace

TEST_CASE("every operator of the table has a spelling that loads", "[unit][config][steps]") {
  const auto text = GENERATE(values<std::string>({
      "map: upper(value)",
      "map: { key: value, value: 1 }",
      "flatMap: split(value, \" \")",
      "filter: { where: value > 3 }",
      "mapValues: value + 1",
      "keyBy: value.country",
      "reduceByKey: sum",
      "reduceByKey: { reduce: a + b }",
      "reduceByKey: 'max(a, b)'",
      "countByValue",
      "countByValue:",
      "{ countByValue: , parallelism: 4 }",
      "groupByKey",
      "{ combineByKey: { createCombiner: '{ value }', mergeValue: a, mergeCombiners: a }, "
      "parallelism: 2 }",
      "foldByKey: { zero: 0, fold: sum }",
      "aggregateByKey: { zero: 0, seqOp: 'a + #b', combOp: a + b }",
      "{ sumByKey: , parallelism: 4 }",
      "avgByKey: {}",
      "flatMapValues: split(value, \" \")",
      "distinct",
      "repartition: 8",
      "repartition: { partitions: 1024 }",
      "project: [a, b]",
      "project: { fields: a }",
      "topN: 10",
      "topN: { count: 10, by: value.price }",
      "{ topNByKey: 3, parallelism: 4 }",
      "{ reduceByKey: sum, parallelism: 4 }",
      "count: {}",
      "reduce: a + b",
      "{ id: s, parallelism: 4, updateStateByKey: { update: last, emit: all, visit: touched } }",
      "updateStateByKey: { initial: 0, update: state + sum(values), emit: changed }\n        id: s",
  }));
  const auto loaded = step(text);
  INFO(text << "\n" << loaded.diagnostics.print());
  CHECK(loaded.ok());
  CHECK(loaded.application.streams.at(0).steps.size() == 2);
}

TEST_CASE("a union step names other streams", "[unit][config][steps]") {
  const auto loaded = load(
      "application: app\nkafka: { bootstrap: b }\nstreams:\n"
      "  a: { kafka: { topics: [a] } }\n"
      "  b: { kafka: { topics: [b] } }\n"
      "  c: { from: a, steps: [ { union: b }, { union: [a, b] } ] }\n"
      "outputs: [ { from: c, kafka: { topic: out } } ]\n");
  INFO(loaded.diagnostics.print());
  REQUIRE(loaded.ok());
  CHECK(loaded.application.streams[2].steps[0].streams.size() == 1);
  CHECK(loaded.application.streams[2].steps[1].streams.at(1).text == "b");
}

TEST_CASE("a stream begins with two others, or a step names the second one",
          "[unit][config][steps]") {
  const auto loaded = load(
      "application: app\nkafka: { bootstrap: b }\nstreams:\n"
      "  a: { kafka: { topics: [a] } }\n"
      "  b: { join: { left: a, right: a } }\n"
      "  c: { join: { type: full, left: a, right: b }, parallelism: 3, steps: [ { join: b } ] }\n"
      "  d: { cogroup: { left: c, right: a }, steps: [ { parallelism: 2, fullOuterJoin: a } ] }\n"
      "outputs: [ { from: d, kafka: { topic: out } } ]\n");
  INFO(loaded.diagnostics.print());
  REQUIRE(loaded.diagnostics.all().empty());
  const auto& streams = loaded.application.streams;
  CHECK(streams[1].paired()->pairing == Pairing::kInner);
  CHECK(streams[1].paired()->right.text == "a");
  CHECK(streams[2].paired()->pairing == Pairing::kFull);
  CHECK(streams[2].paired()->left.text == "a");
  CHECK(streams[3].paired()->pairing == Pairing::kCogroup);
  CHECK(streams[3].steps[0].streams.at(0).text == "a");
}

TEST_CASE("a named reduction is recognised where it is allowed", "[unit][config][steps]") {
  CHECK(step("reduceByKey: sum").application.streams[0].steps[1].find("reduce")->named ==
        NamedReduction::kSum);
  CHECK_FALSE(step("reduceByKey: a + b").application.streams[0].steps[1].find("reduce")->named);
  CHECK_FALSE(step("reduceByKey: last").application.streams[0].steps[1].find("reduce")->named);
}

TEST_CASE("a wrong step is answered with its remedy", "[unit][config][steps]") {
  struct Row {
    std::string text;
    Codes codes;
    std::string help;
  };
  const auto row = GENERATE(values<Row>({
      {"flatmap: value", {"E012"}, "did you mean 'flatMap'?"},
      {"reduceByKeyAndWindw: x", {"E012"}, "did you mean 'reduceByKeyAndWindow'?"},
      {"frobnicate: x", {"E012"}, "known: map"},
      {"sortByKey: x", {"E013"}, "not in this version"},
      {"map: { kye: value }", {"E010"}, "did you mean 'key'?"},
      {"map: {}", {"E009"}, "its options: key or value"},
      {"filter:", {"E030"}, "the expression of 'filter' is empty"},
      {"filter: value\n        mapp: value", {"E010"}, "one operator"},
      {"filter: value > 1\n        map: value + 1", {"E010"}, "begin a new step:  - map: ..."},
      {"filter: value > 1\n        idd: x", {"E010"}, "did you mean 'id'?"},
      {"{ id: x }", {"E009"}, "has no operator"},
      {"count: 3", {"E008"}, "write  - count"},
      {"[a]", {"E008"}, "a step is one operator"},
      {"{ parallelism: 0, count: }", {"E031"}, "1 to 1024"},
      {"{ id: s, updateStateByKey: x }",
       {"E008"},
       "its options: initial, initial_state, update, emit or visit"},
      {"{ id: s, updateStateByKey: { update: sum } }", {"E041"}, "'emit: changed'"},
      {"{ id: s, updateStateByKey: { update: sum, emit: change } }", {"E011"}, "'changed'"},
      {"{ id: s, updateStateByKey: { emit: all } }", {"E009"}, "needs 'update'"},
      {"updateStateByKey: { update: sum, emit: all }", {"E042"}, "add  id: in"},
      {"{ id: s, mapWithState: { update: value } }", {"E009"}, "value: what is passed on"},
      {"mapWithState: { update: value, value: state }", {"E042"}, "add  id: in"},
      {"{ id: s, mapWithState: { update: value, value: state, timeout: 0ms } }",
       {"E031"},
       "at least 1ms"},
      {"{ id: s, mapWithState: { update: value, value: state, timeout: 10 } }",
       {"E006"},
       "write 10ms"},
      {"{ id: 'a b', count: }", {"E018"}, "no legal id"},
      {"{ parallelism: 4, count: }", {"E015"}, "parallelism has no effect on count"},
      {"{ parallelism: 4, map: value }", {"E015"}, "parallelism has no effect on map"},
      {"repartition: 0", {"E031"}, "allowed: 1 to 1024"},
      {"repartition: 1025", {"E031"}, "allowed: 1 to 1024"},
      {"{ parallelism: 4, repartition: 2 }", {"E015"}, "parallelism has no effect on repartition"},
      {"project: []", {"E009"}, "name at least one"},
      {"project: [a, b, a]", {"E015"}, "'a' is named twice"},
      {"topN: { by: value }", {"E009"}, "needs 'count'"},
      {"topN: 0", {"E031"}, "allowed: 1 to 1024"},
      {"{ topN: 3, parallelism: 2 }", {"E015"}, "parallelism has no effect on topN"},
      {"foldByKey: { fold: sum }", {"E009"}, "zero: what a key begins with"},
      {"combineByKey: { createCombiner: value }", {"E009", "E009"}, "needs 'mergeValue'"},
      {"groupByKey: value", {"E008"}, "write  - groupByKey"},
      {"join: [in, in]", {"E008"}, "write  - join: other-stream"},
      {"cogroup:", {"E008"}, "needs the name of one stream"},
      {"{ id: s, updateStateByKey: { initial: 5, update: sum, emit: all } }",
       {"E015"},
       "initial has no effect with update: sum"},
  }));
  const auto loaded = step(row.text);
  INFO(row.text << "\n" << loaded.diagnostics.print());
  CHECK(bare(loaded) == row.codes);
  CHECK_THAT(loaded.diagnostics.print(), Contains(row.help));
}

TEST_CASE("an initial state is a map of keys and states", "[unit][config][steps]") {
  struct Row {
    std::string text;
    Codes codes;
    std::string help;
  };
  const auto row = GENERATE(values<Row>({
      {"{ id: s, updateStateByKey: { initial_state: 5, update: sum, emit: all } }",
       {"E008"},
       "as in  initial_state: { some-key: 5 }"},
      {"{ id: s, updateStateByKey: { initial_state: {}, update: sum, emit: all } }",
       {"E008"},
       "found an empty one"},
      {"{ id: s, mapWithState: { initial_state: { a: 1, b: ~ }, update: value, value: state } }",
       {"E008"},
       "the state of 'b' is null"},
      {"{ id: s, mapWithState: { initial_state: { a: yes }, update: value, value: state } }",
       {"E004"},
       "quote it if it is a text"},
  }));
  const auto loaded = step(row.text);
  INFO(row.text << "\n" << loaded.diagnostics.print());
  CHECK(bare(loaded) == row.codes);
  CHECK_THAT(loaded.diagnostics.print(), Contains(row.help));
}

TEST_CASE("an expression that YAML cut is answered with the corrected line",
          "[unit][config][bites]") {
  struct Row {
    std::string text;
    std::string help;
  };
  const auto row = GENERATE(values<Row>({
      {"reduceByKey: { reduce: max(a, b) }", "write  reduce: 'max(a, b)'"},
      {"map: { value: }", "the expression of 'value' is empty"},
      {"map: # value", "'#' begins a comment"},
      {"map: \"paid\"", "for the text write  map: '\"paid\"'   for the variable  map: paid"},
      {"map: { value: 'paid' }", "for the text write  value: '\"paid\"'"},
      {"map: [1, 2]", "write  map: '[1, 2]'"},
      {"map: { value: {a = 1} }", "write  value: '{a = 1}'"},
      {"map: ''", "for an empty text write  map: '\"\"'"},
  }));
  const auto loaded = step(row.text);
  INFO(row.text << "\n" << loaded.diagnostics.print());
  CHECK(bare(loaded) == Codes{"E030"});
  CHECK_THAT(loaded.diagnostics.print(), Contains(row.help));
}

TEST_CASE("an expression that breaks the YAML itself is answered with the corrected line too",
          "[unit][config][bites]") {
  const auto loaded = step("map: { key: key, value: split(value, \",\") }");
  CHECK(bare(loaded) == Codes{"E001"});
  CHECK_THAT(loaded.diagnostics.print(), Contains("help: write  value: 'split(value, \",\")'"));
}

TEST_CASE("quotes that hold more than a name are fine", "[unit][config][bites]") {
  CHECK(step("map: '\"paid\"'").ok());
  CHECK(step("map: paid").ok());
  CHECK(step("map: \"value + 1\"").ok());
  CHECK(step("map: 'true'").ok());
}

TEST_CASE("state needs state.dir", "[unit][config][steps]") {
  const auto loaded = load(
      "application: app\nkafka: { bootstrap: b }\nstreams:\n"
      "  in:\n    kafka: { topics: [t] }\n    steps:\n"
      "      - { id: s, updateStateByKey: { update: sum, emit: all } }\n"
      "outputs: [ { from: in, kafka: { topic: out } } ]\n");
  CHECK(codes(loaded) == Codes{"E040 7:18"});
  CHECK_THAT(loaded.diagnostics.print(), Contains("add  state: { dir: /var/lib/lockstep/app }"));
}

TEST_CASE("an id is used once", "[unit][config][steps]") {
  const auto loaded = load(file({}, "      - { id: a, count: }\n      - { id: a, count: }\n"));
  CHECK(codes(loaded) == Codes{"E024 10:15"});
  CHECK(loaded.diagnostics.all()[0].related.at(0).place.line == 9);
}

TEST_CASE("no name is both an operator of this version and a later one", "[unit][config][steps]") {
  for (const auto later : laterOperators()) CHECK(findOperator(later) == nullptr);
}
