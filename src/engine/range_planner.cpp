#include "src/engine/range_planner.hpp"

#include <algorithm>

#include <lockstep/base/check.hpp>

namespace lockstep {
namespace {

std::int64_t lagOf(const PartitionOffset& position, Offset end) {
  return std::max<std::int64_t>(span(position.next, end), 0);
}

}  // namespace

PlannedRanges planRanges(std::span<const PartitionOffset> positions, std::span<const Offset> ends,
                         const SpanLimits& limits) {
  LOCKSTEP_CHECK(positions.size() == ends.size(), "one end per position");
  std::int64_t lag = 0;
  for (std::size_t i = 0; i < positions.size(); ++i) lag += lagOf(positions[i], ends[i]);

  PlannedRanges plan;
  plan.ranges.reserve(positions.size());
  std::size_t taken = 0;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const auto whole = lagOf(positions[i], ends[i]);
    auto take = whole;
    if (limits.total && lag > *limits.total && whole > 0) {
      // In double: a lag times a budget can pass 2^63.
      const auto share = static_cast<double>(*limits.total) * static_cast<double>(whole) /
                         static_cast<double>(lag);
      take = std::clamp<std::int64_t>(static_cast<std::int64_t>(share), 1, whole);
    }
    if (limits.per_partition) take = std::min(take, *limits.per_partition);
    if (limits.partitions && taken >= *limits.partitions) take = 0;
    if (take > 0) ++taken;
    plan.clamped = plan.clamped || take < whole;
    plan.span += take;
    plan.ranges.push_back(
        {positions[i].partition, positions[i].next, Offset{positions[i].next.value() + take}});
  }
  return plan;
}

void addBehind(std::vector<TopicPartition>& behind, std::span<const OffsetRange> ranges,
               std::span<const Offset> ends) {
  LOCKSTEP_CHECK(ranges.size() == ends.size(), "one end per range");
  for (std::size_t i = 0; i < ranges.size(); ++i)
    if (ranges[i].until < ends[i]) behind.push_back(ranges[i].partition);
  std::sort(behind.begin(), behind.end());
  behind.erase(std::unique(behind.begin(), behind.end()), behind.end());
}

}  // namespace lockstep
