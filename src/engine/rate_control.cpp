#include "src/engine/rate_control.hpp"

#include <algorithm>
#include <cmath>

namespace lockstep {
namespace {

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

void tighten(std::optional<std::int64_t>& limit, double offsets, std::size_t least) {
  // A rate beyond any log bounds nothing; as an integer it could overflow.
  if (offsets >= 1e15) return;
  const auto bound =
      std::max(static_cast<std::int64_t>(std::floor(offsets)), static_cast<std::int64_t>(least));
  limit = std::min(limit.value_or(bound), bound);
}

}  // namespace

RateControl::RateControl(const RateOptions& options, std::chrono::milliseconds interval)
    : options_(options), interval_(seconds(interval)) {}

std::optional<double> RateControl::rate() const {
  if (!options_.backpressure) return std::nullopt;
  if (estimated_) return rate_;
  return options_.initial;
}

void RateControl::apply(SpanLimits& limits, std::size_t partitions) const {
  if (options_.max_per_partition)
    tighten(limits.per_partition, *options_.max_per_partition * interval_, 1);
  if (const auto total = rate())
    tighten(limits.total, *total * interval_, std::max<std::size_t>(partitions, 1));
}

void RateControl::learn(Instant end, std::int64_t offsets, std::chrono::nanoseconds processing,
                        std::chrono::nanoseconds delay) {
  if (!options_.backpressure || offsets <= 0 || processing.count() <= 0) return;
  if (latest_ && end <= *latest_) return;
  const auto& pid = *options_.backpressure;
  const double reached = static_cast<double>(offsets) / seconds(processing);
  if (!latest_) {  // nothing was asked for yet
    latest_ = end;
    rate_ = reached;
    return;
  }
  const double error = rate_ - reached;
  const double piled_up = std::max(seconds(delay), 0.0) * reached / interval_;
  const double change = (error - error_) / seconds(end - *latest_);
  rate_ =
      std::max(rate_ - pid.proportional * error - pid.integral * piled_up - pid.derived * change,
               pid.min_rate);
  error_ = error;
  latest_ = end;
  estimated_ = true;
}

}  // namespace lockstep
