// Steps over a whole batch: transform, SQL, models; accumulators and broadcasts.
#include <cmath>

#include <lockstep/dstream/accumulator.hpp>
#include <lockstep/dstream/sql.hpp>
#include <lockstep/dstream/streaming_kmeans.hpp>
#include <lockstep/dstream/streaming_linear_regression.hpp>
#include <lockstep/rdd/broadcast.hpp>

#include "tests/random/catalogue.hpp"

namespace lockstep::random_graphs {
namespace {

using Long = std::int64_t;

Long hundredths(double number) { return static_cast<Long>(std::llround(number * 100)); }
MlVector pointOf(Long value) {
  return {static_cast<double>(value % 10), static_cast<double>(value / 3 % 7)};
}
/// In one order, whatever it was: sums of doubles depend on it.
Items sorted(const Items& in) {
  return in.transform(
      [](const auto& rdd) { return rdd.sortBy([](const Item& item) { return item; }); });
}

Items ofRows(const DStream<SqlRow>& rows) {
  return rows.map([](const SqlRow& row) {
    return Item(std::get<std::string>(row.at(0)), std::get<Long>(row.at(1)));
  });
}

Steps querySteps() {
  return {
      {"transform",
       {"transform"},
       Order::kAnew,
       [](Builder&, const Flow& in, const Flow&) { return sorted(in.items); }},
      {"transform by time",
       {"transform"},
       Order::kKept,
       [](Builder&, const Flow& in, const Flow&) {
         return in.items.transform([](const auto& rdd, BatchTime time) {
           const auto second = time.time_since_epoch() / kInterval;
           if (second % 3 == 0) return rdd;
           return rdd.mapValues([second](Long value) { return mixed(value, second % 10); });
         });
       }},
      {"sql",
       {"sql"},
       Order::kAnew,
       [](Builder&, const Flow& in, const Flow&) {
         return ofRows(
             sql(in.items, "select key, sum(value % 1000) as value from batch group by key"));
       }},
      {"sqlRows",
       {"sql"},
       Order::kAnew,
       [](Builder&, const Flow& in, const Flow&) {
         const auto rows = in.items.map([](const Item& item) {
           return SqlRow{item.second % 1'000, item.first};
         });
         return ofRows(sqlRows(rows, {"points", "team"},
                               "select max(team), min(points) from batch group by points % 4 "
                               "order by min(points), max(team)"));
       }},
  };
}

Items learnedClusters(Builder& b, const Items& in) {
  StreamingKMeans kmeans;
  if (b.random.chance(700)) kmeans.setHalfLife(2, DecayUnit::kBatches);
  kmeans.setInitialCenters({{0, 0}, {9, 6}, {-5, 2}}, {1, 1, 1});
  kmeans.trainOn(in.map([](const Item& item) { return pointOf(item.second); }), b.id());
  if (b.random.chance(300))
    return kmeans.models().map([](const KMeansModel& model) {
      return Item("model", mixed(hundredths(model.centers[0][0]), hundredths(model.weights[1])));
    });
  const auto points = in.mapValues(pointOf);
  return kmeans.predictOnValues(points, b.shuffle()).mapValues([](std::int32_t cluster) {
    return Long{cluster};
  });
}

Items learnedLine(Builder& b, const Items& unsorted) {
  const auto in = sorted(unsorted);
  StreamingLinearRegressionWithSGD line;
  line.setStepSize(0.05).setNumIterations(5).setInitialWeights({0, 0});
  line.trainOn(in.map([](const Item& item) {
    return LabeledPoint{static_cast<double>(item.second % 5), pointOf(item.second)};
  }),
               b.id());
  return line.predictOnValues(in.mapValues(pointOf), b.shuffle()).mapValues([](double label) {
    return hundredths(label);
  });
}

Steps modelSteps() {
  return {
      {"StreamingKMeans",
       {"StreamingKMeans"},
       Order::kKept,
       [](Builder& b, const Flow& in, const Flow&) { return learnedClusters(b, in.items); }},
      {"StreamingLinearRegression",
       {"StreamingLinearRegressionWithSGD"},
       Order::kAnew,
       [](Builder& b, const Flow& in, const Flow&) { return learnedLine(b, in.items); }},
  };
}

Steps sharedSteps() {
  return {
      {"accumulator",
       {"accumulator"},
       Order::kKept,
       [](Builder& b, const Flow& in, const Flow&) {
         const LongAccumulator sum(*b.graph, b.id() + " sum");
         return in.items.map([sum](const Item& item) {
           sum.add(item.second % 100);
           if (item.second % 17 == 3) throw std::runtime_error("counts nothing");
           return item;
         });
       }},
      {"broadcast",
       {"broadcast"},
       Order::kKept,
       [](Builder& b, const Flow& in, const Flow&) {
         const Broadcast<Long> factor(b.random.between(1, 3));
         return in.items.mapValues(
             [factor](Long value) { return added(value * factor.value(), 0); });
       }},
  };
}

}  // namespace

Steps wholeBatchSteps() {
  Steps all = querySteps();
  for (const auto& more : {modelSteps(), sharedSteps()})
    all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace lockstep::random_graphs
