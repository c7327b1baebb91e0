#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <lockstep/model/offset_range.hpp>

namespace lockstep {

/// What bounds one batch. Nothing set = everything up to the last stable offsets.
struct SpanLimits {
  std::optional<std::int64_t> total;          ///< offsets over all partitions, shared by lag
  std::optional<std::int64_t> per_partition;  ///< offsets of one range
  std::optional<std::size_t> partitions;      ///< ranges that are not empty
};

struct PlannedRanges {
  std::vector<OffsetRange> ranges;  ///< one per position, in its order
  std::int64_t span = 0;            ///< over all ranges
  bool clamped = false;             ///< something was left for the next batch
};

/// Chooses [from, until) for every partition: `until` = its end, clamped by the limits; a total is
/// shared in proportion to lag, and every partition with lag gets at least one offset of it.
/// An end below its position gives an empty range: a replica that lags answered.
/// REQUIRES: positions.size() == ends.size().
[[nodiscard]] PlannedRanges planRanges(std::span<const PartitionOffset> positions,
                                       std::span<const Offset> ends, const SpanLimits& limits);

/// Adds to `behind`, which stays sorted, the partitions that end behind their range.
/// REQUIRES: ranges.size() == ends.size().
void addBehind(std::vector<TopicPartition>& behind, std::span<const OffsetRange> ranges,
               std::span<const Offset> ends);

}  // namespace lockstep
