// Windows in YAML: each operator on rows, named reductions and expressions, and what lint says.
#include "tests/support/catch.hpp"
#include "tests/unit/pipeline/pipeline_runner.hpp"

using namespace lockstep;
using test::Lines;
using test::PipelineRunner;
using test::PipelineText;
using test::sorted;

namespace {

/// A pipeline whose batches are a second apart; keys and values of each batch as written.
class WindowRun {
 public:
  explicit WindowRun(const std::string& step, const std::string& value = "long")
      : runner_({"      - id: w\n        " + step + "\n", value, "batch: { interval: 1s }\n"}) {}

  using Records = std::vector<std::pair<std::string, std::string>>;
  Lines batch(const Records& records) {
    for (const auto& [key, value] : records) runner_.feed(key, value);
    runner_.run.batch();
    return sorted(runner_.run.records());
  }

 private:
  PipelineRunner runner_;
};

std::string eight(std::int64_t number) {
  std::string bytes;
  Serde<std::int64_t>{}.append(bytes, number);
  return bytes;
}
std::string lint(const std::string& step) {
  const PipelineText text{"      - id: w\n        " + step + "\n", "long",
                          "batch: { interval: 500ms }\n"};
  auto loaded = config::loadText("app.yaml", text.yaml(), {});
  static_cast<void>(buildPipeline(loaded.application, loaded.diagnostics));
  return loaded.diagnostics.print();
}

}  // namespace

TEST_CASE("reduceByKeyAndWindow by name, by expression and with an inverse",
          "[unit][pipeline][row_windows]") {
  const std::string how =
      GENERATE("reduce: sum", "reduce: a + b", "reduce: a + b, inverse: a - b, drop_empty: true",
               "reduce: sum, inverse: a - b, filter: value ~= 0");
  WindowRun run("reduceByKeyAndWindow: { window: 2s, slide: 1s, " + how + " }");
  CAPTURE(how);
  CHECK(run.batch({{"a", eight(1)}, {"b", eight(2)}, {"a", eight(3)}}) ==
        Lines{"\"a\"=4", "\"b\"=2"});
  CHECK(run.batch({{"b", eight(5)}}) == Lines{"\"a\"=4", "\"b\"=7"});
  CHECK(run.batch({}) == Lines{"\"b\"=5"});
  CHECK(run.batch({}).empty());
}

TEST_CASE("an inverse alone keeps keys at zero, and count needs no numbers",
          "[unit][pipeline][row_windows]") {
  WindowRun kept("reduceByKeyAndWindow: { window: 1s, slide: 1s, reduce: count, inverse: a - b }",
                 "string");
  CHECK(kept.batch({{"a", "x"}, {"a", "y"}}) == Lines{"\"a\"=2"});
  CHECK(kept.batch({}) == Lines{"\"a\"=0"});
  WindowRun gone("reduceByKeyAndWindow: { window: 1s, slide: 1s, reduce: count }", "string");
  CHECK(gone.batch({{"a", "x"}, {"a", "y"}}) == Lines{"\"a\"=2"});
  CHECK(gone.batch({}).empty());
}

TEST_CASE("counts and sums of integers with the inverse a - b are kept as longs",
          "[unit][pipeline][row_windows]") {
  const auto kept = [](const std::string& how, const std::string& value) {
    PipelineRunner runner(
        {"      - id: w\n        reduceByKeyAndWindow: { window: 2s, slide: 1s, " + how +
             ", drop_empty: true }\n",
         value, "batch: { interval: 1s }\n"});
    return runner.graph->states().at(0).value_type;
  };
  CHECK(kept("reduce: sum, inverse: a-b", "long") == "long");
  CHECK(kept("reduce: count, inverse: a  -  b", "json") == "long");
  CHECK(kept("reduce: sum, inverse: a - b", "json") == "value");
  CHECK(kept("reduce: sum, inverse: a + -b", "long") == "value");
  CHECK(kept("reduce: min, inverse: a - b", "long") == "value");
}

TEST_CASE("a filter of a window of longs hides keys and lets them come back",
          "[unit][pipeline][row_windows]") {
  WindowRun run(
      "reduceByKeyAndWindow: { window: 2s, slide: 1s, reduce: count, inverse: a - b, "
      "filter: \"value > 1 and key ~= 'z'\" }",
      "string");
  CHECK(run.batch({{"a", "x"}, {"b", "x"}, {"b", "y"}, {"z", "x"}, {"z", "y"}}) ==
        Lines{"\"b\"=2"});
  CHECK(run.batch({{"a", "x"}}) == Lines{"\"a\"=2", "\"b\"=2"});
  CHECK(run.batch({{"a", "x"}}) == Lines{"\"a\"=2"});
  CHECK(run.batch({}).empty());
}

TEST_CASE("windows over all records", "[unit][pipeline][row_windows]") {
  WindowRun window("window: { window: 2s, slide: 1s }");
  CHECK(window.batch({{"a", eight(1)}}) == Lines{"\"a\"=1"});
  CHECK(window.batch({{"b", eight(2)}}) == Lines{"\"a\"=1", "\"b\"=2"});
  CHECK(window.batch({}) == Lines{"\"b\"=2"});

  WindowRun count("countByWindow: { window: 2s, slide: 1s }");
  CHECK(count.batch({}).empty());
  CHECK(count.batch({{"a", eight(1)}, {"b", eight(1)}}) == Lines{"~=2"});
  CHECK(count.batch({}) == Lines{"~=2"});
  CHECK(count.batch({}) == Lines{"~=0"});

  WindowRun largest("reduceByWindow: { window: 2s, slide: 1s, reduce: max }");
  CHECK(largest.batch({{"a", eight(3)}, {"b", eight(7)}}) == Lines{"~=7"});
  CHECK(largest.batch({{"a", eight(5)}}) == Lines{"~=7"});
  CHECK(largest.batch({}) == Lines{"~=5"});
  CHECK(largest.batch({}).empty());
}

TEST_CASE("groups and counts of values in a window", "[unit][pipeline][row_windows]") {
  WindowRun groups("groupByKeyAndWindow: { window: 2s, slide: 1s }");
  CHECK(groups.batch({{"a", eight(1)}, {"a", eight(2)}}) == Lines{"\"a\"=[1,2]"});
  CHECK(groups.batch({{"a", eight(3)}}) == Lines{"\"a\"=[1,2,3]"});
  CHECK(groups.batch({}) == Lines{"\"a\"=[3]"});

  WindowRun counts("countByValueAndWindow: { window: 2s, slide: 1s }", "string");
  CHECK(counts.batch({{"", "x"}, {"", "x"}, {"", "y"}}) == Lines{"\"x\"=2", "\"y\"=1"});
  CHECK(counts.batch({{"", "x"}}) == Lines{"\"x\"=3", "\"y\"=1"});
  CHECK(counts.batch({}) == Lines{"\"x\"=1"});
}

TEST_CASE("window and slide that do not fit the interval are named with the nearest that do",
          "[unit][pipeline][row_windows]") {
  const auto has = [](const std::string& text, const std::string& part) {
    INFO(text);
    CHECK(text.find(part) != std::string::npos);
  };
  const auto odd = lint("countByWindow: { window: 1s, slide: 700ms }");
  has(odd, "error[E031]: slide 700ms is not a whole multiple of the batch interval 500ms");
  has(odd, "nearest legal values: 500ms, 1s");
  has(lint("window: { window: 0s, slide: 500ms }"), "E031");
  has(lint("window: { window: 1s }"), "window needs 'slide'");
  has(lint("window: { window: 10, slide: 500ms }"), "error[E0");
  has(lint("window: { window: 1s, slide: 1s }\n      - id: v\n        countByWindow: { window: 3s, "
           "slide: 1500ms }"),
      "slide 1500ms is not a whole multiple of the stream's slide 1s");
  has(lint("reduceByKeyAndWindow: { window: 1s, slide: 1s, reduce: a + b, inverse: a - b }"),
      "warning[W032]");
  has(lint("reduceByKeyAndWindow: { window: 1s, slide: 1s, reduce: sum, drop_empty: true }"),
      "drop_empty has no effect without inverse");
  CHECK(lint("reduceByKeyAndWindow: { window: 1s, slide: 1s, reduce: sum, inverse: a - b, "
             "drop_empty: true }")
            .empty());
}

TEST_CASE("an inverse that does not undo its reduce is named with the values that show it",
          "[unit][pipeline][row_windows]") {
  const auto linted = [](const std::string& functions) {
    return lint("reduceByKeyAndWindow:\n          { window: 1s, slide: 1s, drop_empty: true, " +
                functions + " }");
  };
  const auto [functions, message] = GENERATE(table<std::string, std::string>(
      {{"reduce: a + b, inverse: b - a",
        "inverse does not undo reduce: of a = 7 and b = 7 reduce makes 14, and inverse of 14 and 7 "
        "gives -7, not 7"},
       {"reduce: a + b, inverse: a + b", "gives 21, not 7"},
       {"reduce: max, inverse: a", "of a = 7 and b = 12 reduce makes 12"},
       {"reduce: count, inverse: a", "gives 14, not 7"},
       {"reduce: a + b, inverse: a.total", "inverse of 14 and 7 fails"},
       {"reduce: '{ n = a.n + b.n }', inverse: '{ n = a.n + b.n }'",
        "of a = {\"n\":7} and b = {\"n\":7} reduce makes {\"n\":14}"},
       {"reduce: a .. b, inverse: 'a:sub(1, #a - #b)'", "reduce depends on the order"}}));
  CAPTURE(functions);
  const auto text = linted(functions);
  INFO(text);
  CHECK(text.find("app.yaml:") != std::string::npos);
  CHECK(text.find("warning[W033]") != std::string::npos);
  CHECK(text.find(message) != std::string::npos);
  CHECK(text.find("help: ") != std::string::npos);
}

TEST_CASE("an inverse that undoes its reduce is accepted", "[unit][pipeline][row_windows]") {
  const std::string functions =
      GENERATE("reduce: sum, inverse: a - b", "reduce: count, inverse: a - b",
               "reduce: a * b, inverse: a / b",
               "reduce: '{ n = a.n + b.n, s = a.s + b.s }', "
               "inverse: '{ n = a.n - b.n, s = a.s - b.s }'");
  CAPTURE(functions);
  CHECK(lint("reduceByKeyAndWindow:\n          { window: 1s, slide: 1s, drop_empty: true, " +
             functions + " }") == "");
}
