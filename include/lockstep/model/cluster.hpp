#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <lockstep/model/offset_range.hpp>

namespace lockstep {

/// A topic as the cluster describes it at one moment, with the limits that its records have to
/// meet.
struct TopicDescription {
  std::string name;
  bool exists = false;
  std::string id;  ///< "" where the client library cannot tell
  std::int32_t partitions = 0;
  std::int32_t replication = 0;
  bool compacted = false;
  std::int64_t max_message_bytes = 0;
  std::chrono::milliseconds delete_retention{0};
  /// Allowed distance of a record's timestamp from the broker's clock; max() = any.
  std::chrono::milliseconds timestamp_before_max = std::chrono::milliseconds::max();
  std::chrono::milliseconds timestamp_after_max = std::chrono::milliseconds::max();
};

/// What the group's coordinator holds for a partition; no offset = never committed, or expired.
struct CommittedOffset {
  TopicPartition partition;
  std::optional<Offset> offset;
  std::string metadata;
};

/// A topic to be created.
struct NewTopic {
  std::string name;
  std::int32_t partitions = 1;
  std::int32_t replication = -1;  ///< -1: the broker's default
  std::vector<std::pair<std::string, std::string>> config;
};

}  // namespace lockstep
