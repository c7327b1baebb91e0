// updateStateByKey: grouping, idle visits, removal, what is passed on, rollback.
#include <lockstep/dstream/update_state_by_key.hpp>

#include <numeric>

#include "tests/support/catch.hpp"
#include "tests/support/graph_runner.hpp"

using namespace lockstep;
using test::GraphRunner;
using Lines = std::vector<std::string>;

namespace {

auto pairs(GraphRunner& run) {
  return run.stream().map([](const RecordView& r) {
    return std::pair{r.key.value_or(""),
                     static_cast<std::int64_t>(std::stoll(std::string(*r.value)))};
  });
}
void put(GraphRunner& run, const std::string& key, int value) {
  run.input.append({"in", Partition{0}}, {key, std::to_string(value)});
}
Lines sorted(Lines lines) {
  std::sort(lines.begin(), lines.end());
  return lines;
}
std::optional<std::int64_t> sum(std::span<const std::int64_t> values,
                                std::optional<std::int64_t> old) {
  return std::accumulate(values.begin(), values.end(), old.value_or(0));
}

}  // namespace

TEST_CASE("emit changed passes on new keys and changed values only",
          "[unit][dstream][update_state_by_key]") {
  GraphRunner run;
  const bool built_in = GENERATE(false, true);
  const StateOptions options{.id = "sums", .emit = Emit::kChanged};
  run.save(built_in ? pairs(run).updateStateByKey(reduction::Sum{}, options)
                    : pairs(run).updateStateByKey(&sum, options));
  run.prepare(3);
  put(run, "a", 1), put(run, "b", 2), put(run, "a", 3);
  run.batch();
  CHECK(sorted(run.records("out", true)) == Lines{"a=4", "b=2"});
  CHECK(sorted(run.records("app-changelog-sums", true)) == Lines{"a=4", "b=2"});
  put(run, "b", 0), put(run, "c", 5);
  run.batch();
  CHECK(run.records("out", true) == Lines{"c=5"});
  run.batch();
  CHECK(run.records().empty());
}

TEST_CASE("an initial state comes once, and the first tick visits it",
          "[unit][dstream][update_state_by_key][initial]") {
  using Initial = std::vector<std::pair<std::string, std::int64_t>>;
  GraphRunner run;
  run.deadLetters();
  const bool built_in = GENERATE(false, true);
  const Emit emit = GENERATE(Emit::kAll, Emit::kChanged);
  const StateOptions options{.id = "sums", .emit = emit};
  const Initial initial{{"a", 1}, {"b", 2}, {"a", 10}};
  run.save(built_in ? pairs(run).updateStateByKey(reduction::Sum{}, options, initial)
                    : pairs(run).updateStateByKey(&sum, options, initial));
  run.prepare(3);
  put(run, "a", 5), put(run, "c", 3);
  const auto first = run.plan();
  run.run(first);
  const Lines after_first{"a=15", "b=2", "c=3"};
  CHECK(sorted(run.records("out", true)) == after_first);
  Job::rollback(first.id, run.services);
  CHECK(run.state->contents("sums").empty());
  run.batch();  // again: it comes again
  CHECK(sorted(run.records("out", true)) == after_first);
  put(run, "a", 1);
  put(run, std::string(detail::InitialState::kMark), 1);
  run.batch();  // and only once
  CHECK(sorted(run.records("out", true)) ==
        (emit == Emit::kAll ? Lines{"a=16", "b=2", "c=3"} : Lines{"a=16"}));
  CHECK(run.records("dlq").size() == 1);
}

TEST_CASE("the function is called for initial keys without values, with their state",
          "[unit][dstream][update_state_by_key][initial]") {
  using Initial = std::vector<std::pair<std::string, std::int64_t>>;
  GraphRunner run;
  const auto forgets_idle = [](std::span<const std::int64_t> values,
                               std::optional<std::int64_t> old) {
    return values.empty() ? std::nullopt : sum(values, old);
  };
  run.save(
      pairs(run).updateStateByKey(forgets_idle, {.id = "sums"}, Initial{{"idle", 1}, {"seen", 2}}));
  run.prepare(2);
  put(run, "seen", 3);
  run.batch();
  CHECK(run.records("out", true) == Lines{"seen=5"});
  put(run, "idle", 4);
  run.batch();  // it was removed, and does not come back
  CHECK(run.records("out", true) == Lines{"idle=4"});
}

TEST_CASE("emit all passes on every key when the tick closes and only then",
          "[unit][dstream][update_state_by_key]") {
  GraphRunner run;
  run.save(pairs(run).updateStateByKey(reduction::Count{}, {.id = "counts"}));
  run.prepare();
  put(run, "a", 1);
  run.batch();
  put(run, "b", 1);
  run.batch();
  CHECK(sorted(run.records("out", true)) == Lines{"a=1", "b=1"});
  auto clamped = run.plan();
  clamped.closes_own_tick = false;
  put(run, "a", 1);
  clamped.ranges[0].until = run.input.end({"in", Partition{0}});
  run.batch(clamped);
  CHECK(run.records().empty());
  auto later = run.plan();
  later.closes_first = {clamped.time};
  run.batch(later);
  // The open tick, then its own.
  CHECK(sorted(run.records("out", true)) == Lines{"a=2", "a=2", "b=1", "b=1"});
  CHECK(run.last.outputs[0].records->records()[0].timestamp == clamped.time);
}

TEST_CASE("the function sees all values of a key in order, and idle keys with none",
          "[unit][dstream][update_state_by_key]") {
  GraphRunner run;
  Lines calls;
  std::string joined;  // what the function returns lives until the next call
  run.save(run.stream()
               .map([](const RecordView& r) {
                 return std::pair{*r.key, *r.value};
               })
               .updateStateByKey(
                   [&](std::span<const std::string_view> values,
                       std::optional<std::string_view> old) -> std::optional<std::string_view> {
                     std::string next(old.value_or(""));
                     for (auto v : values) next += v;
                     calls.push_back(next + "/" + std::to_string(values.size()));
                     if (values.empty()) return std::nullopt;
                     joined = next;
                     return joined;
                   },
                   {.id = "joined", .emit = Emit::kChanged}));
  run.prepare(1);
  const auto put_text = [&](const std::string& key, const std::string& value) {
    run.input.append({"in", Partition{0}}, {key, value});
  };
  put_text("k", "longer than "), put_text("x", "1"), put_text("k", "fifteen bytes");
  run.batch();
  CHECK(calls == Lines{"longer than fifteen bytes/2", "1/1"});
  CHECK(run.records() == Lines{"k=longer than fifteen bytes", "x=1"});

  calls.clear();
  put_text("x", "2");
  run.batch();  // k is idle: visited with nothing, removed, passes once as a tombstone
  CHECK(calls == Lines{"12/1", "longer than fifteen bytes/0"});
  CHECK(sorted(run.records()) == Lines{"k=~", "x=12"});
  CHECK(sorted(run.records("app-changelog-joined")) == Lines{"k=~", "x=12"});

  calls.clear();
  put_text("x", "3");
  run.batch();
  CHECK(calls == Lines{"123/1"});  // k is gone for good
}

TEST_CASE("a batch that was rolled back gives the same bytes again",
          "[unit][dstream][update_state_by_key]") {
  GraphRunner run;
  run.save(pairs(run).updateStateByKey(&sum, {.id = "sums", .emit = Emit::kChanged}));
  run.prepare();
  put(run, "a", 1), put(run, "b", 1);
  run.batch();
  put(run, "a", 2), put(run, "c", 1);
  const auto plan = run.plan();
  run.run(plan);
  const auto first = run.records("out", true);
  const auto hash = run.last.outputs_hash;
  const auto contents = run.state->contents("sums");
  Job::rollback(plan.id, run.services);
  CHECK(run.state->contents("sums") != contents);
  run.run(plan);
  CHECK(run.records("out", true) == first);
  CHECK(run.last.outputs_hash == hash);
  CHECK(run.state->contents("sums") == contents);
}
