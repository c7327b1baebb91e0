// Windowed folds: with and without inverse, filter, dropEmpty; counts.
#include <lockstep/dstream/count_by_value_and_window.hpp>
#include <lockstep/dstream/count_by_window.hpp>
#include <lockstep/dstream/reduce_by_key_and_window.hpp>
#include <lockstep/dstream/reduce_by_window.hpp>

#include "tests/support/catch.hpp"
#include "tests/unit/dstream/window_runner.hpp"

using namespace lockstep;
using test::Lines;
using test::sec;
using test::WindowRunner;

namespace {

std::int64_t add(std::int64_t a, std::int64_t b) { return a + b; }
std::int64_t subtract(std::int64_t a, std::int64_t b) { return a - b; }
const WindowOptions kId{.id = "w"};
const WindowOptions kDropEmpty{.id = "w", .drop_empty = true};

}  // namespace

TEST_CASE("countByWindow gives nothing before the first element, then 0 for an empty window",
          "[unit][dstream][reduce_window]") {
  WindowRunner run;
  run.show(run.numbers().countByWindow(sec(2), sec(1), kId));
  run.prepare();
  CHECK(run.batchAt(1).empty());
  run.put("", 5).put("", 5);
  CHECK(run.batchAt(2) == Lines{"2"});
  run.put("", 5);
  CHECK(run.batchAt(3) == Lines{"3"});
  CHECK(run.batchAt(4) == Lines{"1"});
  CHECK(run.batchAt(5) == Lines{"0"});
  CHECK(run.batchAt(6) == Lines{"0"});
}

TEST_CASE("countByWindow gives a 0 at each end of a pause, as it has its key from then on",
          "[unit][dstream][reduce_window]") {
  WindowRunner run;
  run.show(run.numbers().countByWindow(sec(2), sec(1), kId));
  run.prepare();
  CHECK(run.batchAt(5).empty());
  run.put("", 5);
  CHECK(run.batchAt(6) == Lines{"1"});
  CHECK(run.batchAt(10) == Lines{"1", "0", "0", "0"});
  CHECK(run.times() == std::vector<std::int64_t>{7000, 8000, 9000, 10'000});
}

TEST_CASE("reduceByWindow gives nothing for an empty window, with an inverse what is left",
          "[unit][dstream][reduce_window]") {
  const bool inverse = GENERATE(false, true);
  WindowRunner run;
  const auto numbers = run.numbers();
  run.show(inverse ? numbers.reduceByWindow(add, subtract, sec(2), sec(1), kId)
                   : numbers.reduceByWindow(add, sec(2), sec(1), kId));
  run.prepare();
  CHECK(run.batchAt(1).empty());
  run.put("", 5).put("", 6);
  CHECK(run.batchAt(2) == Lines{"11"});
  CHECK(run.batchAt(3) == Lines{"11"});
  CHECK(run.batchAt(4) == (inverse ? Lines{"0"} : Lines{}));
}

TEST_CASE("without an inverse a key goes with its last value", "[unit][dstream][reduce_window]") {
  WindowRunner run;
  run.show(run.pairs().reduceByKeyAndWindow(add, sec(4), sec(2), kId));
  run.prepare();
  run.put("a", 1).put("b", 2).put("a", 3);
  CHECK(run.batchAt(1).empty());
  run.put("a", 4);
  CHECK(run.sortedAt(2) == Lines{"(a,8)", "(b,2)"});
  CHECK(run.batchAt(3).empty());
  run.put("c", 1);
  CHECK(run.sortedAt(4) == Lines{"(a,8)", "(b,2)", "(c,1)"});
  CHECK(run.sortedAt(6) == Lines{"(c,1)"});  // 5 s came due with it
  CHECK(run.sortedAt(8).empty());
  CHECK(run.state->contents("w").empty());
}

TEST_CASE("with an inverse a key stays at 0, unless it is dropped when empty or filtered",
          "[unit][dstream][reduce_window]") {
  const int kPlain = 0, kDropped = 1, kFiltered = 2;
  const int kind = GENERATE(0, 1, 2);
  WindowRunner run;
  const auto positive = [](const std::pair<std::string, std::int64_t>& e) { return e.second > 0; };
  const auto pairs = run.pairs();
  run.show(kind == kFiltered
               ? pairs.reduceByKeyAndWindow(add, subtract, sec(2), sec(1), positive, kId)
               : pairs.reduceByKeyAndWindow(add, subtract, sec(2), sec(1),
                                            kind == kDropped ? kDropEmpty : kId));
  run.prepare();
  run.put("a", 1).put("b", 2);
  CHECK(run.sortedAt(1) == Lines{"(a,1)", "(b,2)"});
  run.put("b", 3);
  CHECK(run.sortedAt(2) == Lines{"(a,1)", "(b,5)"});
  CHECK(run.sortedAt(3) == (kind == kPlain ? Lines{"(a,0)", "(b,3)"} : Lines{"(b,3)"}));
  CHECK(run.sortedAt(5) == (kind == kPlain ? Lines{"(a,0)", "(a,0)", "(b,0)", "(b,0)"} : Lines{}));
  CHECK(run.state->contents("w").size() == (kind == kPlain ? 2 : 0));
}

TEST_CASE("a key that a filter hides while it has values keeps them",
          "[unit][dstream][reduce_window]") {
  WindowRunner run;
  const auto not_zero = [](const std::pair<std::string, std::int64_t>& e) { return e.second != 0; };
  run.show(run.pairs().reduceByKeyAndWindow(add, subtract, sec(3), sec(1), not_zero, kId));
  run.prepare();
  run.put("a", 1);
  CHECK(run.batchAt(1) == Lines{"(a,1)"});
  run.put("a", -1);
  CHECK(run.batchAt(2).empty());  // +1 and -1
  CHECK(run.batchAt(3).empty());
  CHECK(run.batchAt(4) == Lines{"(a,-1)"});  // +1 has left
  CHECK(run.batchAt(5).empty());
  CHECK(run.state->contents("w").empty());
}

TEST_CASE("zeros that are values are no reason to drop a key", "[unit][dstream][reduce_window]") {
  WindowRunner run;
  run.show(run.pairs().reduceByKeyAndWindow(add, subtract, sec(2), sec(1), kDropEmpty));
  run.prepare();
  run.put("a", 1).put("a", -1);
  CHECK(run.batchAt(1) == Lines{"(a,0)"});
  CHECK(run.batchAt(2) == Lines{"(a,0)"});
  CHECK(run.batchAt(3).empty());
}

TEST_CASE("a window shorter than its slide gives the definition's result with an inverse, too",
          "[unit][dstream][reduce_window]") {
  WindowRunner run;
  run.show(run.pairs().reduceByKeyAndWindow(add, subtract, sec(1), sec(3), kDropEmpty));
  run.prepare();
  for (int second = 1; second <= 6; ++second) {
    run.put("a", second);
    const Lines expected = second % 3 == 0 ? Lines{"(a," + std::to_string(second) + ")"} : Lines{};
    CHECK(run.batchAt(second) == expected);
  }
  CHECK(run.batchAt(9).empty());
}

TEST_CASE("countByValueAndWindow forgets what is no longer there",
          "[unit][dstream][reduce_window]") {
  WindowRunner run;
  run.show(run.numbers().countByValueAndWindow(sec(2), sec(1), kId));
  run.prepare();
  run.put("", 7).put("", 7).put("", 8);
  CHECK(run.sortedAt(1) == Lines{"(7,2)", "(8,1)"});
  run.put("", 7);
  CHECK(run.sortedAt(2) == Lines{"(7,3)", "(8,1)"});
  CHECK(run.sortedAt(3) == Lines{"(7,1)"});
  CHECK(run.sortedAt(4).empty());
}

TEST_CASE("built-in reductions give what functions give", "[unit][dstream][reduce_window]") {
  std::vector<Lines> outputs[2];
  for (const bool built_in : {false, true}) {
    WindowRunner run;
    const auto pairs = run.pairs();
    run.show(built_in ? pairs.reduceByKeyAndWindow(reduction::Sum{}, sec(3), sec(1), kId)
                      : pairs.reduceByKeyAndWindow(add, sec(3), sec(1), kId));
    run.prepare(1);
    for (int second = 1; second < 8; ++second) {
      for (int i = 0; i < second * 7 % 5; ++i)
        run.put(std::string(1, static_cast<char>('a' + i * second % 3)), i + second);
      outputs[built_in ? 1 : 0].push_back(run.batchAt(second));
    }
  }
  CHECK(outputs[0] == outputs[1]);
}

TEST_CASE("with and without an inverse, in any merging of ticks, at any parallelism: one result",
          "[unit][dstream][reduce_window]") {
  const auto [inverse, merged, shards, workers] =
      GENERATE(table<bool, bool, std::uint32_t, std::uint32_t>(
          {{false, false, 1, 1}, {false, true, 3, 2}, {true, false, 3, 2}, {true, true, 2, 1}}));
  WindowRunner run(workers);
  const auto pairs = run.pairs();
  run.show(inverse ? pairs.reduceByKeyAndWindow(add, subtract, sec(6), sec(2), kDropEmpty)
                   : pairs.reduceByKeyAndWindow(add, sec(6), sec(2), kId));
  run.prepare(shards);
  Lines all;
  std::map<int, std::map<std::string, std::int64_t>> added;  // by second
  Lines expected;
  for (int second = 1; second <= 40; ++second) {
    const bool runs = !merged || second % 5 == 0 || second == 3;
    if (second < 30 && runs)
      for (int i = 0; i < second % 4; ++i) {
        const std::string key(1, static_cast<char>('a' + (second * 3 + i) % 5));
        run.put(key, second + i);
        added[second][key] += second + i;
      }
    if (second % 2 == 0) {
      std::map<std::string, std::int64_t> window;
      for (int s = second - 5; s <= second; ++s)
        for (const auto& [key, value] : added[s]) window[key] += value;
      for (const auto& [key, value] : window)
        expected.push_back(std::to_string(second * 1000) + " (" + key + "," +
                           std::to_string(value) + ")");
    }
    if (!runs) continue;
    const Lines lines = run.batchAt(second);
    const auto times = run.times();
    for (std::size_t i = 0; i < lines.size(); ++i)
      all.push_back(std::to_string(times[i]) + " " + lines[i]);
  }
  std::sort(all.begin(), all.end());
  std::sort(expected.begin(), expected.end());
  CHECK(all == expected);
}

TEST_CASE("what a fold fails on is rejected, the window stays right",
          "[unit][dstream][reduce_window]") {
  WindowRunner run;
  run.deadLetters();
  const auto bounded = [](std::int64_t a, std::int64_t b) {
    if (a + b > 10) throw std::runtime_error("too large");
    return a + b;
  };
  run.show(run.pairs().reduceByKeyAndWindow(bounded, subtract, sec(2), sec(1), kDropEmpty));
  run.prepare();
  run.put("a", 6);
  CHECK(run.batchAt(1) == Lines{"(a,6)"});
  run.put("a", 7);
  CHECK(run.batchAt(2) == Lines{"(a,6)"});
  CHECK(run.records("dlq").size() == 1);
  CHECK(run.batchAt(3).empty());
  CHECK(run.state->contents("w").empty());
}

TEST_CASE("the signature tells one window from another", "[unit][dstream][reduce_window]") {
  WindowRunner run;
  run.show(run.pairs().reduceByKeyAndWindow(reduction::Sum{}, sec(60), sec(10), kId));
  run.prepare();
  const auto& state = run.graph->states()[0];
  CHECK(state.kind == "reduceByKeyAndWindow 60000 ms every 10000 ms");
  CHECK(state.key_type == "string");
  CHECK(state.value_type == "long");
  CHECK(state.reduction == "sum");
  CHECK(run.graph->needsIdleBatches());
}
