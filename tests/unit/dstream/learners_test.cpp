// Streaming k-means and linear regression, against numbers that ml/reference.py computed.
#include <lockstep/dstream/streaming_linear_regression.hpp>

#include <lockstep/base/error.hpp>

#include "tests/support/catch.hpp"
#include "tests/unit/dstream/pairs.hpp"

using namespace lockstep;
using test::GraphRunner;
using test::Lines;

namespace {

#include "tests/unit/dstream/ml/reference.inc"

void checkClose(const std::vector<double>& found, const std::vector<double>& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    CHECK(found[i] == Approx(expected[i]).epsilon(1e-12).margin(1e-12));
}
void checkClose(const KMeansModel& found, const KMeansModel& expected) {
  checkClose(found.weights, expected.weights);
  REQUIRE(found.centers.size() == expected.centers.size());
  for (std::size_t i = 0; i < found.centers.size(); ++i)
    checkClose(found.centers[i], expected.centers[i]);
}

/// "1 2" as a point; of "3: 1 2" without the label.
MlVector vectorOf(std::string_view text) {
  if (const auto colon = text.find(':'); colon != text.npos) text.remove_prefix(colon + 1);
  MlVector vector;
  std::string words(text);
  for (char* at = words.data(); *at != 0;) {
    vector.push_back(std::strtod(at, &at));
    while (*at == ' ') ++at;
  }
  return vector;
}
DStream<MlVector> points(const DStream<RecordView>& records) {
  return records.map([](const RecordView& r) { return vectorOf(r.value.value_or("")); });
}
std::string textOf(const MlVector& vector) {
  std::string text;
  for (const double x : vector) text += (text.empty() ? "" : " ") + std::to_string(x);
  return text;
}
void commit(GraphRunner& run) {
  run.batch();
  run.runEffects();
}

}  // namespace

TEST_CASE("k-means moves its centres by Spark's rule, forgets by half lives, and splits clusters",
          "[unit][dstream][learners]") {
  struct Row {
    double decay;
    DecayUnit unit;
    const std::vector<KMeansModel>& expected;
  };
  const std::vector<Row> rows{{1, DecayUnit::kBatches, kKeep},
                              {0.5, DecayUnit::kBatches, kDecay},
                              {0.75, DecayUnit::kPoints, kDecayPoints},
                              {0, DecayUnit::kBatches, kForget}};
  for (const auto& row : rows) {
    KMeansModel model{kCenters, kWeights};
    for (std::size_t i = 0; i < kPoints.size(); ++i) {
      CAPTURE(row.decay, i);
      model = model.updated(kPoints[i], row.decay, row.unit);
      checkClose(model, row.expected[i]);
    }
  }
}

TEST_CASE("the model of a stream is state, and the same batch's points are predicted with it",
          "[unit][dstream][learners]") {
  GraphRunner run;
  StreamingKMeans kmeans;
  kmeans.setHalfLife(1, DecayUnit::kBatches).setInitialCenters(kCenters, kWeights);
  const auto all = points(run.stream("in", 2));
  kmeans.trainOn(all, "clusters");
  saveText(run, kmeans.predictOn(all));
  run.prepare();
  for (std::size_t i = 0; i < kPoints.size(); ++i) {
    for (const auto& point : kPoints[i]) run.feed({textOf(point)}, "in", 0);
    commit(run);
    CHECK(run.records().size() == kPoints[i].size());
    checkClose(*kmeans.latestModel(), kDecay[i]);
    if (i == 0) CHECK(test::shownLines(run) == Lines{"0", "0", "1", "1", "0"});
  }
}

TEST_CASE("a learner's batch that runs again learns the same", "[unit][dstream][learners]") {
  GraphRunner run;
  StreamingKMeans kmeans;
  kmeans.setInitialCenters(kCenters, kWeights);
  const auto all = points(run.stream());
  kmeans.trainOn(all, "clusters");
  saveText(run, kmeans.models().map([](const KMeansModel& m) { return textOf(m.weights); }));
  run.prepare();
  run.feed({"1 1", "9 9"});
  const auto plan = run.plan();
  const auto first = [&] {
    run.run(plan);
    return run.records();
  }();
  Job::rollback(plan.id, run.services);
  run.run(plan);
  CHECK(run.records() == first);
  CHECK(*kmeans.latestModel() == KMeansModel{kCenters, kWeights});  // nothing was committed
}

TEST_CASE("points of another dimension are rejected, one by one", "[unit][dstream][learners]") {
  GraphRunner run;
  run.deadLetters();
  StreamingKMeans kmeans;
  kmeans.setInitialCenters({{0, 0}, {10, 10}}, {1, 1});
  const auto all = points(run.stream("in"));
  const auto keyed = run.stream("asked").map([](const RecordView& r) {
    return std::pair(r.key.value_or(""), vectorOf(r.value.value_or("")));
  });
  kmeans.trainOn(all, "clusters");
  saveText(run, kmeans.predictOnValues(keyed));
  run.prepare();
  run.feed({"1 1", "1 2 3", "9 9"});
  test::putPair(run, "a", "8 8", "asked"), test::putPair(run, "b", "1", "asked"),
      test::putPair(run, "a", "1 1", "asked");
  run.batch();
  CHECK(test::shownLines(run) == Lines{"(a,1)", "(a,0)"});
  CHECK(run.last.counters.dead_letters.at({"clusters", RecordErrorKind::kEval}) == 1);
  CHECK(run.records("dlq").size() == 2);
}

TEST_CASE("linear regression descends as Spark does", "[unit][dstream][learners]") {
  LinearModel plain{{0, 0}}, long_run{{0, 0}};
  const GradientDescent many{.step_size = 0.05, .num_iterations = 200, .convergence_tol = 0};
  for (std::size_t i = 0; i < kLabeled.size(); ++i) {
    plain = GradientDescent{}.run(plain, kLabeled[i]);
    long_run = many.run(long_run, kLabeled[i]);
    checkClose(plain.weights, kPlain[i].weights);
    checkClose(long_run.weights, kLong[i].weights);
  }
}

TEST_CASE("a mini-batch looks at a share of the points, the same in every run",
          "[unit][dstream][learners]") {
  std::vector<LabeledPoint> line;
  for (int i = 0; i < 200; ++i) line.push_back({0.02 * i, {0.01 * i}});
  const GradientDescent half{.num_iterations = 500, .mini_batch_fraction = 0.5};
  const GradientDescent none{.mini_batch_fraction = 1e-12};
  const auto model = half.run({{0}}, line);
  CHECK(model == half.run({{0}}, line));
  CHECK_FALSE(model == GradientDescent{.num_iterations = 500}.run({{0}}, line));
  CHECK(model.weights[0] == Approx(2).epsilon(0.2));
  CHECK(none.run({{7}}, line) == LinearModel{{7}});
}

TEST_CASE("a stream of labelled points trains, another is predicted", "[unit][dstream][learners]") {
  GraphRunner run;
  StreamingLinearRegressionWithSGD regression;
  regression.setInitialWeights({0, 0});
  const auto labelled = run.stream("in").map([](const RecordView& r) {
    return LabeledPoint{std::strtod(std::string(*r.value).c_str(), nullptr), vectorOf(*r.value)};
  });
  regression.trainOn(labelled, "line");
  saveText(run, regression.predictOn(points(run.stream("asked"))));
  run.prepare();
  for (std::size_t i = 0; i < kLabeled.size(); ++i) {
    for (const auto& [label, features] : kLabeled[i])
      run.feed({std::to_string(label) + ": " + textOf(features)});
    run.feed({"0 1"}, "asked");
    commit(run);
    checkClose(regression.latestModel()->weights, kPlain[i].weights);
    REQUIRE(test::shownLines(run).size() == 1);
    CHECK(std::stod(test::shownLines(run)[0]) == Approx(kPlain[i].weights[1]).epsilon(1e-5));
  }
}

TEST_CASE("a learner that is not set up says what is missing", "[unit][dstream][learners]") {
  GraphRunner run;
  const auto all = points(run.stream());
  StreamingKMeans kmeans;
  CHECK_THROWS_AS(kmeans.predictOn(all), Error);
  CHECK_THROWS_AS(kmeans.trainOn(all, "x"), Error);
  CHECK_THROWS_AS(kmeans.setInitialCenters({{1}, {1, 2}}, {1, 1}), Error);
  CHECK_THROWS_AS(kmeans.setInitialCenters({{1}}, {1, 1}), Error);
  CHECK_THROWS_AS(kmeans.setHalfLife(0, DecayUnit::kPoints), Error);
  CHECK_THROWS_AS(kmeans.setDecayFactor(-1), Error);
  kmeans.setRandomCenters(3, 2, 1, 42);
  StreamingKMeans other;
  other.setRandomCenters(3, 2, 1, 42);
  CHECK(*kmeans.latestModel() == *other.latestModel());
  kmeans.trainOn(all, "x");
  CHECK_THROWS_AS(kmeans.trainOn(all, "y"), Error);
  StreamingLinearRegressionWithSGD regression;
  CHECK_THROWS_AS(regression.setStepSize(0), Error);
  CHECK_THROWS_AS(regression.trainOn(all.map([](const MlVector& v) {
    return LabeledPoint{0, v};
  }),
                                     "z"),
                  Error);
}
