// Folds of a batch, by key or as a whole.
#include <algorithm>
#include <cmath>

#include "tests/random/catalogue.hpp"

namespace lockstep::random_graphs {
namespace {

using Long = std::int64_t;

/// A fold by key, called with the options of its shuffle.
template <class Fold>
Step byKey(const std::string& name, Fold fold) {
  return {name, {name}, Order::kAnew, [fold](Builder& b, const Flow& in, const Flow&) {
            return Items(fold(in.items, b.shuffle()));
          }};
}
Step inOrder(Step step) {
  step.needs_order = true;
  return step;
}

Items ofPairs(const DStream<std::pair<std::string, std::pair<Long, Long>>>& sums) {
  return sums.mapValues([](const auto& sum) { return mixed(sum.first, sum.second); });
}

Steps functionFolds() {
  return {
      byKey("reduceByKey", [](const Items& in, const auto& o) { return in.reduceByKey(added, o); }),
      inOrder(byKey("reduceByKey",
                    [](const Items& in, const auto& o) {
                      return in.reduceByKey([](Long, Long last) { return last; }, o);
                    })),
      byKey("foldByKey",
            [](const Items& in, const auto& o) { return in.foldByKey(Long{0}, added, o); }),
      byKey("aggregateByKey",
            [](const Items& in, const auto& o) {
              using Sum = std::pair<Long, Long>;
              return ofPairs(in.aggregateByKey(
                  Sum{},
                  [](Sum s, Long v) {
                    return Sum{added(s.first, v), s.second + 1};
                  },
                  [](Sum s, Sum t) {
                    return Sum{added(s.first, t.first), s.second + t.second};
                  },
                  o));
            }),
      inOrder(
          byKey("combineByKey",
                [](const Items& in, const auto& o) {
                  return in
                      .combineByKey(
                          [](Long v) { return std::to_string(v); },
                          [](std::string& c, Long v) { c += "," + std::to_string(v); },
                          [](const std::string& c, const std::string& d) { return c + "," + d; }, o)
                      .mapValues([](const std::string& text) { return mixedAll(text); });
                })),
      inOrder(byKey("groupByKey",
                    [](const Items& in, const auto& o) {
                      return in.groupByKey(o).mapValues(
                          [](const std::vector<Long>& values) { return mixedAll(values); });
                    })),
  };
}

Steps namedFolds() {
  return {
      byKey("sumByKey", [](const Items& in, const auto& o) { return in.sumByKey(o); }),
      byKey("minByKey", [](const Items& in, const auto& o) { return in.minByKey(o); }),
      byKey("maxByKey", [](const Items& in, const auto& o) { return in.maxByKey(o); }),
      byKey("countByKey", [](const Items& in, const auto& o) { return in.countByKey(o); }),
      byKey("avgByKey",
            [](const Items& in, const auto& o) {
              return in.avgByKey(o).mapValues(
                  [](double mean) { return static_cast<Long>(std::floor(mean * 4)); });
            }),
      byKey("topNByKey",
            [](const Items& in, const auto& o) {
              return in.topNByKey(2, std::less<>(), o)
                  .flatMapValues([](const std::vector<Long>& values) { return values; });
            }),
      {"countByValue",
       {"countByValue"},
       Order::kLost,
       [](Builder& b, const Flow& in, const Flow&) {
         return in.items.countByValue(b.shuffle()).map([](const std::pair<Item, Long>& counted) {
           return Item(counted.first.first, mixed(counted.first.second, counted.second));
         });
       }},
  };
}

Steps wholeFolds() {
  return {
      {"count",
       {"count"},
       Order::kAnew,
       [](Builder&, const Flow& in, const Flow&) {
         return in.items.count().map([](Long count) { return Item("count", count); });
       }},
      {"reduce",
       {"reduce"},
       Order::kAnew,
       [](Builder&, const Flow& in, const Flow&) {
         return in.items.reduce([](const Item& a, const Item& b) {
           return Item(std::max(a.first, b.first), added(a.second, b.second));
         });
       }},
      {"topN",
       {"topN"},
       Order::kAnew,
       [](Builder& b, const Flow& in, const Flow&) {
         const auto count = b.random.between(1, 5);
         b.note("{}", count);
         return in.items.topN(static_cast<std::size_t>(count));
       }},
  };
}

}  // namespace

Steps foldSteps() {
  Steps all = functionFolds();
  for (const auto& more : {namedFolds(), wholeFolds()})
    all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace lockstep::random_graphs
