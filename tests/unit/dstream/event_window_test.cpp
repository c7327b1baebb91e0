// Windows in event time: what is in them, when they are passed on, what is late, what is kept.
#include "tests/support/catch.hpp"
#include "tests/unit/dstream/event_time_runner.hpp"

using namespace lockstep;
using std::chrono::milliseconds;
using test::EventTimeRunner;
using test::Lines;

namespace {

/// A value of which 13 can be made unreadable.
struct Fragile {
  static inline bool breaks = false;
  std::int64_t value = 0;
};
void appendText(std::string& out, Fragile fragile) { out += std::to_string(fragile.value); }

}  // namespace

template <>
struct lockstep::Serde<Fragile> : Serde<std::int64_t> {
  static constexpr std::string_view kTypeName = "fragile";
  void append(std::string& out, Fragile fragile) const {
    Serde<std::int64_t>::append(out, fragile.value);
  }
  [[nodiscard]] Fragile read(std::string_view bytes) const {
    const Fragile fragile{Serde<std::int64_t>::read(bytes)};
    if (Fragile::breaks && fragile.value == 13) throw std::runtime_error("unlucky");
    return fragile;
  }
};

namespace {

const WatermarkOptions kClock{.id = "clock", .delay = milliseconds(0)};

EventWindowOptions windowOptions(int lateness = 0) {
  return {.id = "w", .lateness = milliseconds(lateness), .parallelism = 1};
}
auto windows(EventTimeRunner& run, const EventWindow& window, int lateness = 0) {
  return run.timed(kClock).eventWindow(window, windowOptions(lateness));
}
const EventWindow kTumbling = EventWindow::tumbling(milliseconds(100));
const EventWindow kSession = EventWindow::session(milliseconds(100));

}  // namespace

TEST_CASE("a tumbling window is passed on when the watermark reaches its end, by end and key",
          "[unit][dstream][event_window]") {
  EventTimeRunner run;
  run.showWindows(windows(run, kTumbling).reduceByKey(std::plus<std::int64_t>()));
  run.prepare();
  run.at(199, "b", 1).at(100, "a", 2).at(150, "b", 4).at(250, "a", 8).at(70, "z", 16);
  CHECK(run.next() == Lines{"z 0-100 16", "a 100-200 2", "b 100-200 5"});
  run.at(299, "b", 1);
  CHECK(run.next().empty());
  run.at(300, "c", 1);
  CHECK(run.next() == Lines{"a 200-300 8", "b 200-300 1"});
  run.at(10'000, "d", 1);
  CHECK(run.next() == Lines{"c 300-400 1"});
}

TEST_CASE("a late record is left out and counted, goes to the dead letters, or stops",
          "[unit][dstream][event_window]") {
  EventTimeRunner run;
  run.showWindows(windows(run, kTumbling).countByKey());
  run.prepare();
  run.at(100, "a");
  run.next();
  run.at(99, "late", 7).at(100, "a").at(300, "a");
  CHECK(run.next() == Lines{"a 100-200 2"});
  CHECK(run.last.counters.dropped == std::map<std::string, std::uint64_t>{{"w", 1}});
  run.at(250, "late", 8);
  run.services.errors.late = OnError::kDeadLetter;
  CHECK(run.next().empty());
  CHECK(run.records("dlq").size() == 1);
  CHECK(run.records("dlq")[0].starts_with("late="));
  CHECK(run.last.counters.dead_letters.size() == 1);
  run.at(250, "late");
  run.services.errors.late = OnError::kStop;
  const auto& result = run.run(run.planAt(9));
  CHECK_THAT(result.status.toString(), Catch::Matchers::Contains("(late)"));
}

TEST_CASE("within its lateness a window counts late records, and is passed on again",
          "[unit][dstream][event_window]") {
  EventTimeRunner run;
  run.showWindows(windows(run, kTumbling, 50).countByKey());
  run.prepare();
  run.at(10, "a").at(100, "x");
  CHECK(run.next() == Lines{"a 0-100 1"});
  run.at(20, "a").at(30, "b").at(149, "x");
  CHECK(run.next() == Lines{"a 0-100 2", "b 0-100 1"});
  CHECK(run.next().empty());
  run.at(40, "a").at(150, "x");  // judged by the watermark before: in time
  CHECK(run.next() == Lines{"a 0-100 3"});
  run.at(50, "a").at(400, "x");
  CHECK(run.next() == Lines{"x 100-200 3"});
  CHECK(run.last.counters.dropped.at("w") == 1);
  run.at(1000, "y");
  run.next();
  run.at(9000, "y");
  run.next();
  // Nothing is left but what is open: its pane and the timers.
  for (const auto& [key, value] : run.state->contents("w"))
    CHECK((key[0] == detail::kTimersTag || key.ends_with("y")));
}

TEST_CASE("a sliding window is folded from panes, each boundary once, gaps cost nothing",
          "[unit][dstream][event_window]") {
  EventTimeRunner run;
  run.showWindows(windows(run, EventWindow::sliding(milliseconds(300), milliseconds(100)))
                      .reduceByKey(reduction::Sum{}));
  run.prepare();
  run.at(50, "a", 1).at(150, "a", 2).at(160, "b", 4).at(199, "a", 8);
  CHECK(run.next() == Lines{"a -200-100 1"});
  run.at(400, "c", 16);
  CHECK(run.next() == Lines{"a -100-200 11", "b -100-200 4", "a 0-300 11", "b 0-300 4",
                            "a 100-400 10", "b 100-400 4"});
  run.at(1'000'000'000'000, "d", 1);
  CHECK(run.next() == Lines{"c 200-500 16", "c 300-600 16", "c 400-700 16"});
  // Only d's pane, its timer and the directory of timers.
  CHECK(run.state->contents("w").size() == 3);
}

TEST_CASE("a late record still counts in the sliding windows that have not ended",
          "[unit][dstream][event_window]") {
  EventTimeRunner run;
  run.showWindows(
      windows(run, EventWindow::sliding(milliseconds(200), milliseconds(100))).countByKey());
  run.prepare();
  run.at(120, "a");
  CHECK(run.next().empty());
  run.at(50, "a");  // its first window, -100-100, is closed; 0-200 is open
  CHECK(run.next().empty());
  CHECK(run.last.counters.dropped.empty());
  run.at(300, "b");
  CHECK(run.next() == Lines{"a 0-200 2", "a 100-300 1"});
}

TEST_CASE("with a slide longer than its size a window leaves out what is between",
          "[unit][dstream][event_window]") {
  EventTimeRunner run;
  run.showWindows(
      windows(run, EventWindow::sliding(milliseconds(100), milliseconds(300))).countByKey());
  run.prepare();
  run.at(50, "a").at(199, "b").at(200, "c").at(299, "c").at(300, "d").at(600, "e");
  CHECK(run.next() == Lines{"c 200-300 2"});
}

TEST_CASE("a session goes on while records come within its gap, and two become one",
          "[unit][dstream][event_window]") {
  EventTimeRunner run;
  run.showWindows(windows(run, kSession).groupByKey());
  run.prepare();
  run.at(1000, "a", 1).at(1100, "a", 2).at(1050, "b", 3).at(1400, "a", 4);
  // 1400 ends the first sessions; a's second is open.
  CHECK(run.next() == Lines{"b 1050-1150 [3]", "a 1000-1200 [1, 2]"});
  run.at(1450, "c", 5);
  CHECK(run.next().empty());
  run.at(1560, "a", 6).at(1480, "a", 7).at(1490, "a", 8);
  CHECK(run.next() == Lines{"c 1450-1550 [5]"});
  run.at(5000, "x", 1);
  CHECK(run.next() == Lines{"a 1400-1660 [4, 6, 7, 8]"});
}

TEST_CASE("a late record opens no session, but joins an open one or one within its lateness",
          "[unit][dstream][event_window]") {
  EventTimeRunner run;
  run.showWindows(windows(run, kSession, 200).countByKey());
  run.prepare();
  run.at(1000, "a").at(1299, "b");
  CHECK(run.next() == Lines{"a 1000-1100 1"});
  run.at(1010, "a").at(999, "c").at(1201, "d");
  CHECK(run.next() == Lines{"a 1000-1110 2"});
  CHECK(run.last.counters.dropped.at("w") == 1);  // c: its session would have ended at 1099
  run.at(1500, "b");
  CHECK(run.next() == Lines{"d 1201-1301 1", "b 1299-1399 1"});
  run.at(1010, "a").at(9000, "z");
  CHECK(run.next() == Lines{"b 1500-1600 1"});
  CHECK(run.last.counters.dropped.at("w") == 1);
}

TEST_CASE("windows over all elements have no key", "[unit][dstream][event_window]") {
  EventTimeRunner run(3);
  const auto timed = run.timed(kClock, 1);
  run.showWindows(timed.mapValues([](std::int64_t v) { return v; })
                      .map([](const test::Pair& pair) { return pair.second; })
                      .filter([](std::int64_t value) { return value != 5; })
                      .flatMap([](std::int64_t value) {
                        return std::vector<std::int64_t>{value, value};
                      })
                      .eventWindow(kTumbling, windowOptions())
                      .aggregate(
                          std::string(),
                          [](std::string all, std::int64_t v) { return all + std::to_string(v); },
                          [](std::string a, const std::string& b) { return a + b; }));
  run.prepare(4);
  run.at(10, "a", 1).at(20, "b", 2).at(30, "c", 5).at(100, "a", 3);
  CHECK(run.next() == Lines{" 0-100 1122"});
  CHECK(run.graph->states()[1].shards == 1);
  CHECK(run.graph->states()[1].kind == "eventWindow 100 ms every 100 ms");
}

TEST_CASE("a flush passes on what is open, once, and keeps the watermark",
          "[unit][dstream][event_window]") {
  for (const bool session : {false, true}) {
    EventTimeRunner run;
    run.showWindows(windows(run, session
                                     ? kSession
                                     : EventWindow::sliding(milliseconds(200), milliseconds(100)))
                        .countByKey());
    run.prepare();
    run.at(1000, "a").at(1020, "b");
    CHECK(run.flush() ==
          (session ? Lines{"a 1000-1100 1", "b 1020-1120 1"}
                   : Lines{"a 900-1100 1", "b 900-1100 1", "a 1000-1200 1", "b 1000-1200 1"}));
    CHECK(run.state->contents("w").empty());
    CHECK(run.flush().empty());
    run.at(1030, "a");
    CHECK(run.flush().size() == (session ? 1 : 2));
  }
}

TEST_CASE("a batch that is rolled back and run again gives the same, at any number of workers",
          "[unit][dstream][event_window]") {
  const auto all = [](std::uint32_t workers, bool again) {
    EventTimeRunner run(workers);
    const auto timed = run.timed({.id = "clock", .delay = milliseconds(40)}, 3);
    const EventWindowOptions options{.id = "w", .lateness = milliseconds(50)};
    const EventWindowOptions other{.id = "s", .lateness = milliseconds(50)};
    run.showWindows(
        timed.eventWindow(EventWindow::sliding(milliseconds(90), milliseconds(30)), options)
            .groupByKey());
    run.save(timed.eventWindow(EventWindow::session(milliseconds(25)), other)
                 .groupByKey()
                 .map([](const auto& pair) {
                   std::string text;
                   appendText(text, pair.second.value);
                   return std::pair(pair.first, text);
                 }),
             "sessions");
    run.prepare(4);
    Lines lines;
    std::uint32_t seed = 7;
    for (int batch = 1; batch < 40; ++batch) {
      for (int i = 0; i < 20; ++i) {
        seed = seed * 1103515245 + 12345;
        run.at(batch * 20 + static_cast<int>(seed >> 8) % 120,
               "k" + std::to_string((seed >> 16) % 9), i, i % 3);
      }
      const BatchPlan plan = run.planAt(batch);
      if (again) {
        run.run(plan);
        Job::rollback(plan.id, run.services);
      }
      run.batchOf(plan);
      for (const char* topic : {"out", "sessions"})
        for (const std::string& line : run.records(topic)) lines.push_back(line);
      for (const auto& [step, count] : run.last.counters.dropped)
        lines.push_back(step + std::to_string(count));
      for (const char* id : {"clock", "w", "s"})
        for (const auto& [key, value] : run.state->contents(id)) lines.push_back(key + "=" + value);
    }
    return lines;
  };
  const Lines expected = all(1, false);
  CHECK(expected.size() > 1000);
  CHECK(all(4, false) == expected);
  CHECK(all(3, true) == expected);
}

TEST_CASE("a function that throws rejects what it was called for",
          "[unit][dstream][event_window]") {
  for (const bool session : {false, true}) {
    EventTimeRunner run;
    run.deadLetters();
    run.showWindows(windows(run, session ? kSession : kTumbling)
                        .reduceByKey([](std::int64_t a, std::int64_t b) {
                          if (b == 13) throw std::runtime_error("unlucky");
                          return a + b;
                        }));
    run.prepare();
    run.at(1010, "a", 1).at(1020, "a", 13).at(1030, "a", 2);
    run.next();
    CHECK(run.records("dlq").size() == 1);
    run.at(1040, "a", 4).at(5000, "b");
    CHECK(run.next() == Lines{session ? "a 1010-1140 7" : "a 1000-1100 7"});
  }
}

TEST_CASE("sessions that cannot be read reject what comes, and stay as they were",
          "[unit][dstream][event_window]") {
  EventTimeRunner run;
  run.deadLetters();
  run.showWindows(
      run.timed({.id = "clock", .delay = milliseconds(1000)})
          .mapValues([](std::int64_t value) { return Fragile{value}; })
          .eventWindow(kSession, windowOptions())
          .reduceByKey([](Fragile a, Fragile b) { return Fragile{a.value + b.value}; }));
  run.prepare();
  run.at(10'000, "a", 1).at(10'200, "a", 13).at(10'400, "a", 2);
  CHECK(run.next().empty());

  Fragile::breaks = true;  // the second of three sessions
  run.at(10'010, "a", 4).at(10'020, "a", 5);
  CHECK(run.next().empty());
  CHECK(run.records("dlq").size() == 2);
  run.at(13'000, "b", 3);
  CHECK(run.next().empty());  // they are due now
  CHECK(run.records("dlq").size() == 1);

  Fragile::breaks = false;
  run.at(10'450, "a", 8);
  CHECK(run.next() == Lines{"a 10000-10100 1", "a 10200-10300 13", "a 10400-10550 10"});
}

TEST_CASE("sizes, slides, gaps and lateness that there cannot be are refused with E031",
          "[unit][dstream][event_window]") {
  EventTimeRunner run;
  const auto timed = run.timed(kClock);
  const auto refused = [&](const EventWindow& window, int lateness, const std::string& text) {
    CHECK_THROWS_WITH(timed.eventWindow(window, windowOptions(lateness)).countByKey(),
                      Catch::Matchers::Contains(text));
  };
  refused(EventWindow::tumbling(milliseconds(0)), 0, "a window's size of 0 ms");
  refused(EventWindow::sliding(milliseconds(5), milliseconds(0)), 0, "a slide of 0 ms");
  refused(EventWindow::session(milliseconds(-1)), 0, "a session's gap of -1 ms");
  refused(kTumbling, -1, "lateness of -1 ms");
}
