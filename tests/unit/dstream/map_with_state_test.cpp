// mapWithState: a call per element, what a state allows, time-outs, the initial state, snapshots.
#include <lockstep/dstream/map_with_state.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/graph_runner.hpp"

using namespace lockstep;
using test::GraphRunner;
using Lines = std::vector<std::string>;
using std::chrono::milliseconds;
using Text = std::optional<std::string_view>;

namespace {

auto pairs(GraphRunner& run, int partitions = 1) {
  return run.stream("in", partitions).map([](const RecordView& r) {
    return std::pair{r.key.value_or(""), r.value.value_or("")};
  });
}
void put(GraphRunner& run, const std::string& key, const std::string& value, int partition = 0) {
  run.input.append({"in", Partition{partition}}, {key, value});
}
Lines sorted(Lines lines) {
  std::sort(lines.begin(), lines.end());
  return lines;
}
std::optional<std::pair<std::string, std::string>> line(std::string_view key, std::string text) {
  return std::pair{std::string(key), std::move(text)};
}

/// Appends values to the state; "-" removes it; tells what was there.
auto append(const std::string_view& key, Text value, State<std::string>& state) {
  const std::string old = state.getOption().value_or("none");
  if (state.isTimingOut()) return line(key, "out " + old);
  if (*value == "-")
    state.remove();
  else if (*value != "?")
    state.update((state.exists() ? state.get() : std::string()) + std::string(*value));
  return line(key, old + ">" + std::string(*value));
}

}  // namespace

TEST_CASE("the function is called for each element in order and sees what the one before left",
          "[unit][dstream][map_with_state]") {
  GraphRunner run;
  run.save(pairs(run).mapWithState(StateSpec::function(&append).id("s")));
  run.prepare(1);
  put(run, "k", "a"), put(run, "x", "1"), put(run, "k", "b"), put(run, "k", "-");
  put(run, "k", "c"), put(run, "y", "-");
  run.batch();
  CHECK(run.records() == Lines{"k=none>a", "x=none>1", "k=a>b", "k=ab>-", "k=none>c", "y=none>-"});
  CHECK(run.state->contents("s") == std::map<std::string, std::string>{{"k", "c"}, {"x", "1"}});
  CHECK(sorted(run.records("app-changelog-s")) == Lines{"k=c", "x=1"});
  run.batch();
  CHECK(run.records().empty());  // idle keys are not visited
  put(run, "x", "-");
  run.batch();
  CHECK(run.records("app-changelog-s") == Lines{"x=~"});
  CHECK(run.graph->states()[0].kind == "mapWithState");
}

TEST_CASE("nothing is passed on for an element whose result is empty, everything for a plain one",
          "[unit][dstream][map_with_state]") {
  GraphRunner run;
  const auto count = [](BatchTime time, std::string_view key, Text, State<std::int64_t>& state) {
    state.update(state.getOption().value_or(0) + 1);
    return std::pair{std::string(key) + "@" + std::to_string(time.time_since_epoch().count()),
                     std::to_string(state.get())};
  };
  const auto third = [](TaskContext& context, std::string_view key, Text,
                        State<std::int64_t>& state) {
    state.update(state.getOption().value_or(0) + 1);
    return state.get() % 3 == 0 ? line(key, std::to_string(context.batch.value())) : std::nullopt;
  };
  const auto input = pairs(run);
  run.save(input.mapWithState(StateSpec::function(count).id("a")), "counts");
  run.save(input.mapWithState(StateSpec::function(third).id("b")), "thirds");
  run.prepare(1);
  for (int i = 0; i < 4; ++i) put(run, "k", "v");
  run.batch();
  CHECK(run.records("counts") == Lines{"k@1000=1", "k@1000=2", "k@1000=3", "k@1000=4"});
  CHECK(run.records("thirds") == Lines{"k=1"});
}

TEST_CASE("what a state refuses rejects the record and leaves the state as it was",
          "[unit][dstream][map_with_state]") {
  GraphRunner run;
  run.deadLetters();
  const auto act = [](std::string_view key, Text value, State<std::string>& state) {
    if (!value) {
      if (key == "update") state.update("late");
      if (key == "remove") state.remove();
      return line(key, "out");
    }
    if (*value == "get") return line(key, state.get());
    state.update("changed");
    if (*value == "twice") state.remove(), state.remove();
    if (*value == "late") state.remove(), state.update("x");
    if (*value == "throw") throw std::runtime_error("no");
    return line(key, "set");
  };
  run.save(pairs(run).mapWithState(StateSpec::function(act).id("s").timeout(milliseconds(1000))));
  run.prepare(1);
  put(run, "k", "set"), put(run, "new", "get");
  for (const char* refused : {"twice", "late", "throw"}) put(run, "other", refused);
  put(run, "update", "set"), put(run, "remove", "set"), put(run, "k", "get");
  run.batch();
  CHECK(run.records() == Lines{"k=set", "update=set", "remove=set", "k=changed"});
  CHECK(run.records("dlq") == Lines{"new=get", "other=twice", "other=late", "other=throw"});
  CHECK(run.state->contents("s").size() == 3);
  run.batch(), run.batch();  // time-outs: the state goes, also where the function fails
  CHECK(run.records() == Lines{"k=out"});
  CHECK(sorted(run.records("dlq")) == Lines{"remove=~", "update=~"});
  CHECK(run.state->contents("s").empty());
}

TEST_CASE("a key times out when it was idle for longer than the time-out and not before",
          "[unit][dstream][map_with_state]") {
  GraphRunner run;  // batches at 1000, 2000, ...
  run.save(
      pairs(run).mapWithState(StateSpec::function(&append).id("s").timeout(milliseconds(2000))));
  CHECK(run.graph->needsIdleBatches());
  run.prepare(2);
  put(run, "a", "1"), put(run, "b", "1"), put(run, "c", "1");
  run.batch();
  put(run, "b", "?");  // a call counts, also one that writes nothing
  run.batch();
  run.batch();
  CHECK(run.records().empty());  // at 3000: idle for 2000, not for longer
  put(run, "c", "2");
  run.batch();  // at 4000: a goes; c has a value in this batch
  CHECK(sorted(run.records()) == Lines{"a=out 1", "c=1>2"});
  CHECK(sorted(run.records("app-changelog-s")) == Lines{"a=~", "c=12"});
  run.batch();
  CHECK(run.records() == Lines{"b=out 1"});
  put(run, "a", "3");
  run.batch();
  CHECK(run.records() == Lines{"a=none>3"});
  run.batch();
  CHECK(run.records() == Lines{"c=out 12"});
}

TEST_CASE("time-outs belong to the ticks that close", "[unit][dstream][map_with_state]") {
  GraphRunner run;
  run.save(
      pairs(run).mapWithState(StateSpec::function(&append).id("s").timeout(milliseconds(1500))));
  run.prepare(1);
  put(run, "a", "1");
  run.batch();
  auto open = run.plan();
  open.time = test::at(5000);
  open.closes_own_tick = false;
  run.batch(open);
  CHECK(run.records().empty());
  auto later = run.plan();
  later.time = test::at(6000);
  later.closes_first = {test::at(4000), test::at(5000)};
  put(run, "a", "2");
  later.ranges[0].until = run.input.end({"in", Partition{0}});
  run.batch(later);  // the open tick first: without the new value
  CHECK(run.records() == Lines{"a=out 1", "a=none>2"});
  CHECK(run.last.outputs[0].records->records()[0].timestamp == test::at(5000));
}

TEST_CASE("the initial state comes once, ages from the first batch and shows in snapshots",
          "[unit][dstream][map_with_state]") {
  GraphRunner run;
  const auto stream =
      pairs(run).mapWithState(StateSpec::function(&append)
                                  .id("s")
                                  .initialState({{"i", "old"}, {"i", "0"}, {"j", "1"}})
                                  .timeout(milliseconds(2000)));
  run.save(stream);
  run.save(stream.stateSnapshots(), "snapshots");
  run.prepare(3);
  auto first = run.plan();
  run.run(first);
  CHECK(sorted(run.records("snapshots")) == Lines{"i=0", "j=1"});
  Job::rollback(first.id, run.services);
  CHECK(run.state->contents("s").empty());
  run.batch();  // again: it comes again
  CHECK(run.records().empty());
  CHECK(sorted(run.records("snapshots")) == Lines{"i=0", "j=1"});
  put(run, "i", "1"), put(run, "k", "9");
  run.batch();
  CHECK(sorted(run.records()) == Lines{"i=0>1", "k=none>9"});
  CHECK(sorted(run.records("snapshots")) == Lines{"i=01", "j=1", "k=9"});
  run.batch();
  put(run, "i", "-");
  run.batch();
  CHECK(sorted(run.records()) == Lines{"i=01>-", "j=out 1"});
  CHECK(run.records("snapshots") == Lines{"k=9"});
  put(run, "j", "2");
  run.batch();  // i does not come back
  CHECK(sorted(run.records()) == Lines{"j=none>2", "k=out 9"});
  CHECK(run.records("snapshots") == Lines{"j=2"});
}

TEST_CASE("several workers and a batch that is run again give the same bytes",
          "[unit][dstream][map_with_state]") {
  std::vector<Lines> outputs;
  for (const std::uint32_t workers : {1U, 3U}) {
    GraphRunner run(workers);
    const auto stream = pairs(run, 3).mapWithState(
        StateSpec::function(&append).id("s").timeout(milliseconds(1000)));
    run.save(stream);
    run.save(stream.stateSnapshots(), "snapshots");
    run.prepare(4);
    for (int batch = 0; batch < 4; ++batch) {
      for (int i = 0; i < (batch == 0 ? 3000 : 300); ++i)
        put(run, "key" + std::to_string((i * 7 + batch * 911) % 2000), std::to_string(i % 10),
            i % 3);
      const auto plan = run.plan();
      run.run(plan);
      REQUIRE(run.last.status.ok());
      const auto once = run.last.outputs_hash;
      outputs.push_back(run.records());
      outputs.push_back(run.records("snapshots"));
      Job::rollback(plan.id, run.services);
      run.batch(plan);
      CHECK(run.last.outputs_hash == once);
      CHECK(run.records() == outputs[outputs.size() - 2]);
    }
  }
  REQUIRE(outputs.size() == 16);
  for (std::size_t i = 0; i < 8; ++i) CHECK(outputs[i] == outputs[i + 8]);
  CHECK(std::count_if(outputs[4].begin(), outputs[4].end(),
                      [](const auto& l) { return l.find("=out ") != std::string::npos; }) > 512);
}

TEST_CASE("every known key is passed on with its own bytes, however many there are",
          "[unit][dstream][map_with_state][update_state_by_key]") {
  GraphRunner run;
  const auto last = [](std::span<const std::string_view> values,
                       Text old) -> std::optional<std::string_view> {
    return values.empty() ? old : values.back();
  };
  run.save(pairs(run).updateStateByKey(last, {.id = "u"}), "all");
  run.prepare(1);
  Lines expected;
  for (int i = 0; i < 1300; ++i) {
    const std::string key = "key" + std::to_string(i);
    put(run, key, "value" + std::to_string(i));
    expected.push_back(key + "=value" + std::to_string(i));
  }
  run.batch();
  CHECK(sorted(run.records("all")) == sorted(expected));
}

TEST_CASE("a key with the bytes of the initial state's mark and a time-out of nothing are refused",
          "[unit][dstream][map_with_state]") {
  GraphRunner run;
  run.deadLetters();
  const auto input = pairs(run);
  run.save(input.mapWithState(StateSpec::function(&append).id("s")));
  CHECK_THROWS_WITH(
      input.mapWithState(StateSpec::function(&append).id("t").timeout(milliseconds(0))),
      Catch::Contains("E031") && Catch::Contains("'t'"));
  run.prepare(1);
  put(run, std::string(detail::InitialState::kMark), "v");
  run.batch();
  CHECK(run.records().empty());
  CHECK(run.records("dlq").size() == 1);
  CHECK(run.state->contents("s").empty());
}
