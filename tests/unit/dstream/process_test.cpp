// process: typed state by key and by partition, timers of both times, what a failing call leaves.
#include <lockstep/dstream/process.hpp>

#include "tests/support/catch.hpp"
#include "tests/unit/dstream/event_time_runner.hpp"

using namespace lockstep;
using std::chrono::milliseconds;
using test::EventTimeRunner;
using test::Lines;

namespace {

using Out = std::pair<std::string, std::string>;
using Context = ProcessContext<std::string, Out>;

Out line(const std::string& key, const std::string& text) { return {key, text}; }
std::int64_t ms(EventTime time) { return time.time_since_epoch().count(); }

/// Uses every type of state.
struct Everything {
  using Output = Out;
  struct Add {
    std::int64_t operator()(std::int64_t a, std::int64_t b) const { return a + b; }
  };
  struct Join {
    std::string operator()(const std::string& all, std::int64_t value) const {
      return all + std::to_string(value);
    }
  };
  ValueState<std::int64_t> last{"last"};
  ListState<std::int64_t> all{"all"};
  MapState<std::int64_t, std::int64_t> times{"times"};
  ReducingState<std::int64_t, Add> sum{"sum", {}};
  AggregatingState<std::string, std::int64_t, Join> text{"text", ">", {}};
  PartitionState<std::int64_t> calls{"calls"};

  void onRecord(const std::string& key, const std::int64_t& value, Context& context) const {
    if (value == 0) {
      last(context).clear(), all(context).clear(), times(context).clear();
      sum(context).clear(), text(context).clear();
    } else {
      last(context).set(value);
      all(context).add(value);
      auto seen = times(context);
      seen.put(value, seen.get(value).value_or(0) + 1);
      if (value == 7) seen.remove(3);
      sum(context).add(value);
      text(context).add(value);
    }
    calls(context).set(calls(context).getOr(0) + 1);
    if (value == 13) throw std::runtime_error("unlucky");
    std::string shown = std::to_string(last(context).getOr(-1)) + " ";
    for (const auto item : all(context).get()) shown += std::to_string(item) + ",";
    shown += " ";
    for (const auto item : times(context).keys())
      shown += std::to_string(item) + "x" + std::to_string(times(context).get(item).value()) + ",";
    shown += " " + std::to_string(sum(context).get().value_or(0)) + " " + text(context).get() +
             " " + std::to_string(calls(context).getOr(0));
    context.emit(line(key, shown));
  }
};

/// Sets timers as its values say; tells when they go off.
struct Alarm {
  using Output = Out;
  ValueState<std::int64_t> rung{"rung"};

  void onRecord(const std::string& key, const std::int64_t& value, Context& context) const {
    if (value > 0) context.timers().at(EventTime(milliseconds(value)));
    if (value < 0) context.timers().atBatchTime(BatchTime(milliseconds(-value)));
    if (context.isLate()) context.emit(line(key, "late"));
  }
  void onTimer(const std::string& key, const Timer& timer, Context& context) const {
    rung(context).set(rung(context).getOr(0) + 1);
    const bool event = timer.kind == Timer::Kind::kEventTime;
    context.emit(line(key, (event ? "event " : "batch ") + std::to_string(ms(timer.time)) + " at " +
                               std::to_string(ms(context.batchTime())) + " #" +
                               std::to_string(rung(context).get().value())));
    if (event && ms(timer.time) % 100 == 50) context.timers().at(timer.time);
    if (event && ms(timer.time) == 660) throw std::runtime_error("no");
  }
};

}  // namespace

TEST_CASE("each key has its values, lists, maps and folds; a partition has its own",
          "[unit][dstream][process]") {
  EventTimeRunner run;
  run.deadLetters();
  run.save(process(run.pairs(), {.id = "p"}, Everything{}));
  run.prepare(1);
  run.put("a", 3).put("b", 5).put("a", 7).put("a", 3).put("a", 7);
  CHECK(run.batch().status.ok());
  CHECK(run.records() == Lines{"a=3 3, 3x1, 3 >3 1", "b=5 5, 5x1, 5 >5 2", "a=7 3,7, 7x1, 10 >37 3",
                               "a=3 3,7,3, 7x1,3x1, 13 >373 4", "a=7 3,7,3,7, 7x2, 20 >3737 5"});
  run.put("a", 13).put("a", 1);
  run.batch();
  // The call that threw has left no trace.
  CHECK(run.records() == Lines{"a=1 3,7,3,7,1, 7x2,1x1, 21 >37371 6"});
  CHECK(run.records("dlq").size() == 1);
  run.put("a", 0).put("b", 0);
  run.batch();
  CHECK(run.records() == Lines{"a=-1   0 > 7", "b=-1   0 > 8"});
  CHECK(run.state->contents("p").size() == 1);  // the partition's
}

TEST_CASE("timers of event time go off behind the watermark, by time and key, after the records",
          "[unit][dstream][process]") {
  EventTimeRunner run;
  run.deadLetters();
  run.save(process(run.timed({.id = "clock"}), {.id = "p"}, Alarm{}));
  run.prepare(1);
  run.at(100, "b", 300).at(100, "a", 300).at(100, "a", 300).at(100, "c", 90).at(100, "a", 150);
  run.next();
  CHECK(run.records() == Lines{"c=event 90 at 1000 #1"});
  run.at(299, "a", 0).at(90, "z", 0);
  run.next();
  // 150 sets itself again, one later: it came to an end.
  CHECK(run.records() == Lines{"z=late", "a=event 150 at 2000 #1", "a=event 151 at 2000 #2"});
  run.at(300, "a", 660);
  run.next();
  CHECK(run.records() == Lines{"a=event 300 at 3000 #3", "b=event 300 at 3000 #1"});
  run.at(5000, "a", 0);
  run.next();
  CHECK(run.records().empty());
  CHECK(run.records("dlq").size() == 1);  // the timer's, whose call threw
}

TEST_CASE("timers of batch time go off when their tick closes, those of missed ticks first",
          "[unit][dstream][process]") {
  EventTimeRunner run;
  run.save(process(run.pairs(), {.id = "p"}, Alarm{}));
  run.prepare(1);
  run.put("b", -2500).put("a", -2500).put("a", -500).put("c", -2000).put("d", -9000);
  CHECK(run.batchAt(1).size() == 1);
  CHECK(run.records() == Lines{"a=batch 500 at 1000 #1"});
  BatchPlan open = run.planAt(2);
  open.closes_own_tick = false;
  CHECK(run.batchOf(open).empty());
  run.put("e", -4000);
  run.batchAt(4);
  CHECK(run.records() == Lines{"c=batch 2000 at 3000 #1", "a=batch 2500 at 3000 #2",
                               "b=batch 2500 at 3000 #1", "e=batch 4000 at 4000 #1"});
  CHECK(run.times() == std::vector<std::int64_t>{3000, 3000, 3000, 4000});
}

TEST_CASE("a timer of event time needs event times", "[unit][dstream][process]") {
  EventTimeRunner run;
  run.save(process(run.pairs(), {.id = "p"}, Alarm{}));
  run.prepare(1);
  run.put("a", 100);
  CHECK_THAT(run.run(run.planAt(1)).status.toString(),
             Catch::Matchers::Contains("a timer of event time in a stream without it"));
}

TEST_CASE("process gives the same in a re-run, and at any number of workers",
          "[unit][dstream][process]") {
  const auto all = [](std::uint32_t workers, bool again) {
    EventTimeRunner run(workers);
    const auto timed = run.timed({.id = "clock"}, 2);
    run.save(process(timed, {.id = "p"}, Alarm{}), "alarms");
    run.save(process(timed.elements().filter([](const auto& pair) { return pair.second > 20; }),
                     {.id = "q"}, Everything{}));
    run.prepare(3);
    Lines lines;
    std::uint32_t seed = 3;
    for (int batch = 1; batch < 20; ++batch) {
      for (int i = 0; i < 20; ++i) {
        seed = seed * 1103515245 + 12345;
        const auto value = static_cast<std::int64_t>((seed >> 9) % 2000) - 500;
        run.at(batch * 40 + (seed >> 5) % 50, "k" + std::to_string((seed >> 16) % 9), value, i % 2);
      }
      const BatchPlan plan = run.planAt(batch);
      if (again) {
        run.run(plan);
        Job::rollback(plan.id, run.services);
      }
      run.batchOf(plan);
      for (const char* topic : {"out", "alarms"})
        for (const std::string& line : run.records(topic)) lines.push_back(line);
      for (const auto& [key, value] : run.state->contents("p")) lines.push_back(key + "=" + value);
    }
    return lines;
  };
  const Lines expected = all(1, false);
  CHECK(expected.size() > 300);
  CHECK(all(3, false) == expected);
  CHECK(all(2, true) == expected);
}
