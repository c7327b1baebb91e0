#include "src/engine/span_budget.hpp"

#include <algorithm>

namespace lockstep {

std::int64_t SpanBudget::offsets(std::size_t partitions) const {
  const auto count = std::max<std::int64_t>(static_cast<std::int64_t>(partitions), 1);
  if (bound_ == 0) return kFirstPerPartition * count;
  return std::max(bound_, kLeastPerPartition * count);
}

void SpanBudget::learn(std::int64_t span, std::chrono::nanoseconds processing, bool bounded,
                       std::size_t partitions) {
  if (span <= 0 || processing.count() <= 0) return;
  recent_[next_] = {span, processing};
  next_ = (next_ + 1) % recent_.size();

  double spans = 0;
  double time = 0;
  for (const auto& sample : recent_) {
    spans += static_cast<double>(sample.span);
    time += static_cast<double>(sample.processing.count());
  }
  const auto present = offsets(partitions);
  const auto twice = static_cast<double>(present) * 2;
  const double fits = spans / time * static_cast<double>(interval_.count());
  const auto measured = static_cast<std::int64_t>(std::min(fits, twice));
  const bool telling = bounded || processing > interval_;
  bound_ = telling ? std::max<std::int64_t>(measured, 1) : std::max(present, measured);
}

}  // namespace lockstep
