// DStreamGraph: mistakes, shards, what it says about itself; outputs outside Kafka.
#include <lockstep/dstream/graph.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/graph_runner.hpp"

using namespace lockstep;
using test::GraphRunner;

namespace {

auto counted(const DStream<RecordView>& in, const std::string& id) {
  return in.map([](const RecordView& r) {
             return std::pair{r.key.value_or(""), std::int64_t{1}};
           })
      .updateStateByKey(reduction::Count{}, {.id = id, .emit = Emit::kChanged});
}

}  // namespace

TEST_CASE("a graph without output is refused", "[unit][dstream][graph]") {
  GraphRunner run;
  (void)run.stream();
  const Status status = run.graph->prepare({});
  REQUIRE_FALSE(status.ok());
  CHECK(status.info().code == "E019");
  CHECK(status.exitCode() == ExitCode::kConfiguration);
}

TEST_CASE("an id used twice and a bad id are named; a topic may be read twice",
          "[unit][dstream][graph]") {
  GraphRunner run;
  auto in = run.stream();
  (void)run.stream();
  run.save(counted(in, "same"));
  run.save(counted(in, "same"));
  run.save(counted(in, "a b"));
  const Status status = run.graph->prepare({});
  REQUIRE_FALSE(status.ok());
  CHECK(status.message().find("'same' is used by two") != std::string::npos);
  CHECK(status.message().find("topic 'in'") == std::string::npos);
  CHECK(status.message().find("'a b' cannot name") != std::string::npos);
}

TEST_CASE("shards come from the pinned count, else the default", "[unit][dstream][graph]") {
  GraphRunner run;
  auto in = run.stream();
  run.save(counted(in, "pinned"));
  run.save(counted(in, "fresh"));
  REQUIRE(run.graph->prepare({5, {{"pinned", 3}}}).ok());
  const auto& states = run.graph->states();
  REQUIRE(states.size() == 2);
  CHECK(states[0] == StateDeclaration{"pinned", 3, "updateStateByKey", "string", "long", "count"});
  CHECK(states[1].shards == 5);
  CHECK(run.graph->topicsRead() == std::vector<std::string>{"in"});
  CHECK(run.graph->topicsWritten() == std::vector<std::string>{"out"});
  CHECK_FALSE(run.graph->hasSideEffects());
}

TEST_CASE("describe shows steps, parents and stages", "[unit][dstream][graph]") {
  GraphRunner run;
  run.save(counted(run.stream(), "counts"));
  const auto steps = run.graph->describe();
  REQUIRE(steps.size() == 3);
  CHECK(steps[1].step == "map 1");
  CHECK(steps[1].parents == std::vector<std::string>{"in"});
  CHECK(steps[2].op == "updateStateByKey");
  CHECK(steps[1].stages == std::vector<std::uint32_t>{0});
  CHECK(steps[2].stages == std::vector<std::uint32_t>{1});
}

TEST_CASE("an output topic that does not exist fails the batch before anything is read",
          "[unit][dstream][graph]") {
  GraphRunner run;
  run.save(run.stream());
  run.prepare();
  run.services.topics.erase("out");
  run.run(run.plan());
  CHECK(run.last.status.info().code == "E211");
}

TEST_CASE("print shows the first elements in Spark's layout, after the commit",
          "[unit][dstream][graph]") {
  GraphRunner run;
  run.stream().map([](const RecordView& r) { return std::pair{*r.value, 1.5}; }).print(2);
  run.prepare();
  CHECK_FALSE(run.graph->hasSideEffects());
  run.feed({"a", "b", "c"});
  run.batch();
  REQUIRE(run.last.side_effects.size() == 1);
  CHECK(run.last.side_effects[0].when == SideEffect::When::kAfterCommit);
  const std::string rule = "-------------------------------------------\n";
  CHECK(run.last.side_effects[0].text ==
        rule + "Time: 1000 ms\n" + rule + "(a,1.5)\n(b,1.5)\n...\n\n");
  run.batch();
  CHECK(run.last.side_effects[0].text == rule + "Time: 2000 ms\n" + rule + "\n");
}

TEST_CASE("a graph with a window or a slide of nothing is not prepared", "[unit][dstream][graph]") {
  using std::chrono::milliseconds;
  GraphRunner run;
  run.stream().count().window(milliseconds(1000), milliseconds(0), {.id = "w"}).print();
  const Status status = run.graph->prepare({1, {}});
  REQUIRE_FALSE(status.ok());
  CHECK(status.toString().find("step 'w': a window of 1000 ms every 0 ms") != std::string::npos);
  CHECK(status.toString().find("E031") != std::string::npos);
}

TEST_CASE("foreachRDD gets all elements and the ranges, before the commit",
          "[unit][dstream][graph]") {
  GraphRunner run;
  std::vector<std::string> seen;
  run.stream("in", 2).foreachRDD([&](const CollectedRdd<RecordView>& rdd, BatchTime time) {
    for (const OwnedRecord& record : rdd.collect()) seen.push_back(*record.value);
    seen.push_back(std::to_string(time.time_since_epoch().count()) + " " +
                   toString(rdd.offsetRanges()[1]));
    if (rdd.count() == 0) throw std::runtime_error("database is down");
  });
  run.prepare();
  CHECK(run.graph->hasSideEffects());
  run.feed({"b"}, "in", 1);
  run.feed({"a"}, "in", 0);
  run.batch();
  REQUIRE(run.last.side_effects.size() == 1);
  CHECK(run.last.side_effects[0].when == SideEffect::When::kBeforeCommit);
  REQUIRE(run.last.side_effects[0].run().ok());
  CHECK(seen == std::vector<std::string>{"a", "b", "1000 in/1 [0, 1)"});
  run.batch();
  const Status status = run.last.side_effects[0].run();
  REQUIRE_FALSE(status.ok());
  CHECK(status.message() == "step 'foreachRDD 1': database is down");
}
