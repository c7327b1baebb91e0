// Broadcast: one value for the whole of a batch, changed between batches.
#include <lockstep/rdd/broadcast.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/graph_runner.hpp"

using namespace lockstep;
using test::GraphRunner;
using Lines = std::vector<std::string>;

namespace {

/// Each record of "in" becomes the broadcast's value in "out"; the record "now N" gives the value N
/// while its batch runs.
struct BroadcastRun : GraphRunner {
  explicit BroadcastRun(std::uint32_t workers = 1, int partitions = 1) : GraphRunner(workers) {
    graph->lineage().addVariable(current.variable());
    save(stream("in", partitions).map([current = current](const RecordView& record) {
      if (record.value->starts_with("now "))
        current.update(std::stoi(std::string(record.value->substr(4))));
      return std::to_string(current.value());
    }));
    prepare(4);
  }
  Broadcast<int> current{1};
};

}  // namespace

TEST_CASE("all tasks of a batch read one value, the next batch the one that was given meanwhile",
          "[unit][dstream][broadcast]") {
  BroadcastRun run(4, 4);
  for (int partition = 0; partition < 4; ++partition)
    run.feed({"now " + std::to_string(7 + partition), "x", "x"}, "in", partition);
  run.batch();
  CHECK(run.records() == Lines(12, "~=1"));
  run.current.update(5);
  run.current.update(2);  // of several the last
  for (int partition = 0; partition < 4; ++partition) run.feed({"x", "x"}, "in", partition);
  run.batch();
  CHECK(run.records() == Lines(8, "~=2"));
  run.feed({"x"});
  run.batch();
  CHECK(run.records() == Lines{"~=2"});
}

TEST_CASE("what foreachRDD reads is what the batch's tasks have read",
          "[unit][dstream][broadcast]") {
  GraphRunner run;
  const Broadcast<std::string> name("old");
  run.graph->lineage().addVariable(name.variable());
  Lines seen;
  run.stream()
      .map([name](const RecordView&) { return name.value(); })
      .foreachRDD([&, name](const auto& rdd) {
        for (const std::string& element : rdd.collect()) seen.push_back(element + name.value());
      });
  run.prepare();
  const auto batch = [&] {
    run.feed({"x"});
    run.batch();
    name.update("new");  // before the effects run, as from another thread
    run.runEffects();
  };
  batch();
  batch();
  CHECK(seen == Lines{"oldold", "newnew"});
}

TEST_CASE("a batch that is run again reads one value, if a newer one",
          "[unit][dstream][broadcast]") {
  BroadcastRun run;
  run.feed({"x", "x"});
  const BatchPlan plan = run.plan();
  run.run(plan);
  CHECK(run.records() == Lines(2, "~=1"));
  Job::rollback(plan.id, run.services);
  run.current.update(2);
  run.batch(plan);
  CHECK(run.records() == Lines(2, "~=2"));
}

TEST_CASE("a value that no batch can read any more is freed", "[unit][dstream][broadcast]") {
  const auto old = std::make_shared<int>(1);
  const Broadcast<std::shared_ptr<int>> broadcast(old);
  CHECK(old.use_count() == 2);
  broadcast.update(std::make_shared<int>(2));
  CHECK(*broadcast.value() == 1);
  broadcast.variable()->beginBatch();
  CHECK(old.use_count() == 1);
  CHECK(*broadcast.value() == 2);
}
