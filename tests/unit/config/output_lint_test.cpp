// Outputs as the file spells them: topics that records choose, headers, files; and their mistakes.
#include "tests/support/catch.hpp"
#include "tests/unit/config/load.hpp"

using namespace lockstep;
using namespace lockstep::config;
using namespace lockstep::config::test;
using Catch::Matchers::Contains;

namespace {

using CodeList = std::vector<std::string>;

/// Line 5 holds the outputs, from column 12 on.
LoadedFile withOutputs(const std::string& outputs) {
  return load(
      "application: app\nkafka: { bootstrap: b }\n"
      "streams:\n  in: { kafka: { topics: [t] } }\noutputs: [ " +
      outputs + " ]\n");
}

}  // namespace

TEST_CASE("an output's topic, partition and headers are expressions", "[unit][config][outputs]") {
  const auto loaded = withOutputs(
      "{ from: in, kafka: { topic: { prefix: orders-, name: value.country }, "
      "partition: value.shop % 8, headers: { content-type: '\"json\"', shop: value.shop } } }");
  CHECK(codes(loaded) == CodeList{});
  const auto& kafka = *loaded.application.outputs.at(0).kafka();
  CHECK(kafka.topic == "orders-");
  REQUIRE(kafka.topic_name);
  CHECK(*kafka.topic_name == "value.country");
  REQUIRE(kafka.partition);
  CHECK(*kafka.partition == "value.shop % 8");
  REQUIRE(kafka.headers.size() == 2);
  CHECK(kafka.headers[0].first == "content-type");
  CHECK(kafka.headers[0].second == "\"json\"");
  CHECK(kafka.writes("orders-de"));
  CHECK_FALSE(kafka.writes("orders-"));
  CHECK_FALSE(kafka.writes("other"));
}

TEST_CASE("files have a folder, a name, a suffix and a format", "[unit][config][outputs]") {
  const auto loaded = withOutputs(
      "{ from: in, files: { dir: /data, name: n, suffix: jsonl, format: json } }, "
      "{ from: in, files: { dir: /data } }");
  CHECK(codes(loaded) == CodeList{});
  const auto& first = *loaded.application.outputs.at(0).files();
  CHECK(first.prefix("in") == "/data/n");
  CHECK(first.format == FileFormat::kJson);
  CHECK(loaded.application.outputs.at(1).files()->prefix("in") == "/data/in");
  CHECK(loaded.application.outputs.at(1).files()->format == FileFormat::kText);
}

TEST_CASE("an output with a mistake is refused at its place", "[unit][config][outputs]") {
  struct Row {
    std::string outputs;
    CodeList codes;
    std::string text;
  };
  const auto row = GENERATE(values<Row>({
      {"{ from: in, kafka: { topic: { prefix: p- } } }", {"E009 5:40"}, "needs 'name'"},
      {"{ from: in, kafka: { topic: { prefix: '', name: key } } }", {"E014 5:50"}, "is empty"},
      {"{ from: in, kafka: { topic: { prefix: a/b, name: key } } }", {"E018 5:50"}, "'/'"},
      {"{ from: in, kafka: { topic: { prefix: app-changelog-, name: key } } }",
       {"E026 5:50"},
       "reserved"},
      {"{ from: in, kafka: { topic: { prefix: __c, name: key } } }", {"E026 5:50"}, "reserved"},
      {"{ from: in, kafka: { topic: o, headers: [a] } }", {"E008 5:52"}, "needs a map"},
      {"{ from: in, kafka: { topic: o, headers: { a: hash(value, 3) } } }",
       {"E030 5:69"},
       "a comma ends"},
      {"{ from: in, files: {} }", {"E009 5:31"}, "needs 'dir'"},
      {"{ from: in, files: { dir: '' } }", {"E014 5:38"}, "dir is empty"},
      {"{ from: in, files: { dir: d, name: a/b } }", {"E018 5:47"}, "no legal name"},
      {"{ from: in, files: { dir: d, suffix: .x } }", {"E018 5:49"}, "begins with a dot"},
      {"{ from: in, files: { dir: d, format: avro } }", {"E011 5:49"}, "text or json"},
      {"{ from: in, files: { dir: d } }, { from: in, files: { dir: d } }",
       {"E033 5:45"},
       "another 'name'"},
  }));
  const auto loaded = withOutputs(row.outputs);
  CAPTURE(row.outputs, loaded.diagnostics.print());
  CHECK(codes(loaded) == row.codes);
  CHECK_THAT(loaded.diagnostics.print(), Contains(row.text));
}

TEST_CASE("a prefix that an input's topic begins with is a circle", "[unit][config][outputs]") {
  const auto loaded = load(
      "application: app\nkafka: { bootstrap: b }\n"
      "streams:\n  in: { kafka: { topics: [orders-in] } }\n"
      "outputs: [ { from: in, kafka: { topic: { prefix: orders-, name: key } } } ]\n");
  CHECK(codes(loaded) == CodeList{"W027 5:50"});
}
