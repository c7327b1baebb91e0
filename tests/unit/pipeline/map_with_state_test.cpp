// mapWithState of a YAML pipeline: update, value, initial, time-outs, removal, bad options.
#include "tests/support/catch.hpp"
#include "tests/unit/pipeline/pipeline_runner.hpp"

using namespace lockstep;
using test::Lines;
using test::PipelineRunner;
using test::PipelineText;
using test::sorted;

namespace {

PipelineText mapped(const std::string& options) {
  return {"      - map: { key: value, value: 1 }\n      - id: s\n        mapWithState: { " +
          options + " }\n"};
}

}  // namespace

TEST_CASE("update makes the state of each record, and value what is passed on",
          "[unit][pipeline][map_with_state]") {
  PipelineRunner run(mapped("initial: 10, update: state + value, value: 'state * 2'"));
  CHECK(run.batch({"a", "b", "a"}) == Lines{R"("a"=22)", R"("b"=22)", R"("a"=24)"});
  CHECK(run.batch().empty());
  CHECK(run.batch({"a"}) == Lines{R"("a"=26)"});
}

TEST_CASE("keys of initial_state are there from the first batch on",
          "[unit][pipeline][map_with_state]") {
  PipelineRunner run(
      mapped("initial_state: { a: { sum: 10 } }, "
             "update: '{ sum = (state.sum or 0) + value }', value: state.sum"));
  CHECK(run.batch({"a"}) == Lines{R"("a"=11)"});
  CHECK(run.batch({"a"}) == Lines{R"("a"=12)"});
}

TEST_CASE("nil removes the state, and passes nothing on", "[unit][pipeline][map_with_state]") {
  const std::string update =
      "'(function() if state == 2 then return nil end return (state or 0) + "
      "value end)()'";
  PipelineRunner run(mapped("update: " + update + ", value: state"));
  CHECK(run.batch({"a", "a", "a", "a"}) == Lines{R"("a"=1)", R"("a"=2)", R"("a"=1)"});
}

TEST_CASE("a key that is idle for longer than the time-out goes with a last value",
          "[unit][pipeline][map_with_state]") {
  PipelineRunner run(
      mapped("update: (state or 0) + value, "
             "value: 'timed_out and key .. state or nil', timeout: 1s"));
  CHECK(run.batch({"a", "b", "a"}).empty());
  CHECK(run.batch({"b"}).empty());
  CHECK(run.batch() == Lines{R"("a"="a2")"});
  CHECK(run.batch({"a"}) == Lines{R"("b"="b2")"});
  CHECK(run.run.state->contents("s").size() == 1);
}

TEST_CASE("a thousand records of one batch keep their own results",
          "[unit][pipeline][map_with_state]") {
  PipelineRunner run(mapped("update: 'key .. \" is the key of a state\"', value: 'key .. state'"),
                     1, 1);
  std::vector<std::string> values;
  Lines expected;
  for (int i = 0; i < 1500; ++i) {
    const auto name = std::to_string(i);
    values.push_back(name);
    expected.push_back("\"" + name + "\"=\"" + name + name + " is the key of a state\"");
  }
  run.run.feed(values);
  CHECK(run.batch() == expected);
}
