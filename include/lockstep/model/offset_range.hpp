#pragma once

#include <cstdint>
#include <string>

#include <lockstep/model/topic_partition.hpp>

namespace lockstep {

/// What one batch reads of one partition: offsets [from, until). Empty ranges are legal and are
/// committed like others. The span is an upper bound of the records in it, never their count.
struct OffsetRange {
  TopicPartition partition;
  Offset from;
  Offset until;

  [[nodiscard]] bool empty() const { return from == until; }
  [[nodiscard]] std::int64_t span() const { return lockstep::span(from, until); }
  auto operator<=>(const OffsetRange&) const = default;
};

/// "orders/7 [40, 42)"
[[nodiscard]] std::string toString(const OffsetRange& range);

/// A position to commit: everything below `next` has been processed.
struct PartitionOffset {
  TopicPartition partition;
  Offset next;

  auto operator<=>(const PartitionOffset&) const = default;
};

}  // namespace lockstep
