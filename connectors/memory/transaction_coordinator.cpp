#include "connectors/memory/transaction_coordinator.hpp"

#include <algorithm>
#include <limits>

#include <lockstep/base/check.hpp>

namespace lockstep::memory {

InitProducerId::Reply TransactionCoordinator::initProducerId(const InitProducerId& request,
                                                             Instant now) {
  if (request.transaction_timeout > kTransactionTimeoutMax)
    return {BrokerError::kInvalidTransactionTimeout, {}};
  const std::string& id = request.client->transactional_id;
  Transaction* transaction = find(id, now);
  if (transaction == nullptr) {
    transaction = &transactions_[id];
    transaction->session = {next_producer_id_++, -1};
  }
  switch (transaction->state) {
    case State::kPrepareCommit:
    case State::kPrepareAbort:
      return {BrokerError::kConcurrentTransactions, {}};
    case State::kOngoing:
      // The epoch goes up before the abort: from now on the old producer is fenced. The client asks
      // again until the markers are written, and then gets an epoch of its own.
      ++transaction->session.epoch;
      transaction->updated = now;
      prepare(id, *transaction, false);
      persist(id);
      return {BrokerError::kConcurrentTransactions, {}};
    case State::kEmpty:
    case State::kCompleteCommit:
    case State::kCompleteAbort:
      break;
  }
  bump(transaction->session);
  transaction->state = State::kEmpty;
  transaction->timeout = request.transaction_timeout;
  transaction->updated = now;
  persist(id);
  return {BrokerError::kNone, transaction->session};
}

BrokerError TransactionCoordinator::addPartitions(const AddPartitionsToTxn& request, Instant now) {
  Transaction* transaction = find(request.client->transactional_id, now);
  if (BrokerError error = check(transaction, request.session); error != BrokerError::kNone)
    return error;
  if (BrokerError error = beginIfNeeded(*transaction, now); error != BrokerError::kNone)
    return error;
  for (const PartitionName& name : request.partitions) {
    const bool known = std::any_of(transaction->partitions.begin(), transaction->partitions.end(),
                                   [&](const PartitionName& other) { return *other == *name; });
    if (!known) transaction->partitions.push_back(name);
  }
  persist(request.client->transactional_id);
  return BrokerError::kNone;
}

BrokerError TransactionCoordinator::addOffsets(const AddOffsetsToTxn& request, Instant now) {
  Transaction* transaction = find(request.client->transactional_id, now);
  if (BrokerError error = check(transaction, request.session); error != BrokerError::kNone)
    return error;
  if (BrokerError error = beginIfNeeded(*transaction, now); error != BrokerError::kNone)
    return error;
  auto& groups = transaction->groups;
  if (std::find(groups.begin(), groups.end(), request.client->group) == groups.end())
    groups.push_back(request.client->group);
  persist(request.client->transactional_id);
  return BrokerError::kNone;
}

BrokerError TransactionCoordinator::endTxn(const EndTxn& request, Instant now) {
  Transaction* transaction = find(request.client->transactional_id, now);
  if (BrokerError error = check(transaction, request.session); error != BrokerError::kNone)
    return error;
  const auto same = [&](bool was_commit, BrokerError when_same) {
    return was_commit == request.commit ? when_same : BrokerError::kInvalidTxnState;
  };
  switch (transaction->state) {
    case State::kEmpty:
      return BrokerError::kInvalidTxnState;
    case State::kCompleteCommit:
      return same(true, BrokerError::kNone);
    case State::kCompleteAbort:
      return same(false, BrokerError::kNone);
    case State::kPrepareCommit:
      return same(true, BrokerError::kConcurrentTransactions);
    case State::kPrepareAbort:
      return same(false, BrokerError::kConcurrentTransactions);
    case State::kOngoing:
      break;
  }
  transaction->updated = now;
  prepare(request.client->transactional_id, *transaction, request.commit);
  persist(request.client->transactional_id);
  return BrokerError::kNone;
}

BrokerError TransactionCoordinator::verify(const ClientName& client, ProducerSession session,
                                           const TopicPartition* partition) const {
  const auto found = transactions_.find(client.transactional_id);
  const Transaction* transaction = found == transactions_.end() ? nullptr : &found->second;
  if (BrokerError error = check(transaction, session); error != BrokerError::kNone) return error;
  if (transaction->state != State::kOngoing) return BrokerError::kInvalidTxnState;
  const bool holds =
      partition == nullptr
          ? std::find(transaction->groups.begin(), transaction->groups.end(), client.group) !=
                transaction->groups.end()
          : std::any_of(transaction->partitions.begin(), transaction->partitions.end(),
                        [&](const PartitionName& name) { return *name == *partition; });
  return holds ? BrokerError::kNone : BrokerError::kInvalidTxnState;
}

std::optional<Instant> TransactionCoordinator::nextScan() const {
  if (!earliest_deadline_) return std::nullopt;
  const auto since = earliest_deadline_->time_since_epoch();
  const auto interval = std::chrono::nanoseconds(kScanInterval);
  const auto scans = (since + interval - std::chrono::nanoseconds(1)) / interval;
  return Instant(interval * scans);
}

void TransactionCoordinator::expire(Instant now) {
  earliest_deadline_.reset();
  for (auto& [id, transaction] : transactions_) {
    if (transaction.state != State::kOngoing) continue;
    const Instant deadline = transaction.started + transaction.timeout;
    if (deadline > now) {
      if (!earliest_deadline_ || deadline < *earliest_deadline_) earliest_deadline_ = deadline;
      continue;
    }
    ++transaction.session.epoch;
    transaction.updated = now;
    prepare(id, transaction, false);
    persist(id);
  }
}

std::optional<TransactionOutcome> TransactionCoordinator::markerWritten(const MarkerTask& marker) {
  const auto found = transactions_.find(marker.transactional_id);
  LOCKSTEP_CHECK(found != transactions_.end() && found->second.markers_left > 0,
                 "a marker belongs to a transaction that waits for it");
  Transaction& transaction = found->second;
  if (--transaction.markers_left > 0) return std::nullopt;
  complete(transaction);
  persist(marker.transactional_id);
  return TransactionOutcome{marker.transactional_id, marker.session, marker.commit};
}

std::string_view TransactionCoordinator::stateOf(const std::string& transactional_id) const {
  const auto found = transactions_.find(transactional_id);
  if (found == transactions_.end()) return "";
  switch (found->second.state) {
    case State::kEmpty:
      return "Empty";
    case State::kOngoing:
      return "Ongoing";
    case State::kPrepareCommit:
      return "PrepareCommit";
    case State::kPrepareAbort:
      return "PrepareAbort";
    case State::kCompleteCommit:
      return "CompleteCommit";
    case State::kCompleteAbort:
      return "CompleteAbort";
  }
  return "";
}

TransactionCoordinator::Transaction* TransactionCoordinator::find(
    const std::string& transactional_id, Instant now) {
  const auto found = transactions_.find(transactional_id);
  if (found == transactions_.end()) return nullptr;
  const Transaction& transaction = found->second;
  const bool idle = transaction.state == State::kEmpty ||
                    transaction.state == State::kCompleteCommit ||
                    transaction.state == State::kCompleteAbort;
  if (idle && now - transaction.updated > kIdExpiry) {
    transactions_.erase(found);
    log_.erase(transactional_id);
    return nullptr;
  }
  return &found->second;
}

BrokerError TransactionCoordinator::check(const Transaction* transaction,
                                          ProducerSession session) const {
  if (transaction == nullptr || transaction->session.id != session.id)
    return BrokerError::kInvalidProducerIdMapping;
  // Newer clients are told PRODUCER_FENCED; those of the older protocol get this code.
  if (transaction->session.epoch != session.epoch) return BrokerError::kInvalidProducerEpoch;
  return BrokerError::kNone;
}

BrokerError TransactionCoordinator::beginIfNeeded(Transaction& transaction, Instant now) {
  transaction.updated = now;
  if (transaction.state == State::kOngoing) return BrokerError::kNone;
  if (transaction.state == State::kPrepareCommit || transaction.state == State::kPrepareAbort)
    return BrokerError::kConcurrentTransactions;
  transaction.state = State::kOngoing;
  transaction.started = now;
  const Instant deadline = now + transaction.timeout;
  if (!earliest_deadline_ || deadline < *earliest_deadline_) earliest_deadline_ = deadline;
  return BrokerError::kNone;
}

void TransactionCoordinator::prepare(const std::string& id, Transaction& transaction, bool commit) {
  transaction.state = commit ? State::kPrepareCommit : State::kPrepareAbort;
  sendMarkers(id, transaction);
}

void TransactionCoordinator::sendMarkers(const std::string& id, Transaction& transaction) {
  const bool commit = transaction.state == State::kPrepareCommit;
  transaction.markers_left = transaction.partitions.size() + transaction.groups.size();
  for (const PartitionName& name : transaction.partitions)
    new_markers_.push_back({id, transaction.session, commit, name, {}, epoch_});
  for (const std::string& group : transaction.groups)
    new_markers_.push_back({id, transaction.session, commit, nullptr, group, epoch_});
  if (transaction.markers_left == 0) complete(transaction);
}

void TransactionCoordinator::persist(const std::string& id) { log_[id] = transactions_.at(id); }

void TransactionCoordinator::reload() {
  ++epoch_;
  new_markers_.clear();
  transactions_ = {log_.begin(), log_.end()};
  earliest_deadline_.reset();
  for (auto& [id, logged] : log_) {  // in the order of ids: the same in every run
    Transaction& transaction = transactions_.at(id);
    const bool decided =
        transaction.state == State::kPrepareCommit || transaction.state == State::kPrepareAbort;
    if (decided) sendMarkers(id, transaction);
    if (transaction.state != State::kOngoing) continue;
    const Instant deadline = transaction.started + transaction.timeout;
    if (!earliest_deadline_ || deadline < *earliest_deadline_) earliest_deadline_ = deadline;
  }
}

void TransactionCoordinator::complete(Transaction& transaction) {
  transaction.state =
      transaction.state == State::kPrepareCommit ? State::kCompleteCommit : State::kCompleteAbort;
  transaction.partitions.clear();
  transaction.groups.clear();
}

void TransactionCoordinator::bump(ProducerSession& session) {
  // One epoch is kept back for fencing an open transaction.
  if (session.epoch < std::numeric_limits<std::int16_t>::max() - 1)
    ++session.epoch;
  else
    session = {next_producer_id_++, 0};
}

}  // namespace lockstep::memory
