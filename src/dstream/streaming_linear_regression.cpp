#include <lockstep/dstream/streaming_linear_regression.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <lockstep/base/error.hpp>
#include <lockstep/model/record_error.hpp>

namespace lockstep {
namespace {

using Regression = StreamingLinearRegressionWithSGD;

/// splitmix64: a number in [0, 1) for each point and step.
double drawn(std::uint64_t step, std::uint64_t point) {
  std::uint64_t x = (step << 32) + point + 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return static_cast<double>((x ^ (x >> 31)) >> 11) * 0x1p-53;
}

double length(const MlVector& vector) {
  double sum = 0;
  for (const double x : vector) sum += x * x;
  return std::sqrt(sum);
}

double product(const MlVector& a, const MlVector& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

void requirePositive(double value, const char* what) {
  if (value > 0) return;
  throw Error(Status::fatal(ExitCode::kConfiguration, "E031",
                            fmt::format("the {} of a linear regression is {}", what, value),
                            "allowed: more than 0"));
}

}  // namespace

double LinearModel::predict(const MlVector& features) const {
  if (features.size() != weights.size())
    throw RecordError(RecordErrorKind::kEval,
                      fmt::format("{} features, where the model has {} weights", features.size(),
                                  weights.size()));
  return product(weights, features);
}

LinearModel GradientDescent::run(LinearModel model, std::span<const LabeledPoint> points) const {
  MlVector previous;
  for (int i = 1; i <= num_iterations; ++i) {
    MlVector gradient(model.weights.size(), 0);
    double taken = 0;
    for (std::size_t p = 0; p < points.size(); ++p) {
      if (mini_batch_fraction < 1 && drawn(static_cast<std::uint64_t>(i), p) >= mini_batch_fraction)
        continue;
      const double off = product(model.weights, points[p].features) - points[p].label;
      for (std::size_t j = 0; j < gradient.size(); ++j) gradient[j] += off * points[p].features[j];
      ++taken;
    }
    if (taken == 0) continue;
    const double step = step_size / std::sqrt(static_cast<double>(i));
    MlVector weights = model.weights;
    for (std::size_t j = 0; j < weights.size(); ++j) weights[j] -= step * (gradient[j] / taken);
    // The first step has nothing to compare with, as in Spark.
    bool converged = false;
    if (!previous.empty()) {
      MlVector moved = weights;
      for (std::size_t j = 0; j < moved.size(); ++j) moved[j] -= previous[j];
      converged = length(moved) < convergence_tol * std::max(length(weights), 1.0);
    }
    previous = weights;
    model.weights = std::move(weights);
    if (converged) break;
  }
  return model;
}

Regression& Regression::setStepSize(double step_size) {
  requireUntrained();
  requirePositive(step_size, "step size");
  learner_.descent.step_size = step_size;
  return *this;
}
Regression& Regression::setNumIterations(int iterations) {
  requireUntrained();
  requirePositive(iterations, "number of iterations");
  learner_.descent.num_iterations = iterations;
  return *this;
}
Regression& Regression::setMiniBatchFraction(double fraction) {
  requireUntrained();
  requirePositive(fraction, "mini-batch fraction");
  learner_.descent.mini_batch_fraction = fraction;
  return *this;
}
Regression& Regression::setConvergenceTol(double tolerance) {
  requireUntrained();
  learner_.descent.convergence_tol = tolerance;
  return *this;
}
Regression& Regression::setInitialWeights(MlVector weights) {
  requireUntrained();
  learner_.start.weights = std::move(weights);
  return *this;
}

void Regression::trainOn(const DStream<LabeledPoint>& points, const std::string& id) {
  requireUntrained();
  if (learner_.start.weights.empty())
    throw Error(Status::fatal(ExitCode::kConfiguration, "E009",
                              "a linear regression without initial weights",
                              "call setInitialWeights() before trainOn()"));
  model_ = std::make_shared<Model>(learner_);
  model_->trainOn(points, id, [](const LabeledPoint& point) { return point; });
}

DStream<double> Regression::predictOn(const DStream<MlVector>& features,
                                      const std::string& step) const {
  const auto keyed = features.map(
      [](const MlVector& vector) { return std::pair(std::string_view(), vector); }, step);
  using Pair = std::pair<std::string_view, double>;
  return model()
      .predict(keyed, step, 1, Predict{})
      .map([](const Pair& pair) { return pair.second; }, step);
}

DStream<LinearModel> Regression::models() const { return model().models(); }

std::shared_ptr<const LinearModel> Regression::latestModel() const {
  if (!model_) return std::make_shared<LinearModel>(learner_.start);
  return model_->latest();
}

const Regression::Model& Regression::model() const {
  if (!model_)
    throw Error(Status::fatal(ExitCode::kConfiguration, "E009",
                              "a linear regression that nothing trains cannot predict",
                              "call trainOn() first"));
  return *model_;
}

void Regression::requireUntrained() const {
  if (model_)
    throw Error(
        Status::fatal(ExitCode::kConfiguration, "E070",
                      "a linear regression is set up before trainOn(), and trained on one stream",
                      "make a second one, or unite the streams"));
}

}  // namespace lockstep
