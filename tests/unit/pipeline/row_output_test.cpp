// What outputs of a file make of rows: topic, partition, headers, lines of files.
#include "src/config/loader.hpp"
#include "src/pipeline/pipeline_builder.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/graph_runner.hpp"

using namespace lockstep;
using Texts = std::vector<std::string>;

namespace {

/// A file with one stream `in` of JSON values and the outputs, run on the fakes.
class OutputsRunner {
 public:
  explicit OutputsRunner(const std::string& outputs) {
    auto loaded = config::loadText("app.yaml",
                                   "application: app\n"
                                   "kafka: { bootstrap: b:9092 }\n"
                                   "streams: { in: { kafka: { topics: [in], value: json } } }\n"
                                   "outputs:\n" +
                                       outputs,
                                   {});
    auto pipeline = buildPipeline(loaded.application, loaded.diagnostics);
    problems = loaded.diagnostics.print();
    expressions = pipeline.expressions.size();
    if (pipeline.graph == nullptr) return;
    run.use(pipeline.graph);
    run.prepare();
    run.deadLetters();
  }
  void feed(const std::string& json,
            std::vector<std::pair<std::string, std::string>> headers = {}) {
    run.input.append({"in", Partition{0}}, {"k", json, test::at(7), std::move(headers)});
  }
  /// "topic/partition value" of each record.
  [[nodiscard]] Texts records() const {
    Texts lines;
    for (const auto& output : run.last.outputs)
      for (const auto& record : output.records->records())
        lines.push_back(toString(output.partition) + " " + std::string(*record.value));
    return lines;
  }

  test::GraphRunner run;
  std::string problems;
  std::size_t expressions = 0;
};

}  // namespace

TEST_CASE("records choose topic and partition by expressions", "[unit][pipeline][row_output]") {
  OutputsRunner outputs(
      "  - from: in\n"
      "    kafka:\n"
      "      topic: { prefix: o-, name: value.to }\n"
      "      partition: value.n % 4\n"
      "      value: json\n");
  REQUIRE(outputs.problems.empty());
  CHECK(outputs.expressions == 2);
  outputs.run.addTopic("o-a", 3);
  outputs.feed(R"({"to":"a","n":5})");
  outputs.feed(R"({"to":"a","n":4.0})");
  outputs.feed(R"({"to":"a","n":3})");    // no such partition
  outputs.feed(R"({"to":"b","n":0})");    // no such topic
  outputs.feed(R"({"to":1,"n":0})");      // no name
  outputs.feed(R"({"to":"a","n":"x"})");  // no number
  outputs.run.batch();
  CHECK(outputs.records() == Texts{R"(o-a/0 {"to":"a","n":4.0})", R"(o-a/1 {"to":"a","n":5})",
                                   R"(dlq/0 {"to":"a","n":3})", R"(dlq/0 {"to":"b","n":0})",
                                   R"(dlq/0 {"to":1,"n":0})", R"(dlq/0 {"to":"a","n":"x"})"});
  const auto& letters = outputs.run.last.counters.dead_letters;
  CHECK(letters.at({"kafka o-*", RecordErrorKind::kProduce}) == 2);
  CHECK(letters.at({"kafka o-*", RecordErrorKind::kEval}) == 2);
}

TEST_CASE("headers come behind those of the record; nil leaves one out",
          "[unit][pipeline][row_output]") {
  OutputsRunner outputs(
      "  - from: in\n"
      "    kafka:\n"
      "      topic: o\n"
      "      value: json\n"
      "      headers:\n"
      "        source: '\"shop\"'\n"
      "        number: value.n\n"
      "        list: value.l\n"
      "        maybe: value.m\n");
  REQUIRE(outputs.problems.empty());
  outputs.feed(R"({"n":7,"l":[1,2]})", {{"h", "1"}});
  outputs.feed(R"({"n":1.5,"l":true,"m":"x"})");
  outputs.run.batch();
  const auto records = outputs.run.last.outputs.at(0).records->records();
  const auto headers = [&](std::size_t i) {
    return std::vector<Header>(records[i].headers.begin(), records[i].headers.end());
  };
  CHECK(headers(0) ==
        std::vector<Header>{{"h", "1"}, {"source", "shop"}, {"number", "7"}, {"list", "[1,2]"}});
  CHECK(headers(1) == std::vector<Header>{
                          {"source", "shop"}, {"number", "1.5"}, {"list", "true"}, {"maybe", "x"}});
}

TEST_CASE("an expression of an output with a mistake is reported at its place",
          "[unit][pipeline][row_output]") {
  const OutputsRunner outputs(
      "  - { from: in, kafka: { topic: { prefix: o-, name: valu.to }, partition: 1 +, "
      "headers: { a: b } } }\n");
  CAPTURE(outputs.problems);
  CHECK(outputs.problems.find("app.yaml:5:53: error[E020]") != std::string::npos);
  CHECK(outputs.problems.find("app.yaml:5:78: error[E020]") != std::string::npos);
  CHECK(outputs.problems.find("app.yaml:5:94: error[E020]") != std::string::npos);
}

TEST_CASE("files hold rows as print shows them, or as JSON", "[unit][pipeline][row_output]") {
  OutputsRunner outputs(
      "  - { from: in, files: { dir: /out } }\n"
      "  - { from: in, files: { dir: /out, name: j, suffix: jsonl, format: json } }\n");
  REQUIRE(outputs.problems.empty());
  outputs.feed(R"({"a":1})");
  outputs.run.batch();
  CHECK(outputs.records() ==
        Texts{"/out/in-1000/part-0000000001/0 (k,{\"a\":1})\n",
              "/out/j-1000.jsonl/part-0000000001/0 {\"key\":\"k\",\"value\":{\"a\":1}}\n"});
}
