#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lockstep/dstream/streaming_kmeans.hpp>

namespace lockstep {

/// What is to be learned: Spark's LabeledPoint.
struct LabeledPoint {
  double label = 0;
  MlVector features;
  bool operator==(const LabeledPoint&) const = default;
};

template <>
struct Serde<LabeledPoint> {
  static constexpr std::string_view kTypeName = "labeled point";
  void append(std::string& out, const LabeledPoint& point) const {
    Serde<std::pair<double, MlVector>>{}.append(out, {point.label, point.features});
  }
  [[nodiscard]] LabeledPoint read(std::string_view bytes) const {
    auto [label, features] = Serde<std::pair<double, MlVector>>{}.read(bytes);
    return {label, std::move(features)};
  }
};

/// label = weights * features, without an intercept, as in Spark's streaming regression: add a
/// feature that is always 1 to have one.
struct LinearModel {
  MlVector weights;
  /// Throws RecordError (eval) for features of another dimension.
  [[nodiscard]] double predict(const MlVector& features) const;
  bool operator==(const LinearModel&) const = default;
};

template <>
struct Serde<LinearModel> {
  static constexpr std::string_view kTypeName = "linear";
  void append(std::string& out, const LinearModel& model) const {
    Serde<MlVector>{}.append(out, model.weights);
  }
  [[nodiscard]] LinearModel read(std::string_view bytes) const {
    return {Serde<MlVector>{}.read(bytes)};
  }
};

/// Stochastic gradient descent on the squared error, as Spark's GradientDescent does it: in step i
/// the weights go against the mean gradient of the (sampled) points by step_size / sqrt(i), until
/// they move by less than convergence_tol of their length.
struct GradientDescent {
  double step_size = 0.1;
  int num_iterations = 50;
  /// The share of a batch's points that a step looks at; which ones depends on their number in the
  /// batch and on the step only. Spark draws others.
  double mini_batch_fraction = 1.0;
  double convergence_tol = 0.001;

  /// The points are added up in their order.
  [[nodiscard]] LinearModel run(LinearModel model, std::span<const LabeledPoint> points) const;
};

namespace detail {

struct RegressionLearner {
  static constexpr std::string_view kTypeName = "linear";
  LinearModel start;
  GradientDescent descent;

  [[nodiscard]] LinearModel initial() const { return start; }
  [[nodiscard]] static bool learnsFromNothing() { return false; }
  static void check(const LinearModel& model, const LabeledPoint& point) {
    static_cast<void>(model.predict(point.features));
  }
  [[nodiscard]] LinearModel learn(LinearModel model, std::span<const LabeledPoint> points) const {
    return descent.run(std::move(model), points);
  }
};

}  // namespace detail

/// Linear regression on a stream: Spark's StreamingLinearRegressionWithSGD, with the weights as
/// state. Use as StreamingKMeans.
class StreamingLinearRegressionWithSGD {
 public:
  StreamingLinearRegressionWithSGD& setStepSize(double step_size);
  StreamingLinearRegressionWithSGD& setNumIterations(int iterations);
  StreamingLinearRegressionWithSGD& setMiniBatchFraction(double fraction);
  StreamingLinearRegressionWithSGD& setConvergenceTol(double tolerance);
  /// REQUIRED. One for each feature.
  StreamingLinearRegressionWithSGD& setInitialWeights(MlVector weights);

  /// Learns from `points`; `id` is the identity of its state. Throws Error E009 without initial
  /// weights, E070 when it is trained already.
  void trainOn(const DStream<LabeledPoint>& points, const std::string& id);
  /// The label that the model gives to features, in their order. REQUIRES for the three below:
  /// trainOn() was called; else throws Error E009.
  [[nodiscard]] DStream<double> predictOn(const DStream<MlVector>& features,
                                          const std::string& step = {}) const;
  /// (key, label), a key's in order.
  template <class K>
  [[nodiscard]] DStream<std::pair<K, double>> predictOnValues(
      const DStream<std::pair<K, MlVector>>& features, const ShuffleOptions& options = {}) const {
    return model().predict(features, options.step, options.parallelism, Predict{});
  }
  /// The model of each batch.
  [[nodiscard]] DStream<LinearModel> models() const;
  /// The model of the last committed batch; the initial one before it. Thread: any.
  [[nodiscard]] std::shared_ptr<const LinearModel> latestModel() const;

 private:
  struct Predict {
    double operator()(const LinearModel& model, const MlVector& features) const {
      return model.predict(features);
    }
  };
  using Model = detail::TrainedModel<detail::RegressionLearner, LinearModel, LabeledPoint>;
  [[nodiscard]] const Model& model() const;
  void requireUntrained() const;

  detail::RegressionLearner learner_;
  std::shared_ptr<Model> model_;
};

}  // namespace lockstep
