#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <lockstep/base/clock.hpp>

#include "connectors/memory/requests.hpp"

namespace lockstep::memory {

/// Committed offsets of all groups, with those of undecided transactions beside them. Follows
/// Kafka's group coordinator for groups without members.
/// Thread: the broker's.
class GroupOffsets {
 public:
  static constexpr std::size_t kMetadataMax = 4096;        // offset.metadata.max.bytes
  static constexpr std::chrono::hours kRetention{7 * 24};  // offsets.retention.minutes

  /// Keeps the offsets as pending of that producer until its marker arrives. All or nothing.
  BrokerError commitPending(const TxnOffsetCommit& request, Instant now);
  /// Decides the producer's pending offsets in `group`. Older epochs are ignored.
  void applyMarker(const std::string& group, ProducerSession session, bool commit);
  /// Commits outside of a transaction. All or nothing.
  BrokerError commit(const std::string& group, const std::vector<PartitionOffset>& offsets,
                     const std::string& metadata, Instant now);
  /// The same as a tool does it: offsets of any metadata, or none.
  void commit(const std::string& group, const std::vector<CommittedOffset>& offsets, Instant now);

  /// UNSTABLE_OFFSET_COMMIT when `require_stable` and one of the partitions has a pending offset.
  [[nodiscard]] OffsetFetch::Reply fetch(const OffsetFetch& request, Instant now) const;

  /// Forgets a group's decided offsets, as their retention does.
  void expire(const std::string& group);
  /// Forgets what all groups hold of a deleted topic.
  void forgetTopic(const std::string& topic);

 private:
  struct Stored {
    Offset offset;
    std::string metadata;
    Instant committed_at;
  };
  struct Pending {
    std::int16_t epoch = -1;
    std::vector<std::pair<TopicPartition, Stored>> offsets;
  };
  struct Group {
    std::unordered_map<TopicPartition, Stored> committed;
    std::unordered_map<std::int64_t, Pending> producers;  ///< by producer id; stays, for its epoch
  };

  std::unordered_map<std::string, Group> groups_;
};

}  // namespace lockstep::memory
