#include "connectors/memory/admin.hpp"

#include <algorithm>

#include <lockstep/base/check.hpp>

namespace lockstep::memory {

namespace {
void require(BrokerError error, const std::string& what) {
  LOCKSTEP_CHECK(error == BrokerError::kNone, what + ": " + std::string(toString(error)));
}

PartitionLog& logOf(Broker::Parts& parts, const TopicPartition& partition) {
  PartitionLog* log = parts.topics.log(partition);
  LOCKSTEP_CHECK(log != nullptr, toString(partition) + " does not exist");
  return *log;
}

SharedBlock blockOf(const std::vector<OwnedRecord>& records) {
  std::vector<std::vector<Header>> headers(records.size());
  std::vector<EncodedRecord> encoded;
  encoded.reserve(records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    for (const auto& [key, value] : records[i].headers) headers[i].push_back({key, value});
    encoded.push_back({records[i].key, records[i].value, records[i].timestamp, headers[i]});
  }
  return std::make_shared<RecordBlock>(std::span<const EncodedRecord>(encoded));
}

Offset appendPlain(Broker& broker, const TopicPartition& target, SharedBlock block) {
  return broker.withParts([&](Broker::Parts& parts) {
    PartitionLog& log = logOf(parts, target);
    const auto appended = log.append({{}, -1, false, std::move(block)},
                                     parts.topics.find(target.topic)->limits, parts.wall);
    require(appended.error, toString(target));
    return Offset(appended.base);
  });
}

OwnedRecord owned(const RecordBlock::Record& record, std::int64_t base) {
  OwnedRecord copy;
  copy.offset = Offset(base + record.offset_delta);
  if (record.key) copy.key.emplace(*record.key);
  if (record.value) copy.value.emplace(*record.value);
  copy.timestamp = record.timestamp;
  for (const Header& header : record.headers) {
    copy.headers.emplace_back(std::string(header.key), std::nullopt);
    if (header.value) copy.headers.back().second.emplace(*header.value);
  }
  return copy;
}

std::string line(const LogEntry& entry) {
  std::string text = std::to_string(entry.base);
  if (entry.last != entry.base) text += ".." + std::to_string(entry.last);
  switch (entry.kind) {
    case LogEntry::Kind::kData:
      text += " data";
      break;
    case LogEntry::Kind::kCommitMarker:
      text += " COMMIT";
      break;
    case LogEntry::Kind::kAbortMarker:
      text += " ABORT";
      break;
  }
  if (entry.producer.id >= 0)
    text += " pid=" + std::to_string(entry.producer.id) +
            " epoch=" + std::to_string(entry.producer.epoch);
  if (!entry.block) return text;
  if (entry.transactional) text += entry.aborted ? " txn aborted" : " txn";
  return text + " " + std::to_string(entry.block->records().size()) + " records";
}
}  // namespace

void Admin::createTopic(const NewTopic& topic) {
  broker_.withParts([&](Broker::Parts& parts) { require(parts.topics.create(topic), topic.name); });
}

void Admin::deleteTopic(const std::string& topic) {
  broker_.withParts([&](Broker::Parts& parts) {
    require(parts.topics.remove(topic), topic);
    parts.groups.forgetTopic(topic);
  });
}

void Admin::recreateTopic(const std::string& topic) {
  NewTopic again;
  broker_.withParts([&](Broker::Parts& parts) {
    const Topic* old = parts.topics.find(topic);
    LOCKSTEP_CHECK(old != nullptr, topic + " does not exist");
    again.name = topic;
    again.partitions = static_cast<std::int32_t>(old->partitions.size());
    again.config.assign(old->config.begin(), old->config.end());
  });
  deleteTopic(topic);
  createTopic(again);
}

void Admin::growTopic(const std::string& topic, std::int32_t partitions) {
  broker_.withParts(
      [&](Broker::Parts& parts) { require(parts.topics.grow(topic, partitions), topic); });
}

void Admin::configure(const std::string& topic, const std::string& key, const std::string& value) {
  broker_.withParts(
      [&](Broker::Parts& parts) { require(parts.topics.configure(topic, key, value), topic); });
}

Offset Admin::produce(const TopicPartition& target, std::span<const EncodedRecord> records) {
  return appendPlain(broker_, target, std::make_shared<RecordBlock>(records));
}

Offset Admin::produce(const TopicPartition& target, const std::vector<OwnedRecord>& records) {
  return appendPlain(broker_, target, blockOf(records));
}

std::vector<OwnedRecord> Admin::read(const TopicPartition& partition, Isolation isolation) {
  return broker_.withParts([&](Broker::Parts& parts) {
    const PartitionLog& log = logOf(parts, partition);
    std::vector<OwnedRecord> records;
    const LogSlice slice =
        log.read(log.start(), static_cast<std::size_t>(-1), isolation == Isolation::kCommitted);
    for (const LogSlice::Piece& piece : slice.pieces)
      for (const RecordBlock::Record& record : piece.block->records())
        if (piece.base + record.offset_delta >= log.start())
          records.push_back(owned(record, piece.base));
    return records;
  });
}

Offset Admin::end(const TopicPartition& partition) {
  return broker_.withParts(
      [&](Broker::Parts& parts) { return Offset{logOf(parts, partition).end()}; });
}

std::string Admin::dump(const TopicPartition& partition) {
  return broker_.withParts([&](Broker::Parts& parts) {
    std::string text;
    for (const LogEntry& entry : logOf(parts, partition).entries()) text += line(entry) + "\n";
    return text;
  });
}

void Admin::deleteRecords(const TopicPartition& partition, Offset before) {
  broker_.withParts(
      [&](Broker::Parts& parts) { logOf(parts, partition).deleteBefore(before.value()); });
}

void Admin::deleteOlderThan(const TopicPartition& partition, WallTime oldest) {
  broker_.withParts([&](Broker::Parts& parts) { logOf(parts, partition).deleteOlderThan(oldest); });
}

void Admin::compact(const TopicPartition& partition, bool drop_tombstones) {
  broker_.withParts(
      [&](Broker::Parts& parts) { logOf(parts, partition).compact(drop_tombstones); });
}

std::vector<CommittedOffset> Admin::committed(const std::string& group,
                                              const std::vector<TopicPartition>& partitions) {
  const OffsetFetch request{std::make_shared<ClientName>(ClientName{{}, group}), partitions, false};
  return broker_.withParts(
      [&](Broker::Parts& parts) { return parts.groups.fetch(request, parts.now).offsets; });
}

void Admin::commit(const std::string& group, const std::vector<CommittedOffset>& offsets) {
  broker_.withParts([&](Broker::Parts& parts) { parts.groups.commit(group, offsets, parts.now); });
}

void Admin::expireOffsets(const std::string& group) {
  broker_.withParts([&](Broker::Parts& parts) { parts.groups.expire(group); });
}

std::string Admin::transactionState(const std::string& transactional_id) {
  return broker_.withParts([&](Broker::Parts& parts) {
    return std::string(parts.coordinator.stateOf(transactional_id));
  });
}

void Admin::failOver(std::chrono::nanoseconds away, std::chrono::nanoseconds loading) {
  broker_.failOver(away, loading);
}

void Admin::fence(const std::string& transactional_id) {
  const auto client = std::make_shared<ClientName>(ClientName{transactional_id, {}});
  // CONCURRENT_TRANSACTIONS is success: the open transaction is being aborted.
  (void)broker_.handle(InitProducerId{client, std::chrono::minutes(1)});
}

ForeignProducer::ForeignProducer(Broker& broker, std::string transactional_id,
                                 std::chrono::milliseconds transaction_timeout)
    : broker_(broker),
      client_(std::make_shared<ClientName>(ClientName{std::move(transactional_id), {}})) {
  const InitProducerId request{client_, transaction_timeout};
  auto reply = broker_.handle(request);
  if (reply.error == BrokerError::kConcurrentTransactions) reply = broker_.handle(request);
  require(reply.error, client_->transactional_id);
  session_ = reply.session;
}

BrokerError ForeignProducer::send(const TopicPartition& target,
                                  const std::vector<OwnedRecord>& records) {
  const auto name = std::make_shared<const TopicPartition>(target);
  const Verdict added = broker_.handle(AddPartitionsToTxn{client_, session_, {name}});
  if (added.error != BrokerError::kNone) return added.error;
  auto known = std::find_if(sequences_.begin(), sequences_.end(),
                            [&](const auto& entry) { return entry.first == target; });
  if (known == sequences_.end()) known = sequences_.insert(known, {target, 0});
  const auto sent =
      broker_.handle(Produce{client_, name, {session_, known->second, true, blockOf(records)}});
  if (sent.error == BrokerError::kNone) known->second += static_cast<std::int32_t>(records.size());
  return sent.error;
}

BrokerError ForeignProducer::sendOffsets(const std::string& group,
                                         const std::vector<PartitionOffset>& offsets) {
  const auto client = std::make_shared<ClientName>(ClientName{client_->transactional_id, group});
  const Verdict added = broker_.handle(AddOffsetsToTxn{client, session_});
  if (added.error != BrokerError::kNone) return added.error;
  return broker_.handle(TxnOffsetCommit{client, session_, offsets, {}}).error;
}

BrokerError ForeignProducer::end(bool commit) {
  return broker_.handle(EndTxn{client_, session_, commit}).error;
}

}  // namespace lockstep::memory
