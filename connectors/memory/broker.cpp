#include "connectors/memory/broker.hpp"

#include <algorithm>
#include <utility>

namespace lockstep::memory {

std::string_view toString(RequestKind kind) {
  switch (kind) {
    case RequestKind::kInitProducerId:
      return "InitProducerId";
    case RequestKind::kAddPartitionsToTxn:
      return "AddPartitionsToTxn";
    case RequestKind::kAddOffsetsToTxn:
      return "AddOffsetsToTxn";
    case RequestKind::kProduce:
      return "Produce";
    case RequestKind::kTxnOffsetCommit:
      return "TxnOffsetCommit";
    case RequestKind::kOffsetCommit:
      return "OffsetCommit";
    case RequestKind::kEndTxn:
      return "EndTxn";
    case RequestKind::kFetch:
      return "Fetch";
    case RequestKind::kListOffsets:
      return "ListOffsets";
    case RequestKind::kOffsetFetch:
      return "OffsetFetch";
    case RequestKind::kDescribeTopics:
      return "DescribeTopics";
    case RequestKind::kCreateTopics:
      return "CreateTopics";
    case RequestKind::kDeleteRecords:
      return "DeleteRecords";
  }
  return "unknown";
}

void Broker::settle() {
  MutexLock lock(mutex_);
  runDue();
}

void Broker::failOver(std::chrono::nanoseconds away, std::chrono::nanoseconds loading) {
  MutexLock lock(mutex_);
  runDue();
  away_until_ = std::max(away_until_, now_ + away);
  ready_at_ = std::max(ready_at_, away_until_ + loading);
  asked_former_ = true;
  const Instant ready = ready_at_;
  schedule(ready, [this, ready] {
    if (ready != ready_at_) return;  // it has moved again
    coordinator_.reload();
    sendMarkers();
  });
}

BrokerError Broker::coordinatorError() {
  if (now_ >= ready_at_) return BrokerError::kNone;
  if (std::exchange(asked_former_, false)) return BrokerError::kNotCoordinator;
  return now_ < away_until_ ? BrokerError::kCoordinatorNotAvailable
                            : BrokerError::kCoordinatorLoadInProgress;
}

std::optional<Instant> Broker::nextScan() const {
  const auto scan = coordinator_.nextScan();
  return scan ? std::optional(std::max(*scan, ready_at_)) : std::nullopt;
}

std::optional<Instant> Broker::nextDue() {
  MutexLock lock(mutex_);
  std::optional<Instant> due = nextScan();
  if (!events_.empty() && (!due || events_.top().at < *due)) due = events_.top().at;
  return due;
}

void Broker::runDue() {
  const Instant present = clock_.now();
  for (;;) {
    const std::optional<Instant> scan = nextScan();
    const bool event_first = !events_.empty() && (!scan || events_.top().at <= *scan);
    if (event_first && events_.top().at <= present) {
      Event event = events_.top();
      events_.pop();
      now_ = event.at;
      event.action();
    } else if (!event_first && scan && *scan <= present) {
      now_ = *scan;
      coordinator_.expire(now_);
      sendMarkers();
    } else {
      break;
    }
  }
  now_ = present;
}

void Broker::schedule(Instant at, std::function<void()> action) {
  events_.push({at, next_order_++, std::move(action)});
}

void Broker::sendMarkers() {
  std::vector<MarkerTask>& markers = coordinator_.newMarkers();
  for (MarkerTask& marker : markers) {
    const auto delay = network_.markerDelay(marker.partition.get());
    if (delay <= std::chrono::nanoseconds::zero())
      writeMarker(marker);
    else
      schedule(now_ + delay, [this, marker = std::move(marker)] { writeMarker(marker); });
  }
  markers.clear();
}

void Broker::writeMarker(const MarkerTask& marker) {
  // A former coordinator's: its successor sends all of them again, and logs know who is who. Until
  // then nobody can tell whether it was written.
  if (!coordinator_.isCurrent(marker) || now_ < ready_at_) return;
  if (marker.partition == nullptr)
    groups_.applyMarker(marker.group, marker.session, marker.commit);
  else if (PartitionLog* log = topics_.log(*marker.partition))  // none: deleted meanwhile
    log->appendMarker(marker.session, marker.commit);
  const auto outcome = coordinator_.markerWritten(marker);
  if (outcome && observer_) observer_(*outcome);
}

InitProducerId::Reply Broker::apply(const InitProducerId& request) {
  if (const auto moving = coordinatorError(); moving != BrokerError::kNone) return {moving, {}};
  const InitProducerId::Reply reply = request.transactional
                                          ? coordinator_.initProducerId(request, now_)
                                          : coordinator_.plainProducer();
  sendMarkers();
  return reply;
}

Verdict Broker::apply(const AddPartitionsToTxn& request) {
  if (const auto moving = coordinatorError(); moving != BrokerError::kNone) return {moving};
  for (const PartitionName& name : request.partitions)
    if (topics_.log(*name) == nullptr) return {BrokerError::kUnknownTopicOrPartition};
  return {coordinator_.addPartitions(request, now_)};
}

Verdict Broker::apply(const AddOffsetsToTxn& request) {
  if (const auto moving = coordinatorError(); moving != BrokerError::kNone) return {moving};
  return {coordinator_.addOffsets(request, now_)};
}

Produce::Reply Broker::apply(const Produce& request) {
  const Topic* topic = topics_.find(request.partition->topic);
  PartitionLog* log = topics_.log(*request.partition);
  if (log == nullptr) return {BrokerError::kUnknownTopicOrPartition};
  if (request.batch.transactional && !log->hasOpen(request.batch.producer.id)) {
    if (const auto moving = coordinatorError(); moving != BrokerError::kNone) return {moving};
    const BrokerError error =
        coordinator_.verify(*request.client, request.batch.producer, request.partition.get());
    if (error != BrokerError::kNone) return {error};
  }
  const auto appended = log->append(request.batch, topic->limits, clock_.wallNow());
  return {appended.error, appended.base};
}

Verdict Broker::apply(const TxnOffsetCommit& request) {
  if (const auto moving = coordinatorError(); moving != BrokerError::kNone) return {moving};
  const BrokerError error = coordinator_.verify(*request.client, request.session, nullptr);
  if (error != BrokerError::kNone) return {error};
  for (const PartitionOffset& offset : request.offsets)
    if (topics_.log(offset.partition) == nullptr) return {BrokerError::kUnknownTopicOrPartition};
  return {groups_.commitPending(request, now_)};
}

Verdict Broker::apply(const OffsetCommit& request) {
  if (const auto moving = coordinatorError(); moving != BrokerError::kNone) return {moving};
  for (const PartitionOffset& offset : request.offsets)
    if (topics_.log(offset.partition) == nullptr) return {BrokerError::kUnknownTopicOrPartition};
  const BrokerError error =
      groups_.commit(request.client->group, request.offsets, request.metadata, now_);
  if (error == BrokerError::kNone && observer_)
    observer_({request.client->transactional_id, {}, true});
  return {error};
}

Verdict Broker::apply(const EndTxn& request) {
  if (const auto moving = coordinatorError(); moving != BrokerError::kNone) return {moving};
  const BrokerError error = coordinator_.endTxn(request, now_);
  sendMarkers();
  return {error};
}

Fetch::Reply Broker::apply(const Fetch& request) {
  const PartitionLog* log = topics_.log(*request.partition);
  if (log == nullptr) return {BrokerError::kUnknownTopicOrPartition, {}};
  Fetch::Reply reply;
  reply.log_start = log->start();
  reply.high_watermark = log->end();
  if (request.offset < log->start() || request.offset > log->end())
    reply.error = BrokerError::kOffsetOutOfRange;
  else
    reply.slice = log->read(request.offset, request.bytes_max, request.committed);
  return reply;
}

ListOffsets::Reply Broker::apply(const ListOffsets& request) {
  ListOffsets::Reply reply;
  for (const TopicPartition& partition : request.partitions) {
    const PartitionLog* log = topics_.log(partition);
    if (log == nullptr) return {BrokerError::kUnknownTopicOrPartition, toString(partition), {}};
    switch (request.which) {
      case ListOffsets::Which::kLogStart:
        reply.offsets.emplace_back(log->start());
        break;
      case ListOffsets::Which::kLastStable:
        reply.offsets.emplace_back(log->lastStable());
        break;
      case ListOffsets::Which::kHighWatermark:
        reply.offsets.emplace_back(log->end());
        break;
    }
  }
  return reply;
}

OffsetFetch::Reply Broker::apply(const OffsetFetch& request) {
  if (const auto moving = coordinatorError(); moving != BrokerError::kNone) return {moving, {}};
  return groups_.fetch(request, now_);
}

DescribeTopics::Reply Broker::apply(const DescribeTopics& request) {
  DescribeTopics::Reply reply;
  if (request.all)
    for (const std::string& topic : topics_.names())
      reply.topics.push_back(topics_.describe(topic));
  for (const std::string& topic : request.topics) reply.topics.push_back(topics_.describe(topic));
  return reply;
}

CreateTopics::Reply Broker::apply(const CreateTopics& request) {
  CreateTopics::Reply reply;
  for (const NewTopic& topic : request.topics) reply.errors.push_back(topics_.create(topic));
  return reply;
}

Verdict Broker::apply(const DeleteRecords& request) {
  for (const PartitionOffset& wanted : request.before) {
    PartitionLog* log = topics_.log(wanted.partition);
    if (log == nullptr) return {BrokerError::kUnknownTopicOrPartition};
    log->deleteBefore(std::clamp(wanted.next.value(), log->start(), log->end()));
  }
  return {};
}

}  // namespace lockstep::memory
