#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <lockstep/base/clock.hpp>

#include "connectors/memory/requests.hpp"

namespace lockstep::memory {

/// A marker that has to be written because a transaction was decided.
struct MarkerTask {
  std::string transactional_id;
  ProducerSession session;  ///< with the epoch that the marker carries
  bool commit = false;
  PartitionName partition;  ///< null: the marker goes to the offsets of `group`
  std::string group;
  /// Of the coordinator that sends it: what a former one had under way is refused.
  std::int32_t coordinator_epoch = 0;
};

/// A transaction that ended: all its markers are written.
struct TransactionOutcome {
  std::string transactional_id;
  ProducerSession session;
  bool committed = false;
};

/// Transactional ids and what they have open. Follows Kafka's TransactionCoordinator for clients of
/// the older protocol (TV1): consecutive transactions of a producer have the same epoch.
///
/// Every state is in the transaction log before it is answered for: a coordinator that takes over
/// knows what was acknowledged, and sends the markers of decided transactions again, all of them.
///
/// Life of an id: Empty -> Ongoing -> PrepareCommit | PrepareAbort -> CompleteCommit |
/// CompleteAbort -> Ongoing. Prepare ends when the last marker is written; meanwhile requests get
/// CONCURRENT_TRANSACTIONS.
/// Thread: the broker's.
class TransactionCoordinator {
 public:
  static constexpr std::chrono::seconds kScanInterval{10};  // Kafka's default
  static constexpr std::chrono::minutes kTransactionTimeoutMax{15};
  static constexpr std::chrono::hours kIdExpiry{7 * 24};

  /// Gives the id a new epoch, which fences whoever used the last one. An open transaction is
  /// aborted first; until that is done the answer is CONCURRENT_TRANSACTIONS.
  InitProducerId::Reply initProducerId(const InitProducerId& request, Instant now);
  /// A producer id for one that has no transactional id: new with every request.
  InitProducerId::Reply plainProducer() { return {BrokerError::kNone, {next_producer_id_++, 0}}; }
  BrokerError addPartitions(const AddPartitionsToTxn& request, Instant now);
  BrokerError addOffsets(const AddOffsetsToTxn& request, Instant now);
  BrokerError endTxn(const EndTxn& request, Instant now);

  /// NONE when the producer has an open transaction that holds this partition (null: this group).
  /// Logs ask before a transaction's first batch, so that late requests change nothing (KIP-890).
  [[nodiscard]] BrokerError verify(const ClientName& client, ProducerSession session,
                                   const TopicPartition* partition) const;

  /// When expire() has something to do, on the broker's scan schedule.
  [[nodiscard]] std::optional<Instant> nextScan() const;
  /// Aborts transactions that outlived their time-out, with an epoch above their producer's.
  void expire(Instant now);

  /// Markers that became due since the last call, in order.
  [[nodiscard]] std::vector<MarkerTask>& newMarkers() { return new_markers_; }
  /// A marker was written. Returns the outcome when it was the transaction's last.
  std::optional<TransactionOutcome> markerWritten(const MarkerTask& marker);

  /// Another broker becomes the coordinator: reads the log, and goes on where its predecessor was.
  void reload();
  /// Whether the marker comes from the present coordinator.
  [[nodiscard]] bool isCurrent(const MarkerTask& marker) const {
    return marker.coordinator_epoch == epoch_;
  }

  /// "Ongoing", "PrepareCommit" and so on; "" for an unknown id. For dumps and tests.
  [[nodiscard]] std::string_view stateOf(const std::string& transactional_id) const;

 private:
  enum class State {
    kEmpty,
    kOngoing,
    kPrepareCommit,
    kPrepareAbort,
    kCompleteCommit,
    kCompleteAbort
  };
  struct Transaction {
    ProducerSession session;
    State state = State::kEmpty;
    std::chrono::milliseconds timeout{0};
    Instant started;
    Instant updated;
    std::vector<PartitionName> partitions;
    std::vector<std::string> groups;
    std::size_t markers_left = 0;
  };

  [[nodiscard]] Transaction* find(const std::string& transactional_id, Instant now);
  [[nodiscard]] BrokerError check(const Transaction* transaction, ProducerSession session) const;
  BrokerError beginIfNeeded(Transaction& transaction, Instant now);
  void prepare(const std::string& id, Transaction& transaction, bool commit);
  void complete(Transaction& transaction);
  void sendMarkers(const std::string& id, Transaction& transaction);
  /// Writes an id's state to the transaction log.
  void persist(const std::string& id);
  void bump(ProducerSession& session);

  std::unordered_map<std::string, Transaction> transactions_;
  std::map<std::string, Transaction> log_;  ///< compacted: the last state of each id
  std::int32_t epoch_ = 0;
  std::vector<MarkerTask> new_markers_;
  std::optional<Instant> earliest_deadline_;  ///< no later than the first time-out of an open one
  std::int64_t next_producer_id_ = 1000;
};

}  // namespace lockstep::memory
