// Windows in batch time.
#include <algorithm>

#include "tests/random/catalogue.hpp"

namespace lockstep::random_graphs {
namespace {

using Long = std::int64_t;

constexpr auto kPlus = [](Long a, Long b) { return a + b; };
constexpr auto kMinus = [](Long a, Long b) { return a - b; };
constexpr auto kSum = [](const Item& a, const Item& b) {
  return Item(std::min(a.first, b.first), a.second + b.second);
};

WindowOptions windowOptions(Builder& b) {
  const bool drop_empty = b.random.chance(500);
  return {b.id(), drop_empty, b.shards()};
}

/// A window, called with its length, its slide and its options.
template <class Make>
Step windowed(const std::string& name, Order order, Make make) {
  const auto op = name.substr(0, name.find(' '));
  return {name, {op}, order, [make](Builder& b, const Flow& in, const Flow&) {
            const auto drawn = b.window(in);
            return Items(make(in.items, drawn, windowOptions(b)));
          }};
}

Steps byKeySteps() {
  using Options = WindowOptions;
  using Drawn = Builder::Window;
  Steps steps{
      windowed("window", Order::kKept,
               [](const Items& in, const Drawn& w, const Options& o) {
                 return in.window(w.length, w.slide, o);
               }),
      windowed("reduceByKeyAndWindow", Order::kAnew,
               [](const Items& in, const Drawn& w, const Options& o) {
                 return in.reduceByKeyAndWindow(added, w.length, w.slide, o);
               }),
      windowed("reduceByKeyAndWindow sum", Order::kAnew,
               [](const Items& in, const Drawn& w, const Options& o) {
                 return in.reduceByKeyAndWindow(reduction::Sum{}, w.length, w.slide, o);
               }),
      windowed("reduceByKeyAndWindow inverse", Order::kAnew,
               [](const Items& in, const Drawn& w, const Options& o) {
                 return in.reduceByKeyAndWindow(kPlus, kMinus, w.length, w.slide, o);
               }),
      windowed("reduceByKeyAndWindow filter", Order::kAnew,
               [](const Items& in, const Drawn& w, const Options& o) {
                 return in.reduceByKeyAndWindow(
                     kPlus, kMinus, w.length, w.slide,
                     [](const Item& item) { return item.second > 0; }, o);
               }),
      windowed("groupByKeyAndWindow", Order::kAnew,
               [](const Items& in, const Drawn& w, const Options& o) {
                 return in.groupByKeyAndWindow(w.length, w.slide, o)
                     .mapValues([](const std::vector<Long>& values) { return mixedAll(values); });
               }),
  };
  steps.back().needs_order = true;
  return steps;
}

Steps wholeSteps() {
  using Options = WindowOptions;
  using Drawn = Builder::Window;
  return {
      windowed("reduceByWindow", Order::kAnew,
               [](const Items& in, const Drawn& w, const Options& o) {
                 return in.reduceByWindow(kSum, w.length, w.slide, o);
               }),
      windowed("reduceByWindow inverse", Order::kAnew,
               [](const Items& in, const Drawn& w, const Options& o) {
                 return in.map([](const Item& item) { return item.second; })
                     .reduceByWindow(kPlus, kMinus, w.length, w.slide, o)
                     .map([](Long sum) { return Item("sum", sum); });
               }),
      windowed("countByWindow", Order::kAnew,
               [](const Items& in, const Drawn& w, const Options& o) {
                 return in.countByWindow(w.length, w.slide, o).map([](Long count) {
                   return Item("count", count);
                 });
               }),
      windowed("countByValueAndWindow", Order::kLost,
               [](const Items& in, const Drawn& w, const Options& o) {
                 return in.countByValueAndWindow(w.length, w.slide, o)
                     .map([](const std::pair<Item, Long>& counted) {
                       return Item(counted.first.first,
                                   mixed(counted.first.second, counted.second));
                     });
               }),
  };
}

}  // namespace

Steps windowSteps() {
  Steps all = byKeySteps();
  const Steps more = wholeSteps();
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace lockstep::random_graphs
