// slice(): whole times of a stream that remember() keeps, as Spark rounds and counts them.
#include <lockstep/dstream/remember.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/error_code.hpp"
#include "tests/unit/dstream/window_runner.hpp"

using namespace lockstep;
using Catch::Matchers::Contains;
using test::at;
using test::sec;
using test::WindowRunner;

namespace {

using Numbers = std::vector<std::int64_t>;
using Slice = std::vector<std::pair<int, Numbers>>;  ///< (second, elements)

/// Batches of a second; the effects behind the commit run, too.
struct SliceRun : WindowRunner {
  SliceRun() { graph->setBatchInterval(sec(1)); }
  void commitAt(int seconds, const Numbers& numbers) {
    for (const std::int64_t number : numbers) put("k", number);
    batchAt(seconds);
    runEffects();
  }
};

Slice sliceOf(const DStream<std::int64_t>& stream, std::int64_t from_ms, std::int64_t to_ms) {
  Slice found;
  for (const auto& batch : stream.slice(at(from_ms), at(to_ms)))
    found.emplace_back(batch->time.time_since_epoch().count() / 1000, batch->elements);
  return found;
}

std::string refusal(const DStream<std::int64_t>& stream, std::int64_t from_ms, std::int64_t to_ms) {
  const auto error = test::errorOf([&] { return stream.slice(at(from_ms), at(to_ms)); });
  REQUIRE(error);
  CHECK(error->code() == "E072");
  return error->what();
}

}  // namespace

TEST_CASE("a slice rounds both ends down and takes both in, one entry per time",
          "[unit][dstream][slice]") {
  SliceRun run;
  const auto numbers = run.numbers();
  (void)remember(numbers, sec(60));
  run.prepare();
  run.commitAt(1, {1});
  run.commitAt(2, {2, 22});
  run.commitAt(3, {});
  run.commitAt(4, {4});
  CHECK(sliceOf(numbers, 2000, 4000) == Slice{{2, {2, 22}}, {3, {}}, {4, {4}}});
  CHECK(sliceOf(numbers, 2999, 4999) == Slice{{2, {2, 22}}, {3, {}}, {4, {4}}});
  CHECK(sliceOf(numbers, 1900, 1100) == Slice{{1, {1}}});  // rounded, then compared
  CHECK(sliceOf(numbers, 2000, 1999).empty());
  CHECK(sliceOf(numbers, -5000, 1000) == Slice{{1, {1}}});  // times at or before 0 are left out
  CHECK(sliceOf(numbers, 0, 999).empty());
  CHECK(sliceOf(numbers, 4000, 6000) == Slice{{4, {4}}, {5, {}}, {6, {}}});  // not come yet
}

TEST_CASE("a slice holds what was committed, all batches of a time together",
          "[unit][dstream][slice]") {
  SliceRun run;
  const auto numbers = run.numbers();
  (void)remember(numbers, sec(60));
  run.prepare();
  run.commitAt(1, {1});
  run.commitAt(2, {2});
  run.commitAt(2, {22});  // a tick under load
  run.put("k", 3);
  run.run(run.planAt(3));  // computed, not committed
  CHECK(sliceOf(numbers, 1000, 3000) == Slice{{1, {1}}, {2, {2, 22}}, {3, {}}});
}

TEST_CASE("a windowed stream is sliced at its own times", "[unit][dstream][slice]") {
  SliceRun run;
  const auto windows = run.numbers().window(sec(2), sec(2), {.id = "pairs"});
  (void)remember(windows, sec(60));
  run.prepare();
  for (int second = 1; second <= 4; ++second) run.commitAt(second, {second});
  CHECK(sliceOf(windows, 3000, 5999) == Slice{{2, {1, 2}}, {4, {3, 4}}});
}

TEST_CASE("what is no longer remembered is refused, not left out", "[unit][dstream][slice]") {
  SliceRun run;
  const auto numbers = run.numbers();
  CHECK_THAT(refusal(numbers, 1000, 1000), Contains("nothing remembers"));
  const auto kept = remember(numbers, sec(2));
  (void)remember(numbers, sec(1));  // the longest counts
  run.prepare();
  CHECK_THAT(refusal(numbers, 1000, 1000), Contains("no batch was committed"));
  for (int second = 1; second <= 4; ++second) run.commitAt(second, {second});
  CHECK(sliceOf(numbers, 3000, 4000) == Slice{{3, {3}}, {4, {4}}});
  CHECK_THAT(refusal(numbers, 2000, 4000), Contains("from 2000 ms") && Contains("to 4000 ms"));
  CHECK_THAT(refusal(numbers, 4000, 1'000'000'000), Contains("at most 100000"));
  CHECK(kept->snapshot().size() == 2);
}

TEST_CASE("after a restart what the earlier process committed is unknown, not empty",
          "[unit][dstream][slice]") {
  RememberedBatches<std::int64_t> batches(sec(60));
  const auto add = [&](int second) {
    batches.add(std::make_shared<const RememberedBatch<std::int64_t>>(
                    RememberedBatch<std::int64_t>{at(1000 * second), {second}}),
                false);
  };
  add(7);
  add(8);
  CHECK(batches.slice(at(7000), at(8000), sec(1)).value().size() == 2);
  CHECK(batches.slice(at(6000), at(8000), sec(1)).status().info().code == "E072");
}
