// Records that formats or expressions refuse, in a pipeline from YAML: dead letters, or the end.
#include <algorithm>

#include "tests/support/catch.hpp"
#include "tests/unit/pipeline/pipeline_runner.hpp"

using namespace lockstep;
using test::Lines;
using test::PipelineRunner;

namespace {

const std::string kDeadLetters =
    "errors: { decode: dead_letter, eval: dead_letter, produce: dead_letter, "
    "dead_letter_topic: dlq }\n";

std::string headerOf(const PipelineRunner& pipeline, std::string_view key) {
  for (const BatchOutput& output : pipeline.run.last.outputs) {
    if (output.role != OutputRole::kDeadLetter) continue;
    for (const Header& header : output.records->records()[0].headers) {
      if (header.key == key) return std::string(header.value.value_or("~"));
    }
  }
  return "missing";
}

}  // namespace

TEST_CASE("a record that does not fit the format is a dead letter of its stream",
          "[unit][pipeline][bad_records]") {
  PipelineRunner pipeline({"", "json", kDeadLetters});
  CHECK(pipeline.batch({"1", "nonsense", "2"}) == Lines{"~=1", "~=2"});
  CHECK(pipeline.run.records("dlq") == Lines{"~=nonsense"});
  CHECK(headerOf(pipeline, "lockstep.kind") == "decode");
  CHECK(headerOf(pipeline, "lockstep.step") == "in");
  CHECK(headerOf(pipeline, "lockstep.offset") == "1");
}

TEST_CASE("a record on which an expression fails is a dead letter of its step",
          "[unit][pipeline][bad_records]") {
  PipelineRunner pipeline({"      - id: add\n        map: value + 1\n", "json", kDeadLetters});
  CHECK(pipeline.batch({"1", "\"text\"", "2"}) == Lines{"~=2", "~=3"});
  CHECK(pipeline.run.records("dlq") == Lines{"~=\"text\""});
  CHECK(headerOf(pipeline, "lockstep.kind") == "eval");
  CHECK(headerOf(pipeline, "lockstep.step") == "add");
}

TEST_CASE("flatMap of anything but a list is an eval error", "[unit][pipeline][bad_records]") {
  PipelineRunner pipeline({"      - flatMap: value\n", "json", kDeadLetters});
  CHECK(pipeline.batch({"[1]", "7", "{\"a\":1}"}) == Lines{"~=1"});
  CHECK(pipeline.run.records("dlq").size() == 2);
  CHECK(headerOf(pipeline, "lockstep.cause").find("flatMap needs a list") != std::string::npos);
}

TEST_CASE("a row that does not fit the output's format is an eval error",
          "[unit][pipeline][bad_records]") {
  auto loaded = config::loadText("app.yaml",
                                 "application: app\nkafka: { bootstrap: b:9092 }\n" + kDeadLetters +
                                     "streams: { in: { kafka: { topics: [in], value: json } } }\n"
                                     "outputs: [ { from: in, kafka: { topic: out, value: long } } ]"
                                     "\n",
                                 {});
  auto pipeline = buildPipeline(loaded.application, loaded.diagnostics);
  REQUIRE(pipeline.graph != nullptr);
  test::GraphRunner run;
  run.use(pipeline.graph);
  run.prepare();
  run.services.errors = errorPolicyOf(loaded.application);
  run.feed({"7", "7.5", "8.0", "null"});
  run.batch();
  CHECK(run.records("out", true) == Lines{"~=7", "~=8", "~=~"});
  CHECK(run.records("dlq") == Lines{"~=7.5"});
}

TEST_CASE("a failing update keeps the key's state and loses only its own records",
          "[unit][pipeline][bad_records]") {
  PipelineRunner pipeline(
      {"      - id: s\n        updateStateByKey: { initial: 0, update: state + sum(values), "
       "emit: changed }\n",
       "json", kDeadLetters});
  pipeline.feed("a", "1");
  pipeline.feed("b", "1");
  pipeline.batch();
  pipeline.feed("a", "\"text\"");
  pipeline.feed("b", "1");
  CHECK(pipeline.batch() == Lines{R"("b"=2)"});
  CHECK_FALSE(pipeline.run.records("dlq").empty());
  pipeline.feed("a", "1");
  CHECK(pipeline.batch() == Lines{R"("a"=2)"});
}

TEST_CASE("with errors: stop the batch fails with E301 and names record and step",
          "[unit][pipeline][bad_records]") {
  PipelineRunner pipeline({"      - id: add\n        map: value + 1\n", "json"});
  const auto status = pipeline.failing({"1", "\"text\""});
  CHECK(status.info().code == "E301");
  CHECK(status.exitCode() == ExitCode::kData);
  CHECK(status.message().find("in/0@1") != std::string::npos);
  CHECK(status.message().find("'add'") != std::string::npos);
}
