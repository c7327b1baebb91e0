// window: which batches a window holds, when it is passed on, and what hangs on it. The numbers are
// those of Spark's rules for windows.
#include <lockstep/dstream/window.hpp>

#include <lockstep/dstream/count.hpp>
#include <lockstep/dstream/reduce.hpp>
#include <lockstep/dstream/union.hpp>

#include "tests/support/catch.hpp"
#include "tests/unit/dstream/window_runner.hpp"

using namespace lockstep;
using test::Lines;
using test::sec;
using test::WindowRunner;

TEST_CASE("the first window comes at the first multiple of the slide, full or not",
          "[unit][dstream][window]") {
  WindowRunner run;
  run.show(run.numbers().window(sec(6), sec(2), {.id = "w"}));
  run.prepare();
  std::vector<Lines> seen;
  for (int second = 1; second <= 10; ++second) {
    run.put("", second);
    seen.push_back(run.batchAt(second));
  }
  CHECK(seen[0].empty());
  CHECK(seen[1] == Lines{"1", "2"});
  CHECK(seen[2].empty());
  CHECK(seen[3] == Lines{"1", "2", "3", "4"});
  CHECK(seen[5] == Lines{"1", "2", "3", "4", "5", "6"});
  CHECK(seen[7] == Lines{"3", "4", "5", "6", "7", "8"});
  CHECK(seen[8].empty());
  CHECK(seen[9] == Lines{"5", "6", "7", "8", "9", "10"});
}

TEST_CASE("a window that is no multiple of its slide, and one that is shorter",
          "[unit][dstream][window]") {
  const auto [length, slide, expected] = GENERATE(table<int, int, std::vector<Lines>>(
      {{3, 2, {{}, {"1", "2"}, {}, {"2", "3", "4"}, {}, {"4", "5", "6"}}},
       {1, 2, {{}, {"2"}, {}, {"4"}, {}, {"6"}}},
       {2, 3, {{}, {}, {"2", "3"}, {}, {}, {"5", "6"}}}}));
  WindowRunner run;
  run.show(run.numbers().window(sec(length), sec(slide), {.id = "w"}));
  run.prepare();
  for (int second = 1; second <= 6; ++second) {
    run.put("", second);
    CAPTURE(length, slide, second);
    CHECK(run.batchAt(second) == expected[static_cast<std::size_t>(second - 1)]);
  }
}

TEST_CASE("what hangs on a window runs at its slide only, with an empty window too",
          "[unit][dstream][window]") {
  WindowRunner run;
  run.show(run.numbers().window(sec(2), sec(2), {.id = "w"}).count());
  run.prepare();
  CHECK(run.batchAt(1).empty());
  CHECK(run.batchAt(2) == Lines{"0"});  // from the start, unlike countByWindow
  run.put("", 7).put("", 8);
  CHECK(run.batchAt(3).empty());
  CHECK(run.batchAt(4) == Lines{"2"});
  CHECK(run.batchAt(5).empty());
  CHECK(run.batchAt(6) == Lines{"0"});
}

TEST_CASE("after a pause count goes down to 0 once, at the first end of an empty window",
          "[unit][dstream][window]") {
  WindowRunner run;
  run.show(run.numbers().window(sec(2), sec(1), {.id = "w"}).count());
  run.prepare();
  run.put("", 7);
  CHECK(run.batchAt(1) == Lines{"1"});
  CHECK(run.batchAt(10) == Lines{"1", "0", "0"});
  CHECK(run.times() == std::vector<std::int64_t>{2000, 3000, 10'000});
  CHECK(run.batchAt(20) == Lines{"0", "0"});
  CHECK(run.times() == std::vector<std::int64_t>{11'000, 20'000});
  run.put("", 7);
  CHECK(run.batchAt(30) == Lines{"0", "1"});
}

TEST_CASE("an end at which another window holds something gives its zeros",
          "[unit][dstream][window]") {
  WindowRunner run;
  const auto numbers = run.numbers();
  run.show(numbers.window(sec(1), sec(1), {.id = "short"}).count());
  numbers.window(sec(4), sec(4), {.id = "long"}).print();
  run.prepare();
  run.put("", 7);
  CHECK(run.batchAt(1) == Lines{"1"});
  CHECK(run.batchAt(10) == Lines{"0", "0", "0", "0", "0"});
  CHECK(run.times() == std::vector<std::int64_t>{2000, 3000, 4000, 5000, 10'000});
}

TEST_CASE("a window of a window counts an element as often as inner windows hold it",
          "[unit][dstream][window]") {
  WindowRunner run;
  run.show(run.numbers()
               .window(sec(2), sec(1), {.id = "inner"})
               .window(sec(4), sec(2), {.id = "outer"}));
  run.prepare();
  run.put("", 1);
  CHECK(run.batchAt(1).empty());
  CHECK(run.batchAt(2) == Lines{"1", "1"});
  CHECK(run.batchAt(3).empty());
  CHECK(run.batchAt(4) == Lines{"1", "1"});
  CHECK(run.batchAt(6).empty());
}

TEST_CASE("boundaries that come due together are passed on one by one, before the batch's records",
          "[unit][dstream][window]") {
  WindowRunner run;
  run.show(run.numbers().window(sec(2), sec(1), {.id = "w"}).reduce([](auto a, auto b) {
    return a + b;
  }));
  run.prepare();
  run.put("", 1);
  CHECK(run.batchAt(1) == Lines{"1"});
  run.put("", 10);
  CHECK(run.batchAt(4) == Lines{"1", "10"});  // at 2 s; nothing at 3 s; its own
  CHECK(run.times() == std::vector<std::int64_t>{2000, 4000});
}

TEST_CASE("a tick that was left open is a boundary of the next batch", "[unit][dstream][window]") {
  WindowRunner run;
  run.show(run.numbers().window(sec(1), sec(1), {.id = "w"}));
  run.prepare();
  run.put("", 1);
  auto clamped = run.planAt(1);
  clamped.closes_own_tick = false;
  CHECK(run.batchOf(clamped).empty());
  run.put("", 2);
  auto second = run.planAt(1);  // the rest of the tick
  second.closes_own_tick = false;
  CHECK(run.batchOf(second).empty());
  run.put("", 3);
  CHECK(run.batchAt(2) == Lines{"1", "2", "3"});
  CHECK(run.times() == std::vector<std::int64_t>{1000, 1000, 2000});
}

TEST_CASE("a window holds nothing once its last pane has left, whatever came due in between",
          "[unit][dstream][window]") {
  WindowRunner run;
  run.show(run.numbers().window(sec(3), sec(1), {.id = "w"}));
  run.prepare();
  for (int i = 0; i < 50'000; ++i) run.put("", 1'000'000'000 + i);  // several chunks
  CHECK(run.batchAt(1).size() == 50'000);
  CHECK(run.state->contents("w").size() > 4);
  CHECK(run.batchAt(1000).size() == 100'000);
  CHECK(run.state->contents("w").empty());
  CHECK(run.batchAt(1001).empty());
}

TEST_CASE("elements keep their order of partition and arrival, at any number of workers",
          "[unit][dstream][window]") {
  std::vector<Lines> outputs;
  for (const std::uint32_t workers : {1U, 3U}) {
    WindowRunner run(workers);
    run.show(run.stream("in", 4)
                 .map([](const RecordView& r) { return std::string(*r.value); })
                 .window(sec(2), sec(2), {.id = "w"}));
    run.prepare(3);
    for (int second = 1; second <= 2; ++second) {
      for (int i = 0; i < 40; ++i) run.put("", 100 * second + i, i % 4);
      outputs.push_back(run.batchAt(second));
    }
  }
  CHECK(outputs[1].size() == 80);
  CHECK(outputs[1] == outputs[3]);
}

TEST_CASE("a boundary that is rolled back gives the same again", "[unit][dstream][window]") {
  WindowRunner run;
  run.show(run.numbers().window(sec(2), sec(1), {.id = "w"}));
  run.prepare();
  run.put("", 1);
  run.batchAt(1);
  const auto before = run.state->contents("w");
  run.put("", 2);
  const auto plan = run.planAt(3);
  run.run(plan);
  const Lines first = run.shown();
  Job::rollback(plan.id, run.services);
  CHECK(run.state->contents("w") == before);
  CHECK(run.batchOf(plan) == first);
  CHECK(first == Lines{"1", "2"});
}

TEST_CASE("streams of different slides are refused", "[unit][dstream][window]") {
  WindowRunner run;
  const auto numbers = run.numbers();
  run.show(numbers.window(sec(2), sec(2), {.id = "a"}).unite(numbers));
  const auto status = run.graph->check();
  CHECK(status.toString().find("E032") != std::string::npos);
}

TEST_CASE("window and slide are multiples of the batch interval, or of the stream's slide",
          "[unit][dstream][window]") {
  using std::chrono::milliseconds;
  WindowRunner run;
  const auto [length, slide, text, help] = GENERATE(table<int, int, std::string, std::string>(
      {{1000, 700, "slide 700ms is not a whole multiple of the batch interval 500ms", "500ms, 1s"},
       {0, 500, "window 0", "500ms"},
       {-500, 500, "window -500ms", "500ms"},
       {1000, 0, "slide 0", "500ms"}}));
  run.numbers().window(milliseconds(length), milliseconds(slide), {.id = "w"});
  const auto status = run.graph->checkWindows(milliseconds(500));
  INFO(status.toString());
  CHECK(status.toString().find("E031") != std::string::npos);
  CHECK(status.toString().find(text) != std::string::npos);
  CHECK(status.toString().find("nearest legal values: " + help) != std::string::npos);

  WindowRunner nested;
  nested.numbers().window(sec(4), sec(4), {.id = "a"}).window(sec(6), sec(4), {.id = "b"});
  const auto refused = nested.graph->checkWindows(milliseconds(500));
  CHECK(refused.toString().find("window 6s is not a whole multiple of the stream's slide 4s") !=
        std::string::npos);
  CHECK(nested.graph->windowSlide() == sec(4));
}
