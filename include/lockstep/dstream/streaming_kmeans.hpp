#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lockstep/dstream/map.hpp>
#include <lockstep/dstream/trained_model.hpp>

namespace lockstep {

/// A point of a learner: its coordinates.
using MlVector = std::vector<double>;

/// What the decay of a StreamingKMeans counts.
enum class DecayUnit : std::uint8_t { kBatches, kPoints };

/// Cluster centres and how much each weighs: Spark's StreamingKMeansModel.
struct KMeansModel {
  std::vector<MlVector> centers;
  std::vector<double> weights;

  /// Number of the nearest centre, of equally near ones the first. Throws RecordError (eval) for a
  /// point of another dimension.
  [[nodiscard]] std::int32_t predict(const MlVector& point) const;
  /// Spark's rule: old weights count `decay` (to the power of the number of points, with kPoints);
  /// each centre moves to the weighted mean of itself and its new points. A cluster whose weight
  /// falls below 1e-8 of the largest dies: the largest is split in two, a hair apart.
  /// The points are added up in their order.
  [[nodiscard]] KMeansModel updated(std::span<const MlVector> points, double decay,
                                    DecayUnit unit) const;
  bool operator==(const KMeansModel&) const = default;
};

template <>
struct Serde<KMeansModel> {
  using Parts = std::pair<std::vector<MlVector>, std::vector<double>>;
  static constexpr std::string_view kTypeName = "kmeans";
  void append(std::string& out, const KMeansModel& model) const {
    Serde<Parts>{}.append(out, {model.centers, model.weights});
  }
  [[nodiscard]] KMeansModel read(std::string_view bytes) const {
    auto [centers, weights] = Serde<Parts>{}.read(bytes);
    return {std::move(centers), std::move(weights)};
  }
};

namespace detail {

struct KMeansLearner {
  static constexpr std::string_view kTypeName = "kmeans";
  KMeansModel start;
  double decay = 1;
  DecayUnit unit = DecayUnit::kBatches;

  [[nodiscard]] KMeansModel initial() const { return start; }
  /// As in Spark, an empty batch decays too.
  [[nodiscard]] bool learnsFromNothing() const { return unit == DecayUnit::kBatches && decay != 1; }
  static void check(const KMeansModel& model, const MlVector& point) {
    static_cast<void>(model.predict(point));
  }
  [[nodiscard]] KMeansModel learn(const KMeansModel& model,
                                  std::span<const MlVector> points) const {
    return model.updated(points, decay, unit);
  }
};

}  // namespace detail

/// K-means on a stream: Spark's StreamingKMeans, with the model as state. Set it up, train it on
/// one stream, then use it on any.
///
/// A prediction uses the model that the same batch's points were learned into. A point of another
/// dimension than the centres is rejected (`errors.eval`).
/// Thread: the one that builds the graph; latestModel(): any.
class StreamingKMeans {
 public:
  StreamingKMeans() = default;

  /// How much the past counts: 1 = as much as the new, 0 = not at all. Default 1.
  StreamingKMeans& setDecayFactor(double decay);
  /// The decay with which the past counts half after so many batches or points.
  StreamingKMeans& setHalfLife(double half_life, DecayUnit unit);
  /// REQUIRED, this or the next. As many weights as centres, all centres of one dimension; else
  /// throws Error E031.
  StreamingKMeans& setInitialCenters(std::vector<MlVector> centers, std::vector<double> weights);
  /// `k` centres of `dimension` normal numbers. The same seed gives the same, though not Spark's.
  StreamingKMeans& setRandomCenters(std::size_t k, std::size_t dimension, double weight,
                                    std::uint64_t seed);

  /// Learns from `points`; `id` is the identity of its state. Throws Error E009 without centres,
  /// E070 when it is trained already.
  void trainOn(const DStream<MlVector>& points, const std::string& id);
  /// The number of each point's cluster, in the points' order. REQUIRES for the three below:
  /// trainOn() was called; else throws Error E009.
  [[nodiscard]] DStream<std::int32_t> predictOn(const DStream<MlVector>& points,
                                                const std::string& step = {}) const;
  /// (key, number of the cluster), a key's in order.
  template <class K>
  [[nodiscard]] DStream<std::pair<K, std::int32_t>> predictOnValues(
      const DStream<std::pair<K, MlVector>>& points, const ShuffleOptions& options = {}) const {
    return model().predict(points, options.step, options.parallelism, Predict{});
  }
  /// The model of each batch.
  [[nodiscard]] DStream<KMeansModel> models() const;
  /// The model of the last committed batch; the initial one before it. Thread: any.
  [[nodiscard]] std::shared_ptr<const KMeansModel> latestModel() const;

 private:
  struct Predict {
    std::int32_t operator()(const KMeansModel& model, const MlVector& point) const {
      return model.predict(point);
    }
  };
  using Model = detail::TrainedModel<detail::KMeansLearner, KMeansModel, MlVector>;
  [[nodiscard]] const Model& model() const;
  void requireUntrained() const;

  detail::KMeansLearner learner_;
  std::shared_ptr<Model> model_;
};

}  // namespace lockstep
