// process: typed keyed state and timers.
#include <lockstep/dstream/process.hpp>

#include "tests/random/catalogue.hpp"
#include "tests/random/timed.hpp"

namespace lockstep::random_graphs {
namespace {

using Long = std::int64_t;
using Context = ProcessContext<std::string, Item>;

constexpr auto kMax = [](Long a, Long b) { return std::max(a, b); };
constexpr auto kCountUp = [](Long count, Long) { return count + 1; };

/// All kinds of state, and a timer that clears some of it.
struct Remember {
  using Output = Item;

  ValueState<Long> sum{"sum"};
  ListState<Long> values{"values"};
  MapState<Long, Long> times{"times"};
  ReducingState<Long, decltype(kMax)> most{"most", kMax};
  AggregatingState<Long, Long, decltype(kCountUp)> count{"count", 0, kCountUp};
  std::chrono::milliseconds patience;
  bool event_time = false;

  void onRecord(const std::string& key, Long value, Context& context) const {
    sum(context).set(added(sum(context).getOr(0), value));
    values(context).add(value % 10);
    auto map = times(context);
    map.put(value % 3, map.get(value % 3).value_or(0) + 1);
    most(context).add(value);
    count(context).add(value);
    if (value % 13 == 5) throw std::runtime_error("thirteen");  // all of it is taken back
    if (event_time)
      context.timers().at(*context.eventTime() + patience);
    else
      context.timers().atBatchTime(context.batchTime() + patience);
    context.emit({key, mixed(sum(context).getOr(0), count(context).get())});
  }
  void onTimer(const std::string& key, const Timer& timer, Context& context) const {
    const auto all = mixed(mixedAll(values(context).get()), mixedAll(times(context).keys()));
    const auto at = timer.time.time_since_epoch().count() / 100 % kModulus;
    context.emit({key, mixed(all, mixed(at, most(context).get().value_or(0)))});
    values(context).clear();
    if (count(context).get() % 2 == 0) times(context).clear();
  }
};

/// A value of each shard: how many elements it has had.
struct CountShards {
  using Output = Item;
  PartitionState<Long> had{"had"};

  void onRecord(const std::string& key, Long, Context& context) const {
    auto count = had(context);
    count.set(count.getOr(0) + 1);
    context.emit({key, count.getOr(0)});
  }
};

Remember remember(Builder& b, bool event_time) {
  Remember function;
  function.patience = kInterval * b.random.between(0, 2) + kInterval / 2;
  function.event_time = event_time;
  b.note("timers after {} ms", function.patience.count());
  return function;
}

}  // namespace

Steps processSteps() {
  return {
      {.name = "process",
       .operators = {"process"},
       .add =
           [](Builder& b, const Flow& in, const Flow&) {
             return process(in.items, {b.id(), b.shards()}, remember(b, false));
           },
       .needs_order = true,
       .ticks = true,
       .grows = [](std::int64_t in, std::int64_t) { return 2 * in; }},
      {.name = "process in event time",
       .operators = {"process", "assignTimestamps"},
       .add =
           [](Builder& b, const Flow& in, const Flow&) {
             return process(timed(b, in.items), {b.id() + "-process", b.shards()},
                            remember(b, true));
           },
       .needs_order = true,
       .ticks = true,
       .grows = [](std::int64_t in, std::int64_t) { return 2 * in; }},
      {.name = "process with a value of each shard",
       .operators = {"process"},
       .add =
           [](Builder& b, const Flow& in, const Flow&) {
             b.comparable = false;
             return process(in.items, {b.id(), b.shards()}, CountShards{});
           },
       .needs_order = true},
  };
}

}  // namespace lockstep::random_graphs
