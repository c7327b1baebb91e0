// What YAML makes of files: look-ups, models; and of queries.
#include "src/pipeline/rows/file_rows.hpp"

#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/unit/pipeline/pipeline_runner.hpp"

using namespace lockstep;
using Catch::Matchers::Contains;
using test::Lines;
using test::PipelineRunner;
using test::PipelineText;

namespace {

struct File {
  test::TempFolder folder;
  std::string path;
  File(const std::string& name, const std::string& text) : path((folder.path() / name).string()) {
    write(text);
  }
  void write(const std::string& text) const { std::ofstream(path) << text; }
  /// A stream `table` of the file, and more.
  [[nodiscard]] PipelineText text(const std::string& key, const std::string& out) const {
    return {"", "json",
            "errors: { decode: dead_letter, eval: dead_letter, dead_letter_topic: dlq }\n",
            "  table: { table: { file: " + path + ", key: " + key + " } }\n  out: " + out + "\n",
            "out"};
  }
};
std::string told(const PipelineText& text) {
  auto loaded = config::loadText("app.yaml", text.yaml(), {});
  const auto pipeline = buildPipeline(loaded.application, loaded.diagnostics);
  CHECK(pipeline.graph == nullptr);
  return loaded.diagnostics.print();
}
Result<FileRowTable::Rows> csv(const std::string& text) { return parseCsvRows(text, "id"); }

}  // namespace

TEST_CASE("CSV has a header, quotes, numbers and empty fields", "[unit][pipeline][row_files]") {
  const File file("t.csv",
                  "id,name,n,zip\r\n1,\"a \"\"b\"\", c\",2.5,01234\r\n2,,-3,\"7\"\r\n\r\n");
  PipelineRunner runner(file.text("id", "{ join: { stream: in, table: table } }"), 1, 1);
  runner.feed("1", "0");
  runner.feed("2", "0");
  runner.feed("3", "0");
  CHECK(runner.batch() ==
        Lines{R"("1"={"left":0,"right":{"id":"1","n":2.5,"name":"a \"b\", c","zip":"01234"}})",
              R"("2"={"left":0,"right":{"id":"2","n":-3,"name":null,"zip":"7"}})",
              R"("3"={"left":0,"right":null})"});
  CHECK_THAT(csv("id\n\"a").status().message(), Contains("has no end"));
  CHECK_THAT(csv("id,n\na").status().message(),
             Contains("row 1: 1 fields, where the header has 2"));
  CHECK_THAT(csv("id\na\na").status().message(), Contains("row 2: 'a' has the id of an earlier"));
  CHECK_THAT(csv("n\n1").status().message(), Contains("in 'id'"));
}

TEST_CASE("a JSON file is a list of objects, looked up by any key", "[unit][pipeline][row_files]") {
  const File file("t.json", R"([ {"id": 7, "tags": ["x"]}, {"id": "k", "tags": []} ])");
  PipelineRunner runner(
      file.text("id", "{ join: { stream: in, table: table, key: value.ref, on_missing: drop } }"));
  for (const auto* value : {R"({"ref":7})", R"({"ref":"k"})", R"({"ref":8})", R"({"ref":null})"})
    runner.feed("a", value);
  CHECK(runner.batch() == Lines{R"("a"={"left":{"ref":7},"right":{"id":7,"tags":["x"]}})",
                                R"("a"={"left":{"ref":"k"},"right":{"id":"k","tags":[]}})"});
  file.write(R"([ {"id": "8", "tags": 1} ])");
  runner.feed("a", R"({"ref":8})");
  CHECK(runner.batch() == Lines{R"("a"={"left":{"ref":8},"right":{"id":"8","tags":1}})"});
  CHECK_FALSE(parseJsonRows("{}", "id").ok());
  CHECK_FALSE(parseJsonRows("[1]", "id").ok());
  CHECK_FALSE(parseJsonRows("[", "id").ok());
}

TEST_CASE("on_missing: dead_letter of a file keeps the record as it came",
          "[unit][pipeline][row_files]") {
  const File file("t.csv", "id,n\na,1\n");
  PipelineRunner runner(
      file.text("id", "{ join: { stream: in, table: table, on_missing: dead_letter } }"));
  runner.feed("b", "2");
  CHECK(runner.batch().empty());
  CHECK(runner.run.records("dlq") == Lines{"b=2"});
}

TEST_CASE("a linear and a logistic model add up weights", "[unit][pipeline][row_files]") {
  const File file("model.csv", "name,weight\nintercept,-4\namount,0.5\nabroad,2\n");
  const auto step = [](const std::string& kind) {
    return "{ from: in, steps: [ { model: { table: table, kind: " + kind +
           ", features: '{ amount = value.amount, abroad = value.far and 1 or 0 }' } } ] }";
  };
  PipelineRunner linear(file.text("name", step("linear")));
  linear.feed("a", R"({"amount":10,"far":true})");
  linear.feed("b", R"({"amount":1})");
  linear.feed("c", R"({"far":true})");
  CHECK(linear.batch() == Lines{R"("a"={"input":{"amount":10,"far":true},"prediction":3.0})",
                                R"("b"={"input":{"amount":1},"prediction":-3.5})"});
  CHECK(linear.run.records("dlq").size() == 1);
  PipelineRunner logistic(file.text("name", step("logistic")));
  logistic.feed("a", R"({"amount":8})");
  CHECK(logistic.batch() == Lines{R"("a"={"input":{"amount":8},"prediction":0.5})"});
  file.write("name,weight\nintercept,x\n");  // kept out
  logistic.feed("a", R"({"amount":8})");
  CHECK(logistic.batch().size() == 1);
  file.write("name,weight\nintercept,0\n");
  logistic.feed("a", R"({"amount":8000})");
  CHECK(logistic.batch() == Lines{R"("a"={"input":{"amount":8000},"prediction":0.5})"});
}

TEST_CASE("the nearest centre is a k-means model's prediction", "[unit][pipeline][row_files]") {
  const File file("centres.csv", "id,x,y\nnear,0,0\nfar,10,10\n");
  PipelineRunner runner(
      file.text("id",
                "{ from: in, steps: [ { model: { table: table, kind: kmeans, features: value } }, "
                "{ mapValues: value.prediction } ] }"));
  for (const auto* value : {R"({"x":1,"y":2})", R"({"x":9,"y":8})", R"({"x":5,"y":5})"})
    runner.feed("a", value);
  CHECK(runner.batch() == Lines{R"("a"="near")", R"("a"="far")", R"("a"="far")"});
}

TEST_CASE("mistakes about files and models are told at their places",
          "[unit][pipeline][row_files]") {
  const File file("model.csv", "name,weight\na,text\n");
  CHECK_THAT(told(file.text("name",
                            "{ from: in, steps: [ { model: { table: table, kind: "
                            "linear, features: value } } ] }")),
             Contains("error[E035]: the table is no such model: 'a' has no number"));
  CHECK_THAT(told(file.text("name",
                            "{ from: in, steps: [ { model: { table: in, kind: linear, "
                            "features: value } } ] }")),
             Contains("error[E037]: 'in' is no table of a file"));
  CHECK_THAT(told(file.text("id", "{ join: { stream: in, table: table } }")),
             Contains("error[E035]: row 1: there is no text or whole number in 'id'"));
  std::filesystem::remove(file.path);
  CHECK_THAT(told(file.text("name", "{ join: { stream: in, table: table } }")),
             Contains("error[E035]"));
}

TEST_CASE("sql gives rows of a query over the batch", "[unit][pipeline][row_sql]") {
  const auto steps = [](const std::string& query) {
    return PipelineText{"      - sql: \"" + query + "\"\n", "json"};
  };
  PipelineRunner grouped(steps("select key, sum(value) as value from batch group by key"));
  grouped.feed("b", "1"), grouped.feed("a", "2"), grouped.feed("b", "3.5");
  CHECK(grouped.batch() == Lines{R"("a"=2)", R"("b"=4.5)"});
  CHECK(grouped.batch().empty());
  PipelineRunner fields(
      steps("select key, value ->> 'n' as n, value ->> 't' as text from batch where n > 1 "
            "order by n desc limit 2"));
  for (const auto* value : {R"({"n":1})", R"({"n":2,"t":"x"})", R"({"n":9})", R"({"n":4})"})
    fields.feed("k", value);
  CHECK(fields.batch() == Lines{R"("k"={"n":9,"text":null})", R"("k"={"n":4,"text":null})"});
}

TEST_CASE("a mistake in a query is told at its place", "[unit][pipeline][row_sql]") {
  const auto message = told({"      - sql: select key, amount from batch\n"});
  CHECK_THAT(message, Contains("app.yaml:8:26: error[E036]: the query: no such column: amount"));
  CHECK_THAT(told({"      - sql: select random() from batch\n"}),
             Contains("random() cannot be called"));
  CHECK_THAT(told({"      - sql: drop table batch\n"}), Contains("only a select"));
}
