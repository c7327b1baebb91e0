#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include <lockstep/model/offset_range.hpp>

namespace lockstep {

/// What batch `id` is: decided when its ranges are planned, recorded in the ledger, the same in
/// every re-run. See docs/architecture.md, "Ticks and batches".
struct BatchPlan {
  BatchId id;
  BatchTime time;
  /// Everything that is still open up to these times is closed by this batch before its own
  /// records, in order: windows boundary by boundary, visits and time-outs once per entry.
  std::vector<BatchTime> closes_first;
  /// Whether the batch closes its own tick after its records (an unclamped batch does).
  bool closes_own_tick = false;
  /// Whether windows in event time that are still open pass on what they hold: the end of
  /// `--until-end --flush`.
  bool flushes = false;
  /// One range for every owned partition, empty ones too, sorted by partition.
  std::vector<OffsetRange> ranges;
  /// Up to here earlier batches have closed everything: the windows' boundaries after it and up to
  /// closes_first are this batch's to close.
  BatchTime closed_before{};
  /// Partitions of `ranges`, sorted, that were known to hold more than the batch reads of them: a
  /// limit cut their range, or a transaction in them is still open. They are not idle, however long
  /// their ranges have been empty.
  std::vector<TopicPartition> behind = {};

  /// Whether `partition` was known to hold more than the batch reads.
  [[nodiscard]] bool leavesBehind(const TopicPartition& partition) const {
    return std::binary_search(behind.begin(), behind.end(), partition);
  }
  /// Offsets over all ranges.
  [[nodiscard]] std::int64_t span() const {
    std::int64_t offsets = 0;
    for (const OffsetRange& range : ranges) offsets += range.span();
    return offsets;
  }

  bool operator==(const BatchPlan&) const = default;
};

}  // namespace lockstep
