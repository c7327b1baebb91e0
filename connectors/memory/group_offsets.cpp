#include "connectors/memory/group_offsets.hpp"

#include <algorithm>

namespace lockstep::memory {

BrokerError GroupOffsets::commitPending(const TxnOffsetCommit& request, Instant now) {
  if (request.metadata.size() > kMetadataMax) return BrokerError::kOffsetMetadataTooLarge;
  Pending& pending = groups_[request.client->group].producers[request.session.id];
  if (request.session.epoch < pending.epoch) return BrokerError::kInvalidProducerEpoch;
  pending.epoch = request.session.epoch;
  for (const PartitionOffset& offset : request.offsets) {
    Stored stored{offset.next, request.metadata, now};
    const auto known =
        std::find_if(pending.offsets.begin(), pending.offsets.end(),
                     [&](const auto& entry) { return entry.first == offset.partition; });
    if (known != pending.offsets.end())
      known->second = std::move(stored);
    else
      pending.offsets.emplace_back(offset.partition, std::move(stored));
  }
  return BrokerError::kNone;
}

void GroupOffsets::applyMarker(const std::string& group_name, ProducerSession session,
                               bool commit) {
  Group& group = groups_[group_name];
  Pending& pending = group.producers[session.id];
  if (session.epoch < pending.epoch) return;
  pending.epoch = session.epoch;
  if (commit)
    for (auto& [partition, stored] : pending.offsets)
      group.committed[partition] = std::move(stored);
  pending.offsets.clear();
}

BrokerError GroupOffsets::commit(const std::string& group,
                                 const std::vector<PartitionOffset>& offsets,
                                 const std::string& metadata, Instant now) {
  if (metadata.size() > kMetadataMax) return BrokerError::kOffsetMetadataTooLarge;
  auto& committed = groups_[group].committed;
  for (const auto& offset : offsets) committed[offset.partition] = {offset.next, metadata, now};
  return BrokerError::kNone;
}

void GroupOffsets::commit(const std::string& group, const std::vector<CommittedOffset>& offsets,
                          Instant now) {
  for (const CommittedOffset& offset : offsets) {
    auto& committed = groups_[group].committed;
    if (offset.offset)
      committed[offset.partition] = {*offset.offset, offset.metadata, now};
    else
      committed.erase(offset.partition);
  }
}

OffsetFetch::Reply GroupOffsets::fetch(const OffsetFetch& request, Instant now) const {
  OffsetFetch::Reply reply;
  const auto found = groups_.find(request.client->group);
  if (found != groups_.end() && request.require_stable)
    for (const auto& [id, pending] : found->second.producers)
      for (const auto& entry : pending.offsets)
        if (std::find(request.partitions.begin(), request.partitions.end(), entry.first) !=
            request.partitions.end())
          return {BrokerError::kUnstableOffsetCommit, {}};
  for (const TopicPartition& partition : request.partitions) {
    CommittedOffset answer{partition, std::nullopt, {}};
    if (found != groups_.end()) {
      const auto stored = found->second.committed.find(partition);
      if (stored != found->second.committed.end() &&
          now - stored->second.committed_at <= kRetention) {
        answer.offset = stored->second.offset;
        answer.metadata = stored->second.metadata;
      }
    }
    reply.offsets.push_back(std::move(answer));
  }
  return reply;
}

void GroupOffsets::expire(const std::string& group) {
  if (const auto found = groups_.find(group); found != groups_.end())
    found->second.committed.clear();
}

void GroupOffsets::forgetTopic(const std::string& topic) {
  const auto of_topic = [&](const auto& entry) { return entry.first.topic == topic; };
  for (auto& [name, group] : groups_) {
    std::erase_if(group.committed, of_topic);
    for (auto& [id, pending] : group.producers) std::erase_if(pending.offsets, of_topic);
  }
}

}  // namespace lockstep::memory
