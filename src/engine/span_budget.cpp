#include "src/engine/span_budget.hpp"

#include <algorithm>

namespace lockstep {

std::int64_t SpanBudget::offsets(std::size_t partitions) const {
  const auto count = std::max<std::int64_t>(static_cast<std::int64_t>(partitions), 1);
  if (bound_ == 0) return kFirstPerPartition * count;
  return std::max(bound_, kLeastPerPartition * count);
}

void SpanBudget::learn(const Sample& batch, bool bounded, std::size_t partitions) {
  if (batch.span <= 0 || batch.processing.count() <= 0) return;
  recent_[next_] = batch;
  next_ = (next_ + 1) % recent_.size();

  double spans = 0;
  double time = 0;
  double bytes = 0;
  for (const auto& sample : recent_) {
    spans += static_cast<double>(sample.span);
    time += static_cast<double>(sample.processing.count());
    bytes += static_cast<double>(sample.output_bytes);
  }
  const auto present = offsets(partitions);
  double fits = spans / time * static_cast<double>(interval_.count());
  if (bytes > 0) fits = std::min(fits, spans / bytes * static_cast<double>(output_bytes_max_));
  const auto twice = static_cast<double>(present) * 2;
  const auto measured = static_cast<std::int64_t>(std::min(fits, twice));
  const bool telling =
      bounded || batch.processing > interval_ || batch.output_bytes > output_bytes_max_;
  bound_ = telling ? std::max<std::int64_t>(measured, 1) : std::max(present, measured);
}

}  // namespace lockstep
