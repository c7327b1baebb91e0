// Event time in YAML: assignTimestamps and eventWindow on rows, and what lint says.
#include "tests/support/catch.hpp"
#include "tests/unit/pipeline/pipeline_runner.hpp"

using namespace lockstep;
using test::Lines;
using test::PipelineRunner;
using test::PipelineText;

namespace {

std::string steps(const std::string& window, const std::string& clock = "value.t") {
  return "      - id: clock\n        assignTimestamps: " + clock +
         "\n      - filter: value.v ~= 9\n      - mapValues: value.v\n      - id: w\n" +
         "        eventWindow: " + window + "\n";
}

/// Values {"t": time, "v": number} by key.
class Events {
 public:
  explicit Events(const std::string& window, const std::string& clock = "value.t",
                  const std::string& more = {})
      : runner_({steps(window, clock), "json", more}, 1, 1) {}

  Events& at(std::int64_t time, const std::string& key, int value = 1) {
    runner_.feed(key, "{\"t\":" + std::to_string(time) + ",\"v\":" + std::to_string(value) + "}");
    return *this;
  }
  Lines batch() {
    runner_.run.batch();
    return runner_.run.records();
  }
  [[nodiscard]] const BatchCounters& counters() const { return runner_.run.last.counters; }
  [[nodiscard]] Lines deadLetters() const { return runner_.run.records("dlq"); }
  [[nodiscard]] const DStreamGraph& graph() const { return *runner_.run.graph; }

 private:
  PipelineRunner runner_;
};

std::string value(int start, int end, const std::string& result) {
  return "{\"value\":" + result + ",\"window_end\":" + std::to_string(end) +
         ",\"window_start\":" + std::to_string(start) + "}";
}
std::string lint(const std::string& all_steps, const std::string& streams = {},
                 const std::string& more = {}) {
  auto loaded =
      config::loadText("app.yaml", PipelineText{all_steps, "json", more, streams, "in"}.yaml(), {});
  if (!loaded.diagnostics.hasErrors())
    static_cast<void>(buildPipeline(loaded.application, loaded.diagnostics));
  return loaded.diagnostics.print();
}

}  // namespace

TEST_CASE("eventWindow folds each key's values by name, expression, zero, or lists them",
          "[unit][pipeline][event_time]") {
  const auto [how, result] = GENERATE(table<std::string, std::string>({
      {", reduce: sum", "7"},
      {", reduce: 'a * 10 + b'", "34"},
      {", reduce: max", "4"},
      {", reduce: count", "2"},
      {", zero: '100', seqOp: a - b, combOp: a + b", "93"},
      {"", "[3,4]"},
  }));
  CAPTURE(how);
  Events run("{ tumbling: 1s" + how + " }");
  run.at(1100, "a", 3).at(1200, "a", 9).at(1900, "a", 4).at(500, "b", 1).at(2000, "z");
  const Lines found = run.batch();
  REQUIRE(found.size() == 2);
  CHECK(found[1] == "\"a\"=" + value(1000, 2000, result));
}

TEST_CASE("sliding windows, sessions and windows over all records",
          "[unit][pipeline][event_time]") {
  Events sliding("{ sliding: 2s, slide: 1s, reduce: sum }");
  sliding.at(1100, "a", 1).at(2100, "a", 2).at(3000, "b", 4);
  CHECK(sliding.batch() ==
        Lines{"\"a\"=" + value(0, 2000, "1"), "\"a\"=" + value(1000, 3000, "3")});
  Events session("{ session: 500ms, reduce: count }");
  session.at(1100, "a").at(1600, "a").at(3000, "b");
  CHECK(session.batch() == Lines{"\"a\"=" + value(1100, 2100, "2")});
  Events all("{ tumbling: 1s, reduce: sum, all: true }");
  all.at(1100, "a", 1).at(1600, "b", 2).at(3000, "b", 4);
  CHECK(all.batch() == Lines{"~=" + value(1000, 2000, "3")});
  CHECK(all.graph().states()[1].shards == 1);
}

TEST_CASE("delay and lateness count, and late records go where errors.late says",
          "[unit][pipeline][event_time]") {
  const std::string clock = "{ time: value.t, delay: 1s }";
  Events run("{ tumbling: 1s, reduce: count, lateness: 500ms }", clock,
             "errors: { late: dead_letter, dead_letter_topic: dlq }\n");
  run.at(1100, "a").at(2999, "b");
  CHECK(run.batch().empty());
  run.at(1200, "a").at(3000, "b");
  CHECK(run.batch() == Lines{"\"a\"=" + value(1000, 2000, "2")});
  run.at(1300, "a").at(3500, "b");
  CHECK(run.batch() == Lines{"\"a\"=" + value(1000, 2000, "3")});
  run.at(1400, "a").at(3500, "b");
  CHECK(run.batch().empty());
  CHECK(run.deadLetters().size() == 1);
  CHECK(run.counters().dead_letters.begin()->first.second == RecordErrorKind::kLate);
}

TEST_CASE("without an expression the record's timestamp is its event time",
          "[unit][pipeline][event_time]") {
  PipelineRunner run({"      - id: clock\n        assignTimestamps: { delay: 0s }\n"
                      "      - id: w\n        eventWindow: { tumbling: 5ms }\n",
                      "string"},
                     1, 1);
  run.feed("a", "x");  // at 7 ms, as all records of the fake input
  test::InputRecord later{"b", "y"};
  later.timestamp = WallTime(std::chrono::milliseconds(10));
  run.run.input.append({"in", Partition{0}}, later);
  run.run.batch();
  CHECK(run.run.records() == Lines{"\"a\"=" + value(5, 10, "[\"x\"]")});
}

TEST_CASE("an event time that is no number is an eval error", "[unit][pipeline][event_time]") {
  PipelineRunner run({steps("{ tumbling: 1s }"), "json"}, 1, 1);
  run.feed("a", "{\"t\":\"noon\",\"v\":1}");
  CHECK_THAT(run.run.run(run.run.plan()).status.toString(),
             Catch::Matchers::Contains("an event time is a number of milliseconds"));
}

TEST_CASE("lint says what is wrong with a window, and where", "[unit][pipeline][event_time]") {
  const auto [window, says] = GENERATE(table<std::string, std::string>({
      {"{ reduce: sum }", "error[E009]: eventWindow has none of tumbling, sliding"},
      {"{ tumbling: 1s, session: 1s }", "error[E009]: eventWindow has both tumbling and session"},
      {"{ sliding: 1s }", "error[E009]: sliding and slide go together"},
      {"{ tumbling: 1s, slide: 1s }", "error[E009]: sliding and slide go together"},
      {"{ tumbling: 0s }", "error[E031]: tumbling is shorter than 1ms"},
      {"{ session: 1s, zero: '0' }", "error[E009]: zero, seqOp and combOp go together"},
      {"{ session: 1s, zero: '0', seqOp: sum, combOp: sum, reduce: sum }",
       "error[E015]: reduce has no effect with zero"},
      {"{ session: 1s, gap: 1s }", "error[E010]: eventWindow has no option 'gap'"},
  }));
  CHECK_THAT(lint(steps(window)), Catch::Matchers::Contains(says));
}

TEST_CASE("a window in event time needs assignTimestamps before, with no shuffle between",
          "[unit][pipeline][event_time]") {
  const std::string window = "      - id: w\n        eventWindow: { tumbling: 1s }\n";
  const std::string clock = "      - id: clock\n        assignTimestamps: value.t\n";
  CHECK_THAT(lint(window), Catch::Matchers::Contains("9:9: error[E034]: the records have no"));
  CHECK_THAT(lint(clock + "      - distinct:\n" + window), Catch::Matchers::Contains("E034"));
  CHECK(lint(clock + "      - flatMap: '{ value, value }'\n" + window).empty());
  CHECK_THAT(lint("      - assignTimestamps: value.t\n"), Catch::Matchers::Contains("E042"));
  CHECK_THAT(lint(clock + window, "", "errors: { late: dead_letter }\n"),
             Catch::Matchers::Contains("errors.late: dead_letter needs a topic"));
}

TEST_CASE("a union keeps event times that its streams share", "[unit][pipeline][event_time]") {
  const std::string parts =
      "  even:\n    from: in\n    steps:\n      - filter: value.v % 2 == 0\n"
      "  odd:\n    from: in\n    steps:\n      - filter: value.v % 2 == 1\n"
      "  both:\n    from: [even, odd]\n    steps:\n      - id: w\n"
      "        eventWindow: { tumbling: 1s, reduce: count }\n";
  PipelineRunner run(
      {"      - id: clock\n        assignTimestamps: value.t\n", "json", "", parts, "both"}, 1, 1);
  for (const auto* value : {R"({"t":1100,"v":1})", R"({"t":1200,"v":2})", R"({"t":2000,"v":2})"})
    run.feed("a", value);
  run.run.batch();
  CHECK(run.run.records() == Lines{"\"a\"=" + value(1000, 2000, "2")});
}

TEST_CASE("a union of streams with clocks of their own is a mistake where times are needed",
          "[unit][pipeline][event_time]") {
  const std::string clock = "      - id: clock\n        assignTimestamps: value.t\n";
  const std::string other = "  other:\n    kafka: { topics: [other], key: string, value: json }\n";
  const std::string timed = "    steps:\n      - id: clock2\n        assignTimestamps: value.t\n";
  const std::string both =
      "  both:\n    from: [in, other]\n    steps:\n      - filter: value.t > 0\n"
      "      - id: w\n        eventWindow: { tumbling: 1s }\n";
  const std::string mistake =
      "error[E034]: the records have no event time here: the union 'both' brings together";
  CHECK_THAT(lint(clock, other + timed + both), Catch::Matchers::Contains(mistake));
  CHECK_THAT(lint(clock, other + both), Catch::Matchers::Contains(mistake));
  CHECK_THAT(lint(clock, other + both), Catch::Matchers::Contains("behind the union instead"));
  CHECK_THAT(lint(clock + "      - union: other\n      - id: w\n"
                          "        eventWindow: { tumbling: 1s }\n",
                  other),
             Catch::Matchers::Contains("the union 'in.union#"));
}

TEST_CASE("assignTimestamps behind a union waits for all partitions of all its streams",
          "[unit][pipeline][event_time]") {
  const std::string more =
      "  other:\n    kafka: { topics: [other], key: string, value: json }\n"
      "  both:\n    from: [in, other]\n    steps:\n      - id: clock\n"
      "        assignTimestamps: value.t\n      - id: w\n"
      "        eventWindow: { tumbling: 1s, reduce: count }\n";
  PipelineRunner run({"", "json", "", more, "both"}, 1, 1);
  const auto feed = [&](const std::string& topic, const std::string& time) {
    run.run.input.append({topic, Partition{0}}, {"a", R"({"t":)" + time + "}"});
  };
  feed("in", "1100");
  feed("in", "9000");
  run.run.batch();
  CHECK(run.run.records().empty());  // the other topic may have anything
  feed("other", "1200");
  feed("other", "2000");
  run.run.batch();
  CHECK(run.run.records() == Lines{"\"a\"=" + value(1000, 2000, "2")});
}

TEST_CASE("streams of different slides in one step are a mistake with a place",
          "[unit][pipeline][row_windows]") {
  const std::string slow =
      "  slow:\n    from: in\n    steps:\n      - id: w\n"
      "        window: { window: 2s, slide: 1s }\n"
      "  mixed:\n    from: slow\n    steps:\n      - join: in\n"
      "  both: { from: [in, slow] }\n";
  const std::string found = lint("", slow);
  CHECK_THAT(found, Catch::Matchers::Contains("15:9: error[E032]: 'mixed.join#1' brings streams"));
  CHECK_THAT(found, Catch::Matchers::Contains("16:3: error[E032]: 'both' brings streams"));
}
