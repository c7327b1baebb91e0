// Accumulators: each element counts as often as its effect in the output.
#include <lockstep/dstream/accumulator.hpp>

#include <set>
#include <stdexcept>

#include "tests/support/catch.hpp"
#include "tests/support/error_code.hpp"
#include "tests/support/graph_runner.hpp"

using namespace lockstep;
using Catch::Matchers::Contains;
using test::codeOf;
using test::GraphRunner;

namespace {

/// Counts each record of "in" before it goes to "out"; "bad" is counted, then throws.
struct CountingRun : GraphRunner {
  explicit CountingRun(std::uint32_t workers = 1, int partitions = 1) : GraphRunner(workers) {
    save(stream("in", partitions).map([words = words](const RecordView& record) {
      words.add(static_cast<std::int64_t>(record.value->size()));
      if (*record.value == "bad") throw std::runtime_error("no word");
      return std::string(*record.value);
    }));
  }
  void confirm(const BatchPlan& plan) {
    commit(plan);
    graph->job().confirmed(plan.id);
  }
  void count() {
    const BatchPlan next = plan();
    batch(next);
    graph->job().confirmed(next.id);
  }
  LongAccumulator words{*graph, "words"};
};

struct SetFormat {
  static constexpr std::string_view kTypeName = "letters";
  void append(std::string& out, const std::set<char>& letters) const {
    out.append(letters.begin(), letters.end());
  }
  [[nodiscard]] std::set<char> read(std::string_view bytes) const {
    return {bytes.begin(), bytes.end()};
  }
};

}  // namespace

TEST_CASE("an accumulator shows what committed batches have added, and nothing else",
          "[unit][dstream][accumulator]") {
  CountingRun run;
  run.prepare();
  CHECK(run.words.isZero());
  run.feed({"a", "bb"});
  const BatchPlan first = run.plan();
  run.run(first);
  REQUIRE(run.last.status.ok());
  CHECK(run.words.value() == 0);  // computed, not committed
  run.confirm(first);
  CHECK(run.words.sum() == 3);
  CHECK(run.words.count() == 2);
  CHECK(run.words.avg() == 1.5);
  run.feed({"cccc"});
  run.count();
  CHECK(run.words.value() == 7);
}

TEST_CASE("a batch that is rolled back and run again counts once", "[unit][dstream][accumulator]") {
  CountingRun run;
  run.prepare();
  run.feed({"a", "bb"});
  const BatchPlan first = run.plan();
  run.run(first);
  Job::rollback(first.id, run.services);
  run.run(first);
  // The next one is computed on top of it, and taken back with it.
  BatchPlan second = first;
  second.id = BatchId{2};
  second.ranges[0].from = first.ranges[0].until;
  run.feed({"cccc"});
  second.ranges[0].until = run.input.end(second.ranges[0].partition);
  run.run(second);
  Job::rollback(second.id, run.services);
  Job::rollback(first.id, run.services);
  run.batch(first);
  run.graph->job().confirmed(first.id);
  CHECK(run.words.value() == 3);
  run.count();
  CHECK(run.words.value() == 7);
}

TEST_CASE("a rejected record counts nothing, and takes no other's count with it",
          "[unit][dstream][accumulator]") {
  CountingRun run;
  run.deadLetters();
  run.prepare();
  run.feed({"a", "bad", "bb"});
  run.count();
  CHECK(run.records() == std::vector<std::string>{"~=a", "~=bb"});
  CHECK(run.words.sum() == 3);
  CHECK(run.words.count() == 2);
}

TEST_CASE("so does a key whose update function throws", "[unit][dstream][accumulator]") {
  GraphRunner run;
  const LongAccumulator calls(*run.graph, "calls");
  const auto update = [calls](std::span<const std::int64_t> values,
                              std::optional<std::int64_t> old) {
    calls.add(1);
    if (!values.empty() && values[0] == 13) throw std::runtime_error("unlucky");
    return std::optional(old.value_or(0) + 1);
  };
  run.save(run.stream()
               .map([](const RecordView& r) {
                 return std::pair(std::string(*r.value),
                                  std::int64_t{std::stoll(std::string(*r.value))});
               })
               .updateStateByKey(update, {.id = "numbers", .emit = Emit::kChanged})
               .map([](const auto& pair) { return pair.first; }));
  run.deadLetters();
  run.prepare();
  run.feed({"1", "13", "2", "2"});
  const BatchPlan plan = run.plan();
  run.batch(plan);
  run.graph->job().confirmed(plan.id);
  CHECK(calls.value() == 2);
}

TEST_CASE("counts are the same with any number of workers, and doubles add in one order",
          "[unit][dstream][accumulator]") {
  const auto totals = [](std::uint32_t workers) {
    CountingRun run(workers, 4);
    const DoubleAccumulator thirds(*run.graph, "thirds");
    run.save(run.stream("other", 4).map([thirds](const RecordView& record) {
      thirds.add(1.0 / std::stoi(std::string(*record.value)));
      return 1;
    }));
    run.prepare(4);
    for (int i = 0; i < 400; ++i) {
      run.feed({std::string(static_cast<std::size_t>(i % 7), 'x')}, "in", i % 4);
      run.feed({std::to_string(i + 3)}, "other", i % 3);
    }
    run.count();
    return std::pair(run.words.value(), thirds.value());
  };
  const auto one = totals(1);
  CHECK(one.first == 1197);
  CHECK(totals(4) == one);
}

TEST_CASE("values are found by name in the state, and another type is refused",
          "[unit][dstream][accumulator]") {
  CountingRun before;
  before.prepare();
  before.feed({"a", "bb"});
  before.count();
  CHECK(before.state->contents("accumulators").size() == 1);

  CountingRun after;
  after.prepare();
  after.services.state = before.state.get();
  REQUIRE(after.graph->job().restored(after.services).ok());
  CHECK(after.words.value() == 3);
  after.feed({"cccc"});
  after.count();
  CHECK(after.words.value() == 7);

  GraphRunner other;
  const DoubleAccumulator words(*other.graph, "words");
  other.save(other.stream());
  other.prepare();
  other.services.state = before.state.get();
  const Status refused = other.graph->job().restored(other.services);
  CHECK(refused.info().code == "E231");
  CHECK_THAT(refused.toString(), Contains("was long total, is double total"));
}

TEST_CASE("an accumulator of one's own", "[unit][dstream][accumulator]") {
  GraphRunner run(2);
  const auto add = [](std::set<char>& letters, const std::string_view& word) {
    letters.insert(word.begin(), word.end());
    if (word.starts_with("!")) throw std::runtime_error("half-way");
  };
  const auto merge = [](std::set<char>& a, const std::set<char>& b) {
    a.insert(b.begin(), b.end());
  };
  using Ops = detail::FunctionOps<std::set<char>, decltype(add), decltype(merge), SetFormat>;
  const Accumulator<Ops> letters(*run.graph, "letters", Ops{{}, add, merge, {}});
  run.save(run.stream("in", 2).map([letters](const RecordView& record) {
    letters.add(*record.value);
    return std::string(*record.value);
  }));
  run.deadLetters();
  run.prepare();
  const auto count = [&] {
    const BatchPlan plan = run.plan();
    run.batch(plan);
    run.graph->job().confirmed(plan.id);
    const std::set<char> all = letters.value();
    return std::string(all.begin(), all.end());
  };
  CHECK(letters.value().empty());
  run.feed({"ab", "!z", "a"}), run.feed({"cb"}, "in", 1);
  CHECK(count() == "abc");
  run.feed({"d"});
  CHECK(count() == "abcd");
}

TEST_CASE("what foreachRDD adds counts with the batch, which it can read",
          "[unit][dstream][accumulator]") {
  CountingRun run;
  std::vector<std::int64_t> seen;
  run.stream("other").foreachRDD([&, words = run.words](const auto& rdd) {
    words.add(100 * rdd.count());
    seen.push_back(words.value());
  });
  run.prepare();
  const auto batch = [&](bool fail) {
    const BatchPlan plan = run.plan();
    run.run(plan);
    REQUIRE(run.last.status.ok());
    {
      const auto counting = run.graph->job().countEffects();
      run.runEffects();
    }
    REQUIRE(run.graph->job().sealAccumulators(plan, run.services, run.last).ok());
    if (fail) return Job::rollback(plan.id, run.services);
    run.confirm(plan);
  };
  run.feed({"a"}), run.feed({"x", "y"}, "other");
  batch(true);
  batch(false);
  CHECK(seen == std::vector<std::int64_t>{201, 201});
  CHECK(run.words.value() == 201);
  CHECK(run.last.counters.changelog_records == 1);
  run.feed({"bb"});
  batch(false);
  CHECK(run.words.value() == 203);
}

TEST_CASE("an accumulator in the wrong place says so", "[unit][dstream][accumulator]") {
  CountingRun run;
  CHECK(codeOf([&] { run.words.add(1); }) == "E073");
  CHECK(codeOf([&] { (void)LongAccumulator(*run.graph, "words"); }) == "E024");
  CHECK(codeOf([&] { (void)LongAccumulator(*run.graph, ""); }) == "E018");
  GraphRunner foreign;  // adds to an accumulator of another graph
  foreign.save(foreign.stream().map([words = run.words](const RecordView&) {
    words.add(1);
    return 1;
  }));
  foreign.prepare();
  foreign.feed({"x"});
  CHECK_THAT(foreign.run(foreign.plan()).status.toString(), Contains("E073"));
  GraphRunner reader;
  const LongAccumulator sum(*reader.graph, "sum");
  reader.save(reader.stream().map([sum](const RecordView&) { return sum.value(); }));
  reader.prepare();
  reader.feed({"x"});
  CHECK_THAT(reader.run(reader.plan()).status.toString(), Contains("other tasks still add"));
}
