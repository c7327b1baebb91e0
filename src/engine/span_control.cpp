#include "src/engine/span_control.hpp"

#include <algorithm>

namespace lockstep {
namespace {

template <class T>
void tighten(std::optional<T>& limit, const std::optional<T>& by) {
  if (by && (!limit || *by < *limit)) limit = by;
}

template <class T>
T grown(T limit, bool slow) {
  return slow ? limit + std::max<T>(limit / 8, 1) : limit * 2;
}

}  // namespace

SpanControl::Answer SpanControl::refused(const BatchPlan& plan, const std::string& cause) {
  refusals_ = cause == cause_ ? refusals_ + 1 : 1;
  cause_ = cause;
  if (refusals_ < kRefusalsMax) return Answer::kAgain;
  refusals_ = 0;
  return halve(plan) ? Answer::kSmaller : Answer::kStop;
}

bool SpanControl::halve(const BatchPlan& plan) {
  std::int64_t longest = 0;
  std::size_t filled = 0;
  for (const auto& range : plan.ranges) {
    longest = std::max(longest, range.span());
    if (!range.empty()) ++filled;
  }
  if (longest > 1) {
    span_ = longest / 2;
    return true;
  }
  if (filled > 1) {
    span_ = 1;
    partitions_ = filled / 2;
    return true;
  }
  return false;
}

bool SpanControl::halveForLong(const BatchPlan& plan) {
  const bool halved = halve(plan);
  slow_ = slow_ || halved;
  return halved;
}

void SpanControl::committed() {
  cause_.clear();
  refusals_ = 0;
  if (partitions_) *partitions_ = grown(*partitions_, slow_);
  if (partitions_ && *partitions_ >= static_cast<std::size_t>(kUnbounded)) partitions_.reset();
  if (span_) *span_ = grown(*span_, slow_);
  if (span_ && *span_ >= kUnbounded) span_.reset();
  if (!halved()) slow_ = false;
}

void SpanControl::apply(SpanLimits& limits) const {
  tighten(limits.per_partition, span_);
  tighten(limits.partitions, partitions_);
}

}  // namespace lockstep
