// Reductions of longs fold before the shuffle: nothing behind it can tell, whether keys repeat or
// not, and whatever a failing chunk takes back.
#include <lockstep/dstream/update_state_by_key.hpp>

#include <numeric>

#include "tests/support/catch.hpp"
#include "tests/support/graph_runner.hpp"

using namespace lockstep;
using test::GraphRunner;
using Lines = std::vector<std::string>;

namespace {

constexpr int kRecords = 12'000;  // beyond what a batch looks at before it gives up folding

auto pairs(const DStream<RecordView>& records) {
  return records.map([](const RecordView& r) {
    return std::pair{*r.key, static_cast<std::int64_t>(r.value->size())};
  });
}
std::optional<std::int64_t> total(std::span<const std::int64_t> values,
                                  std::optional<std::int64_t> old) {
  return std::accumulate(values.begin(), values.end(), old.value_or(0));
}
/// Short and long keys, `distinct` of each; some values are bad.
void feed(GraphRunner& run, int distinct) {
  for (int i = 0; i < kRecords; ++i) {
    const std::string key = "k" + std::to_string(i * 7919 % distinct);
    const std::string padding(i % 2 == 0 ? 0 : 30, '-');
    run.input.append({"in", Partition{i % 3}},
                     {key + padding, i % 1000 == 77 ? "bad" : std::string(i % 5 + 4, 'v')});
  }
}

struct Outputs {
  Lines out, changelog, dead;
  bool operator==(const Outputs&) const = default;
};

/// Two batches of the same records through `update`, which another step that fails follows.
template <class Update>
Outputs outputsOf(Update update, int distinct, bool failing) {
  GraphRunner run;
  run.deadLetters();
  const auto in = run.stream("in", 3);
  const StateOptions options{.id = "sums", .emit = Emit::kChanged};
  run.save(pairs(in).updateStateByKey(update, options), "out", 2);
  if (failing) {
    run.save(in.map([](const RecordView& r) {
      if (*r.value == "bad") throw RecordError(RecordErrorKind::kEval, "bad");
      return *r.value;
    }),
             "other");
  }
  run.prepare(3);
  Outputs all;
  for (int batch = 0; batch < 2; ++batch) {
    feed(run, distinct);
    run.batch();
    for (const auto& [name, lines] :
         {std::pair{"out", &all.out}, {"app-changelog-sums", &all.changelog}, {"dlq", &all.dead}})
      for (std::string& line : run.records(name, name[0] != 'd')) lines->push_back(line);
  }
  return all;
}

}  // namespace

TEST_CASE("a folded sum gives the records and the order of one that is not folded",
          "[unit][dstream][combining_write]") {
  const int distinct = GENERATE(5, 700, 100'000);
  const bool failing = GENERATE(false, true);
  CAPTURE(distinct, failing);
  const Outputs folded = outputsOf(reduction::Sum{}, distinct, failing);
  CHECK(folded == outputsOf(&total, distinct, failing));
  CHECK(folded.dead.size() == (failing ? 2 * kRecords / 1000 : 0));
}

TEST_CASE("count, min, max and last of folded longs are those of their values in order",
          "[unit][dstream][combining_write]") {
  using State = std::optional<std::int64_t>;
  const int distinct = GENERATE(5, 100'000);
  CAPTURE(distinct);
  const auto folds = [](auto pick) {
    return [pick](std::span<const std::int64_t> values, State state) -> State {
      for (const std::int64_t value : values) state = state ? pick(*state, value) : value;
      return state;
    };
  };
  using Long = std::int64_t;
  CHECK(outputsOf(reduction::Min{}, distinct, true) ==
        outputsOf(folds([](Long a, Long b) { return std::min(a, b); }), distinct, true));
  CHECK(outputsOf(reduction::Max{}, distinct, true) ==
        outputsOf(folds([](Long a, Long b) { return std::max(a, b); }), distinct, true));
  CHECK(outputsOf(reduction::Last{}, distinct, true) ==
        outputsOf(folds([](Long, Long b) { return b; }), distinct, true));
  const auto count = [](std::span<const std::int64_t> values, State state) -> State {
    return state.value_or(0) + static_cast<std::int64_t>(values.size());
  };
  CHECK(outputsOf(reduction::Count{}, distinct, true) == outputsOf(count, distinct, true));
}

TEST_CASE("long keys that are folded count as what they take, before it shows whether they repeat",
          "[unit][dstream][combining_write]") {
  GraphRunner run;
  run.services.shuffle_bytes_max = 1024 * 1024;
  run.save(pairs(run.stream()).updateStateByKey(reduction::Sum{}, {.id = "sums"}), "out");
  run.prepare();
  for (int i = 0; i < 2000; ++i)
    run.input.append({"in", Partition{0}}, {std::to_string(i) + std::string(2000, 'k'), "v"});
  CHECK(run.run(run.plan()).status.reaction() == Reaction::kAbort);
}
