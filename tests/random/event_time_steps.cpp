// Windows in event time.
#include "tests/random/catalogue.hpp"
#include "tests/random/timed.hpp"

namespace lockstep::random_graphs {
namespace {

using Long = std::int64_t;
using std::chrono::milliseconds;

/// `alike`: the same records of a key, or of all, come in one order.
EventWindow drawWindow(Builder& b, bool alike) {
  const auto size = kInterval * b.random.between(1, 3);
  switch (b.random.below(3)) {
    case 0:
      b.note("tumbling {} ms", size.count());
      return EventWindow::tumbling(size);
    case 1:
      b.note("sliding {} ms every {} ms", size.count(), kInterval.count() / 2);
      return EventWindow::sliding(size, kInterval / 2);
    default:
      b.note("sessions {} ms", size.count() / 2);
      // Whether a record is late may depend on one before it that leads to an open session.
      if (!alike) b.comparable = false;
      return EventWindow::session(size / 2);
  }
}

/// The clock and the window are two states.
EventWindowedDStream<Item> windows(Builder& b, const Flow& in, bool by_key) {
  const auto clicks = timed(b, in.items);
  EventWindowOptions options{b.id() + "-window"};
  options.lateness = milliseconds(b.random.below(3) * 500);
  options.parallelism = b.shards();
  const auto window = drawWindow(b, in.ordered && by_key);
  b.note("lateness {} ms", options.lateness.count());
  return clicks.filter([](const Item& item) { return item.second % 11 != 10; })
      .eventWindow(window, options);
}

Item itemOf(const std::string& key, const Windowed<Long>& window) {
  const Long times = mixed(window.start.time_since_epoch().count() / 100 % kModulus,
                           window.end.time_since_epoch().count() / 100 % kModulus);
  return {key, mixed(times, window.value)};
}
Items itemsOf(const DStream<std::pair<std::string, Windowed<Long>>>& results) {
  return results.map([](const auto& result) { return itemOf(result.first, result.second); });
}

/// `fold` makes (key, value) of the window, or a value.
template <class Fold>
Step folds(const std::string& name, Fold fold) {
  return {.name = "eventWindow " + name,
          .operators = {"eventWindow", "assignTimestamps", name},
          .order = Order::kAnew,
          .add = [fold, by_key = name.ends_with("ByKey")](
                     Builder& b, const Flow& in,
                     const Flow&) { return Items(fold(windows(b, in, by_key))); },
          .grows = [](std::int64_t in, std::int64_t) { return 3 * in; }};
}
Items ofAll(const DStream<Windowed<Long>>& results) {
  return results.map([](const Windowed<Long>& result) { return itemOf("all", result); });
}

constexpr auto kAddItem = [](Long sum, const Item& item) { return added(sum, item.second); };

}  // namespace

Steps eventTimeSteps() {
  using Windows = EventWindowedDStream<Item>;
  Steps steps{
      folds("reduceByKey", [](const Windows& w) { return itemsOf(w.reduceByKey(added)); }),
      folds("countByKey", [](const Windows& w) { return itemsOf(w.countByKey()); }),
      folds("aggregateByKey",
            [](const Windows& w) { return itemsOf(w.aggregateByKey(Long{0}, added, added)); }),
      folds("groupByKey",
            [](const Windows& w) {
              return itemsOf(w.groupByKey().mapValues([](const auto& window) {
                return Windowed<Long>{window.start, window.end, mixedAll(window.value)};
              }));
            }),
      folds("count", [](const Windows& w) { return ofAll(w.count()); }),
      folds("aggregate",
            [](const Windows& w) { return ofAll(w.aggregate(Long{0}, kAddItem, added)); }),
      folds("reduce",
            [](const Windows& w) {
              const auto later = [](const Item& a, const Item& b) {
                return Item(std::max(a.first, b.first), added(a.second, b.second));
              };
              return w.reduce(later).map([](const Windowed<Item>& result) {
                return itemOf(result.value.first, {result.start, result.end, result.value.second});
              });
            }),
      folds("group",
            [](const Windows& w) {
              return w.group().flatMap(
                  [](const Windowed<std::vector<Item>>& window) { return window.value; });
            }),
  };
  steps[3].needs_order = true;
  // Whether records met in one session at first depends on other keys' records between them.
  steps.back().order = Order::kLost;
  steps.push_back(
      {"elements with event times",
       {"elements", "assignTimestamps"},
       Order::kKept,
       [](Builder& b, const Flow& in, const Flow&) {
         return timed(b, in.items).mapValues([](Long value) { return mixed(value, 3); }).elements();
       }});
  steps.push_back({"watermarks",
                   {"watermarks", "assignTimestamps"},
                   Order::kAnew,
                   [](Builder& b, const Flow& in, const Flow&) {
                     return timed(b, in.items).watermarks().map([](EventTime time) {
                       return Item("watermark", time.time_since_epoch().count() / 100 % kModulus);
                     });
                   }});
  return steps;
}

}  // namespace lockstep::random_graphs
