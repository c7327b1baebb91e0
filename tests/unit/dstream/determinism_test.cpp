// The same plan gives the same bytes: any number of workers, any chunks, after failures.
#include <tuple>

#include "tests/support/catch.hpp"
#include "tests/support/graph_runner.hpp"

using namespace lockstep;
using test::GraphRunner;

namespace {

using Outcome = std::vector<std::tuple<TopicPartition, std::string, std::string>>;

/// A graph with every kind of exchange, two batches, some records that fail.
Outcome runAll(std::uint32_t workers, std::size_t chunk, std::uint64_t& hash) {
  GraphRunner run(workers);
  run.input.setChunkRecords(chunk);
  run.deadLetters();
  auto pairs = run.stream("in", 4).map([](const RecordView& r) {
    if (*r.value == "33") throw std::runtime_error("33");
    return std::pair{*r.key, std::stod(std::string(*r.value)) / 7};
  });
  auto sums = pairs.reduceByKey([](double a, double b) { return a + b; });
  run.save(sums, "sums", 3);
  run.save(sums.unite(pairs), "both", 3);
  const auto grouped = pairs.groupByKey();
  run.save(grouped, "groups", 3);
  run.save(sums.fullOuterJoin(pairs), "joined", 3);
  run.save(pairs.cogroup(sums).mapValues(
               [](const auto& both) { return static_cast<double>(both.first.size()); }),
           "cogrouped", 3);
  run.save(pairs.repartition(5).distinct(), "distinct", 3);
  run.save(pairs.updateStateByKey(reduction::Sum{}, {.id = "state", .emit = Emit::kChanged}),
           "state", 3);
  run.save(pairs.map([](const auto& p) { return p.second; }).reduce([](double a, double b) {
    return a + b;
  }),
           "total");
  run.save(pairs.map([](const auto& p) { return p.first; }), "keyless", 3);
  run.prepare(3);
  Outcome outcome;
  hash = 0;
  for (int batch = 0; batch < 2; ++batch) {
    for (int i = 0; i < 40'000; ++i)
      run.input.append({"in", Partition{i % 4}},
                       {"k" + std::to_string(i * 31 % 997), std::to_string(i % 101)});
    run.batch();
    for (const BatchOutput& output : run.last.outputs)
      for (const EncodedRecord& record : output.records->records())
        outcome.emplace_back(output.partition, record.key.value_or("~"),
                             record.value.value_or("~"));
    hash = hash * 31 + run.last.outputs_hash;
  }
  return outcome;
}

}  // namespace

TEST_CASE("outputs are the same for any number of workers and any chunks of input",
          "[unit][dstream][determinism]") {
  std::uint64_t expected_hash = 0, hash = 0;
  const Outcome expected = runAll(1, 1000, expected_hash);
  CHECK(expected.size() > 100'000);
  for (const auto& [workers, chunk] : {std::pair{4, 1000}, {1, 37}, {3, 100'000}}) {
    const bool same = runAll(static_cast<std::uint32_t>(workers), static_cast<std::size_t>(chunk),
                             hash) == expected;
    CHECK(same);
    CHECK(hash == expected_hash);
  }
}

TEST_CASE("a cancelled batch ends with kAbort and gives the same when it runs again",
          "[unit][dstream][determinism]") {
  GraphRunner run;
  auto values = run.stream().map([&run](const RecordView& r) {
    if (*r.value == "stop") run.cancelled = true;
    return *r.value;
  });
  run.save(values.countByValue());
  run.prepare();
  run.feed(std::vector<std::string>(2000, "a"));
  run.feed({"stop"});
  run.feed(std::vector<std::string>(2000, "b"));
  const auto plan = run.plan();
  run.run(plan);
  REQUIRE_FALSE(run.last.status.ok());
  CHECK(run.last.status.reaction() == Reaction::kAbort);
  CHECK(run.last.outputs.empty());
  run.input.log({"in", Partition{0}})[2000].value = "go";
  run.cancelled = false;
  run.batch(plan);
  auto counts = run.records("out", true);
  std::sort(counts.begin(), counts.end());
  CHECK(counts == std::vector<std::string>{"a=2000", "b=2000", "go=1"});
}

TEST_CASE("a read that stalls ends with kRetry and says where", "[unit][dstream][determinism]") {
  GraphRunner run;
  run.save(run.stream());
  run.prepare();
  run.feed({"a", "b"});
  run.input.stallAt({"in", Partition{0}}, Offset{1});
  run.input.setChunkRecords(1);
  run.services.read_timeout = std::chrono::milliseconds(100);
  run.run(run.plan());
  REQUIRE_FALSE(run.last.status.ok());
  CHECK(run.last.status.reaction() == Reaction::kRetry);
  CHECK(run.last.status.message() == "in/0 [0, 2): nothing arrived for 100 ms, at 1");
}
