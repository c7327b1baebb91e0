#include "connectors/memory/partition_log.hpp"

#include <algorithm>
#include <limits>

namespace lockstep::memory {

namespace {
/// Sequence numbers wrap to 0 behind 2^31 - 1.
std::int32_t advanceSequence(std::int32_t sequence, std::int64_t by) {
  constexpr std::int64_t kRange = std::int64_t{std::numeric_limits<std::int32_t>::max()} + 1;
  return static_cast<std::int32_t>((sequence + by) % kRange);
}
}  // namespace

PartitionLog::Appended PartitionLog::append(const Append& batch, const LogLimits& limits,
                                            WallTime now) {
  if (BrokerError error = checkLimits(*batch.block, limits, now); error != BrokerError::kNone)
    return {error};
  const auto count = static_cast<std::int64_t>(batch.block->records().size());
  if (batch.producer.id >= 0) {
    Producer& producer = producers_[batch.producer.id];
    const std::int32_t last = advanceSequence(batch.first_sequence, count - 1);
    if (producer.epoch == batch.producer.epoch)
      if (const Sequence* known = findDuplicate(producer, batch.first_sequence, last))
        return {BrokerError::kNone, known->base, true};
    if (BrokerError error = checkSequence(producer, batch); error != BrokerError::kNone)
      return {error};
    if (producer.epoch != batch.producer.epoch) {
      producer.epoch = batch.producer.epoch;
      producer.recent.fill({});
    }
    producer.newest = (producer.newest + 1) % Producer::kRemembered;
    producer.recent[producer.newest] = {batch.first_sequence, last, end_};
    if (batch.transactional && producer.open_since < 0) {
      producer.open_since = end_;
      open_.push_back(batch.producer.id);
    }
  }
  const std::int64_t base = end_;
  end_ += count;
  entries_.push_back({base, end_ - 1, batch.producer, LogEntry::Kind::kData, batch.transactional,
                      false, batch.block});
  return {BrokerError::kNone, base, false};
}

BrokerError PartitionLog::checkLimits(const RecordBlock& block, const LogLimits& limits,
                                      WallTime now) {
  if (static_cast<std::int64_t>(block.bytes()) > limits.max_message_bytes)
    return BrokerError::kMessageTooLarge;
  for (const RecordBlock::Record& record : block.records()) {
    const auto age = now - record.timestamp;
    if (age > limits.timestamp_before_max || -age > limits.timestamp_after_max)
      return BrokerError::kInvalidTimestamp;
  }
  return BrokerError::kNone;
}

const PartitionLog::Sequence* PartitionLog::findDuplicate(const Producer& producer,
                                                          std::int32_t first, std::int32_t last) {
  for (const Sequence& sequence : producer.recent)
    if (sequence.base >= 0 && sequence.first == first && sequence.last == last) return &sequence;
  return nullptr;
}

BrokerError PartitionLog::checkSequence(const Producer& producer, const Append& batch) {
  if (producer.epoch < 0) return BrokerError::kNone;  // an unknown producer may begin anywhere
  if (batch.producer.epoch < producer.epoch) return BrokerError::kInvalidProducerEpoch;
  const Sequence& newest = producer.recent[producer.newest];
  if (batch.producer.epoch > producer.epoch || newest.base < 0)
    return batch.first_sequence == 0 ? BrokerError::kNone : BrokerError::kOutOfOrderSequence;
  return batch.first_sequence == advanceSequence(newest.last, 1) ? BrokerError::kNone
                                                                 : BrokerError::kOutOfOrderSequence;
}

void PartitionLog::appendMarker(ProducerSession session, bool commit) {
  Producer& producer = producers_[session.id];
  if (session.epoch < producer.epoch) return;
  if (session.epoch > producer.epoch) {
    producer.epoch = session.epoch;
    producer.recent.fill({});
  }
  if (producer.open_since >= 0) {
    if (!commit)
      for (auto entry = entries_.rbegin();
           entry != entries_.rend() && entry->base >= producer.open_since; ++entry)
        if (entry->producer.id == session.id && entry->transactional) entry->aborted = true;
    producer.open_since = -1;
    std::erase(open_, session.id);
  }
  const auto kind = commit ? LogEntry::Kind::kCommitMarker : LogEntry::Kind::kAbortMarker;
  entries_.push_back({end_, end_, session, kind, true, false, nullptr});
  ++end_;
}

std::deque<LogEntry>::const_iterator PartitionLog::find(std::int64_t offset) const {
  return std::lower_bound(
      entries_.begin(), entries_.end(), offset,
      [](const LogEntry& entry, std::int64_t wanted) { return entry.last < wanted; });
}

LogSlice PartitionLog::read(std::int64_t offset, std::size_t bytes_max, bool committed) const {
  const std::int64_t visible = committed ? lastStable() : end_;
  LogSlice slice;
  slice.next = offset;
  std::size_t bytes = 0;
  for (auto entry = find(offset); entry != entries_.end() && entry->base < visible; ++entry) {
    if (bytes >= bytes_max) return slice;
    slice.next = entry->last + 1;
    if (entry->kind != LogEntry::Kind::kData || (committed && entry->aborted)) continue;
    slice.pieces.push_back({entry->base, entry->block});
    bytes += entry->block->bytes();
  }
  slice.next = std::max(slice.next, visible);  // a hole may end the log
  slice.at_end = true;
  return slice;
}

std::int64_t PartitionLog::lastStable() const {
  std::int64_t stable = end_;
  for (std::int64_t id : open_) stable = std::min(stable, producers_.at(id).open_since);
  return stable;
}

bool PartitionLog::hasOpen(std::int64_t producer_id) const {
  return std::find(open_.begin(), open_.end(), producer_id) != open_.end();
}

}  // namespace lockstep::memory
