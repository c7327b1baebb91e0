// The graph of streams, topics, outputs and tests.
#include "src/config/structure_lint.hpp"

#include "src/config/names.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/config/load.hpp"

using namespace lockstep;
using namespace lockstep::config;
using namespace lockstep::config::test;
using Catch::Matchers::Contains;

namespace {

/// Line 3 is the first one of `text`.
LoadedFile graph(const std::string& text) {
  return load("application: app\nkafka: { bootstrap: b }\n" + text);
}

const std::string kIn = "streams:\n  in: { kafka: { topics: [t] } }\n";
const std::string kOut = "outputs: [ { from: in, kafka: { topic: out } } ]\n";

}  // namespace

TEST_CASE("a graph with a mistake is refused", "[unit][config][graph]") {
  struct Row {
    std::string text;
    Codes codes;
    std::string help;
  };
  const auto row = GENERATE(values<Row>({
      {kIn, {"E019 1:1"}, "No output operations"},
      {kIn + "outputs: [ { from: inn, kafka: { topic: out } } ]\n",
       {"E022 5:20"},
       "did you mean 'in'?"},
      {kIn + "  b: { from: ina }\n" + kOut, {"E022 5:14"}, "did you mean 'in'?"},
      {kIn + "  a: { from: b }\n  b: { from: a }\n" + kOut,
       {"W022 5:3", "W022 6:3", "E028 6:14"},
       "b from a from b"},
      {kIn + "  a: { from: a }\n" + kOut, {"W022 5:3", "E028 5:14"}, "a from a"},
      {kIn + "  a: {}\n" + kOut, {"E009 5:3", "W022 5:3"}, "reads nothing"},
      {kIn + "  a: { from: in, kafka: { topics: [x] } }\n" + kOut,
       {"W022 5:3", "E010 5:18"},
       "two sources"},
      {kIn + "  a b: { from: in }\n" + kOut, {"E018 5:3", "W022 5:3"}, "no legal stream name"},
      {kIn + "  state: { from: in }\n" + kOut, {"E018 5:3", "W022 5:3"}, "another meaning"},
      {kIn + "outputs: [ { from: in } ]\n", {"E009 5:12"}, "no target"},
      {kIn + "outputs: [ { from: in, http: x } ]\n", {"E013 5:24"}, "not in this version"},
      {kIn + "outputs: [ { from: in, kafka: { topic: o }, print: {} } ]\n",
       {"E010 5:45"},
       "one target"},
      {kIn + "outputs: [ { from: in, kafka: { topic: app-changelog-x } } ]\n",
       {"E026 5:40"},
       "reserved"},
      {kIn + "outputs: [ { from: in, kafka: { topic: t } } ]\n", {"W027 5:40"}, "read here"},
      {kIn + "outputs: [ { from: in, kafka: { key: string } } ]\n", {"E009 5:31"}, "needs 'topic'"},
      {"streams:\n  in: { kafka: { topics: [t, t] } }\n" + kOut, {"E025 4:30"}, "stands twice"},
      {"streams:\n  in: { kafka: { topics: [] } }\n" + kOut, {"E009 4:26"}, "empty list"},
      {"streams:\n  in: { kafka: { topics: [a/b] } }\n" + kOut,
       {"E018 4:27"},
       "'/' is not allowed"},
      {"streams:\n  in: { kafka: { topics: [t], partitioned: random } }\n" + kOut,
       {"E011 4:44"},
       "allowed: murmur2"},
      {"streams:\n  in: { kafka: { topics: [t], value: avro } }\n" + kOut,
       {"E011 4:38"},
       "string, bytes, long, double or json"},
      {"streams:\n  in: { kafka: { topics: [t], idle_after: 5 } }\n" + kOut, {"E006 4:43"}, "5s"},
      {"streams:\n  in: { kafka: { topics: [t], idle_after: 5s } }\n" + kOut,
       {"E015 4:3"},
       "assignTimestamps"},
      {"streams:\n  in: { kafka: { topics: [t], partitioned: murmur2 } }\n" + kOut,
       {"E013 4:31"},
       "not in this version"},
      {kIn + "  a: { kafka: { topics: [x, t], start: latest } }\n" + kOut,
       {"W022 5:3", "E017 5:29"},
       "first read here"},
      {"streams:\n  in: { kafka: { topics: [t] }, parallelism: 4, steps: [ count: ] }\n" + kOut,
       {"E015 4:3"},
       "none of its steps groups by key"},
      {"streams: []\n" + kOut, {"E008 3:10", "E022 4:20"}, "a map of names"},
  }));
  const auto loaded = graph(row.text);
  INFO(loaded.diagnostics.print());
  CHECK(codes(loaded) == row.codes);
  CHECK_THAT(loaded.diagnostics.print(), Contains(row.help));
}

TEST_CASE("a join with a mistake is refused", "[unit][config][graph]") {
  struct Row {
    std::string text;
    Codes codes;
    std::string help;
  };
  const auto row = GENERATE(values<Row>({
      {kIn + "  a: { join: { left: in, right: inn } }\n" + kOut,
       {"E022 5:33"},
       "did you mean 'in'?"},
      {kIn + "  a: { join: { left: in } }\n" + kOut, {"W022 5:3", "E009 5:14"}, "needs 'right'"},
      {kIn + "  a: { join: { left: in, right: in, type: outer } }\n" + kOut,
       {"W022 5:3", "E011 5:43"},
       "inner, left, right or full"},
      {kIn + "  a: { cogroup: { left: in, right: in, type: left } }\n" + kOut,
       {"W022 5:3", "E010 5:40"},
       "unknown key 'type'"},
      {kIn + "  a: { join: { left: in, right: b } }\n  b: { from: a }\n" + kOut,
       {"W022 5:3", "W022 6:3", "E028 6:14"},
       "b from a from b"},
      {kIn + "  a: { from: in, steps: [ { join: a } ] }\n" + kOut,
       {"W022 5:3", "E028 5:35"},
       "a from a"},
  }));
  const auto loaded = graph(row.text);
  INFO(loaded.diagnostics.print());
  CHECK(codes(loaded) == row.codes);
  CHECK_THAT(loaded.diagnostics.print(), Contains(row.help));
}

TEST_CASE("streams that agree about a topic's start may both read it", "[unit][config][graph]") {
  const auto loaded = graph(
      "streams:\n  in: { kafka: { topics: [t], start: latest } }\n"
      "  b: { kafka: { topics: [t], start: latest }, parallelism: 2, steps: [ countByValue ] }\n"
      "outputs: [ { from: in, kafka: { topic: o } }, { from: b, kafka: { topic: o } } ]\n");
  INFO(loaded.diagnostics.print());
  CHECK(loaded.diagnostics.all().empty());
}

TEST_CASE("print is a warning, not an error", "[unit][config][graph]") {
  const auto loaded = graph(kIn + "outputs: [ { from: in, print: { limit: 3 } } ]\n");
  CHECK(loaded.ok());
  CHECK(bare(loaded) == Codes{"W060"});
  CHECK(loaded.application.outputs[0].print()->limit == 3);
}

TEST_CASE("a test's names have to exist", "[unit][config][tests]") {
  const auto loaded =
      graph(kIn + kOut +
            "tests:\n"
            "  - name: x\n"
            "    batches: [ { inn: [ a ] }, { advance: 30s }, { in: [ { key: k, "
            "value: yes, timestamp: 5, headers: { h: v } } ] } ]\n"
            "    expect: { out: [ [ a ] ], none: [ {} ], state: { id: { a: 1 } } }\n");
  INFO(loaded.diagnostics.print());
  CHECK(codes(loaded) == Codes{"E022 8:18", "E004 8:75", "E022 9:31", "E022 9:54"});
}

TEST_CASE("a test feeds streams that read a topic only", "[unit][config][tests]") {
  const auto loaded = graph(kIn + "  a: { join: { left: in, right: in } }\n" + kOut +
                            "tests:\n"
                            "  - name: x\n"
                            "    batches: [ { a: [ x ] } ]\n"
                            "    expect: { a: [ {} ] }\n");
  INFO(loaded.diagnostics.print());
  CHECK(codes(loaded) == Codes{"E022 9:18"});
}

TEST_CASE("test data keeps its types", "[unit][config][tests]") {
  const auto loaded = graph(
      kIn + kOut +
      "errors: { eval: dead_letter, dead_letter_topic: bad }\n"
      "tests:\n"
      "  - name: x\n"
      "    batches: [ { in: [ 1, -2, 0.5, '1', null, true, text, { value: { a: [1] } } ] }, {} ]\n"
      "    expect: { in: [ { 1: 2 }, [ { key: k, value: v }, { value: ~ } ] ],\n"
      "              dead_letters: [ { cause: eval } ] }\n");
  INFO(loaded.diagnostics.print());
  REQUIRE(loaded.ok());
  const TestConfig& test = loaded.application.tests.at(0);
  std::string values;
  for (const TestRecord& record : test.batches[0].input[0].second)
    values += record.value->dump() + " ";
  CHECK(values == R"(1 -2 0.5 "1" null true "text" {"a":[1]} )");
  CHECK(test.streams[0].batches[0].records[0].key == TestValue(1));
  CHECK_FALSE(test.streams[0].batches[0].ordered);
  CHECK(test.streams[0].batches[1].ordered);
  CHECK_FALSE(test.streams[0].batches[1].records[1].key.has_value());
  CHECK(test.dead_letters->at(0).cause == "eval");
}

TEST_CASE("a test expects only what can happen", "[unit][config][tests]") {
  const auto loaded = graph(kIn + kOut +
                            "tests:\n"
                            "  - name: x\n"
                            "    batches: [ { advance: 750ms }, { advance: 1s, in: [ a ] } ]\n"
                            "    expect: { in: [ ~, ~, ~ ], dead_letters: [ { cause: eval } ] }\n");
  INFO(loaded.diagnostics.print());
  CHECK(codes(loaded) == Codes{"E031 8:16", "E014 8:36", "E031 9:27", "E050 9:46"});
  CHECK(loaded.diagnostics.all()[0].help == "nearest: 500ms, 1s");
}

TEST_CASE("a function that nothing calls is a warning", "[unit][config][graph]") {
  const auto with = [](const std::string& functions) {
    return load(file("functions: |\n  " + functions + "\n", "      - map: used(value)\n"));
  };
  CHECK(with("function used(x) return helper(x) end\n  function helper(x) return x end").ok());
  CHECK(bare(with("function used(x) return x end")).empty());
  const auto loaded = with("function used(x) return x end\n  local function spare() return 1 end");
  CHECK(codes(loaded) == Codes{"W023 6:18"});
}

TEST_CASE("names follow Kafka's rules", "[unit][config][names]") {
  CHECK(topicNameProblem("a.b_c-9").empty());
  CHECK_FALSE(topicNameProblem("").empty());
  CHECK_FALSE(topicNameProblem("..").empty());
  CHECK_FALSE(topicNameProblem(std::string(250, 'a')).empty());
  CHECK_FALSE(applicationNameProblem("__a").empty());
  CHECK_FALSE(applicationNameProblem(std::string(121, 'a')).empty());
  CHECK(isInternalTopic("app-ledger", "app"));
  CHECK(isInternalTopic("app-changelog-x", "app"));
  CHECK_FALSE(isInternalTopic("app-ledgers", "app"));
  CHECK_FALSE(isInternalTopic("application", "app"));
}
