#include <lockstep/dstream/streaming_kmeans.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include <fmt/format.h>

#include <lockstep/base/error.hpp>
#include <lockstep/model/record_error.hpp>

namespace lockstep {
namespace {

constexpr double kDyingShare = 1e-8;

double squaredDistance(const MlVector& a, const MlVector& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

/// The smallest cluster takes half of the largest.
void splitLargest(KMeansModel& model) {
  auto& weights = model.weights;
  const auto largest = std::max_element(weights.begin(), weights.end()) - weights.begin();
  const auto smallest = std::min_element(weights.begin(), weights.end()) - weights.begin();
  auto& most = weights[static_cast<std::size_t>(largest)];
  auto& least = weights[static_cast<std::size_t>(smallest)];
  if (!(least < kDyingShare * most)) return;
  most = least = (most + least) / 2;
  auto& kept = model.centers[static_cast<std::size_t>(largest)];
  auto& born = model.centers[static_cast<std::size_t>(smallest)];
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const double x = kept[i];
    const double hair = 1e-14 * std::max(std::abs(x), 1.0);
    kept[i] = x + hair;
    born[i] = x - hair;
  }
}

Error outOfRange(std::string message, std::string help) {
  return Error(
      Status::fatal(ExitCode::kConfiguration, "E031", std::move(message), std::move(help)));
}

}  // namespace

std::int32_t KMeansModel::predict(const MlVector& point) const {
  if (centers.empty() || point.size() != centers.front().size())
    throw RecordError(RecordErrorKind::kEval,
                      fmt::format("a point of {} dimensions, where the centres have {}",
                                  point.size(), centers.empty() ? 0 : centers.front().size()));
  std::size_t nearest = 0;
  double least = squaredDistance(point, centers[0]);
  for (std::size_t i = 1; i < centers.size(); ++i) {
    const double distance = squaredDistance(point, centers[i]);
    if (!(distance < least)) continue;
    least = distance;
    nearest = i;
  }
  return static_cast<std::int32_t>(nearest);
}

KMeansModel KMeansModel::updated(std::span<const MlVector> points, double decay,
                                 DecayUnit unit) const {
  KMeansModel next = *this;
  std::vector<MlVector> sums(centers.size());
  std::vector<double> counts(centers.size(), 0);
  for (const MlVector& point : points) {
    const auto label = static_cast<std::size_t>(predict(point));
    sums[label].resize(point.size(), 0);
    for (std::size_t i = 0; i < point.size(); ++i) sums[label][i] += point[i];
    ++counts[label];
  }
  const double discount =
      unit == DecayUnit::kBatches ? decay : std::pow(decay, static_cast<double>(points.size()));
  for (double& weight : next.weights) weight *= discount;
  for (std::size_t label = 0; label < sums.size(); ++label) {
    if (counts[label] == 0) continue;
    const double updated = next.weights[label] + counts[label];
    const double share = counts[label] / std::max(updated, 1e-16);
    next.weights[label] = updated;
    auto& center = next.centers[label];
    for (std::size_t i = 0; i < center.size(); ++i)
      center[i] = center[i] * (1 - share) + share / counts[label] * sums[label][i];
  }
  splitLargest(next);
  return next;
}

StreamingKMeans& StreamingKMeans::setDecayFactor(double decay) {
  requireUntrained();
  if (!(decay >= 0))
    throw outOfRange(fmt::format("the decay factor of a k-means is {}", decay),
                     "allowed: 0 and more; 1 forgets nothing");
  learner_.decay = decay;
  return *this;
}

StreamingKMeans& StreamingKMeans::setHalfLife(double half_life, DecayUnit unit) {
  requireUntrained();
  if (!(half_life > 0))
    throw outOfRange(fmt::format("the half life of a k-means is {}", half_life),
                     "allowed: more than 0 batches or points");
  learner_.decay = std::exp(std::log(0.5) / half_life);
  learner_.unit = unit;
  return *this;
}

StreamingKMeans& StreamingKMeans::setInitialCenters(std::vector<MlVector> centers,
                                                    std::vector<double> weights) {
  requireUntrained();
  const bool even = std::all_of(centers.begin(), centers.end(), [&](const MlVector& center) {
    return !center.empty() && center.size() == centers.front().size();
  });
  if (centers.empty() || !even || centers.size() != weights.size())
    throw outOfRange(
        fmt::format("{} centres of a k-means with {} weights", centers.size(), weights.size()),
        "give it as many weights as centres, and centres of one dimension");
  learner_.start = {std::move(centers), std::move(weights)};
  return *this;
}

StreamingKMeans& StreamingKMeans::setRandomCenters(std::size_t k, std::size_t dimension,
                                                   double weight, std::uint64_t seed) {
  // std::normal_distribution is not the same everywhere; this is (Box and Muller).
  std::mt19937_64 random(seed);
  const auto uniform = [&] { return (static_cast<double>(random() >> 11) + 0.5) * 0x1p-53; };
  std::vector<MlVector> centers(k, MlVector(dimension));
  for (auto& center : centers)
    for (double& x : center) {
      const double radius = std::sqrt(-2 * std::log(uniform()));
      x = radius * std::cos(2 * std::numbers::pi * uniform());
    }
  return setInitialCenters(std::move(centers), std::vector<double>(k, weight));
}

void StreamingKMeans::trainOn(const DStream<MlVector>& points, const std::string& id) {
  requireUntrained();
  if (learner_.start.centers.empty())
    throw Error(Status::fatal(ExitCode::kConfiguration, "E009", "a k-means without centres",
                              "call setInitialCenters() or setRandomCenters() before trainOn()"));
  model_ = std::make_shared<Model>(learner_);
  model_->trainOn(points, id, [](const MlVector& point) { return point; });
}

DStream<std::int32_t> StreamingKMeans::predictOn(const DStream<MlVector>& points,
                                                 const std::string& step) const {
  const auto keyed =
      points.map([](const MlVector& point) { return std::pair(std::string_view(), point); }, step);
  using Pair = std::pair<std::string_view, std::int32_t>;
  return model()
      .predict(keyed, step, 1, Predict{})
      .map([](const Pair& pair) { return pair.second; }, step);
}

DStream<KMeansModel> StreamingKMeans::models() const { return model().models(); }

std::shared_ptr<const KMeansModel> StreamingKMeans::latestModel() const {
  if (!model_) return std::make_shared<KMeansModel>(learner_.start);
  return model_->latest();
}

const StreamingKMeans::Model& StreamingKMeans::model() const {
  if (!model_)
    throw Error(Status::fatal(ExitCode::kConfiguration, "E009",
                              "a k-means that nothing trains cannot predict",
                              "call trainOn() first"));
  return *model_;
}

void StreamingKMeans::requireUntrained() const {
  if (model_)
    throw Error(Status::fatal(ExitCode::kConfiguration, "E070",
                              "a k-means is set up before trainOn(), and trained on one stream",
                              "make a second one, or unite the streams"));
}

}  // namespace lockstep
