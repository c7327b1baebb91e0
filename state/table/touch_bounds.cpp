#include "state/table/touch_bounds.hpp"

#include <algorithm>

namespace lockstep {

void TouchBounds::fit(std::size_t keys) {
  constexpr unsigned kShiftMin = 6;  // 64 million ranges
  const std::size_t known = ranges_.size();
  if (known == 0) ranges_.assign(1, BatchTime::min());
  while (ranges_.size() * kKeysPerRange < keys && shift_ > kShiftMin) {
    std::vector<BatchTime> halves;
    halves.reserve(2 * ranges_.size());
    for (const BatchTime bound : ranges_) halves.insert(halves.end(), 2, bound);
    ranges_ = std::move(halves);
    --shift_;
  }
  if (ranges_.size() == known) return;
  groups_.assign((ranges_.size() + kGroup - 1) / kGroup, BatchTime::max());
  for (std::size_t i = 0; i < ranges_.size(); ++i)
    groups_[i / kGroup] = std::min(groups_[i / kGroup], ranges_[i]);
}

void TouchBounds::set(std::uint64_t hash, BatchTime earliest) {
  const std::size_t range = hash >> shift_;
  ranges_[range] = earliest;
  const std::size_t first = range / kGroup * kGroup;
  const std::size_t last = std::min(first + kGroup, ranges_.size());
  groups_[range / kGroup] = *std::min_element(ranges_.begin() + static_cast<long>(first),
                                              ranges_.begin() + static_cast<long>(last));
}

std::uint64_t TouchBounds::firstBefore(std::uint64_t from, BatchTime before) const {
  std::size_t range = from >> shift_;
  while (range < ranges_.size()) {
    if (range % kGroup == 0 && groups_[range / kGroup] >= before) {
      range += kGroup;
    } else if (ranges_[range] >= before) {
      ++range;
    } else {
      return std::max(from, std::uint64_t{range} << shift_);
    }
  }
  return kEnd;
}

}  // namespace lockstep
