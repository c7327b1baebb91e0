#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/base/clock.hpp>
#include <lockstep/base/mutex.hpp>

#include "connectors/memory/group_offsets.hpp"
#include "connectors/memory/network.hpp"
#include "connectors/memory/requests.hpp"
#include "connectors/memory/topics.hpp"
#include "connectors/memory/transaction_coordinator.hpp"

namespace lockstep::memory {

/// All brokers of the in-process Kafka in one: logs, coordinators, and what happens by itself as
/// time goes by (markers, time-outs, late requests). Whatever is due is done, in order, before the
/// next request is handled, so nobody can tell that no thread runs in here.
///
/// Thread    Any: one coarse lock, never held while a caller waits or the network decides.
/// Invariant Things happen in the order of their times, then of their making: deterministic.
class Broker {
 public:
  /// Called when a transaction's last marker is written, or offsets were committed without one
  /// (then the outcome has no session), with the lock held: must not call the broker.
  using OutcomeObserver = std::function<void(const TransactionOutcome&)>;
  /// What an admin function may touch.
  struct Parts {
    Topics& topics;
    GroupOffsets& groups;
    TransactionCoordinator& coordinator;
    Instant now;
    WallTime wall;
  };

  Broker(Clock& clock, Network& network) : clock_(clock), network_(network) {}

  /// A request arrives now; the reply leaves at once.
  template <class Request>
  typename Request::Reply handle(const Request& request) {
    MutexLock lock(mutex_);
    runDue();
    return apply(request);
  }

  /// A request arrives at `at`; `reply`, when not null, is filled then.
  template <class Request>
  void handleLater(Instant at, Request request,
                   std::shared_ptr<std::optional<typename Request::Reply>> reply) {
    MutexLock lock(mutex_);
    schedule(at, [this, request = std::move(request), reply = std::move(reply)] {
      auto answer = apply(request);
      if (reply) *reply = std::move(answer);
    });
  }

  /// Runs `function(Parts&)` as one step of the broker, for tests and tools.
  template <class Function>
  auto withParts(Function function) {
    MutexLock lock(mutex_);
    runDue();
    Parts parts{topics_, groups_, coordinator_, now_, clock_.wallNow()};
    return function(parts);
  }

  /// Does what is due by now. Needed only to be told outcomes while no request comes.
  void settle();
  /// When something will happen by itself next.
  [[nodiscard]] std::optional<Instant> nextDue();
  /// The coordinators of transactions and groups move to another broker: for `away` nobody answers
  /// for them, for `loading` the new one reads their logs; then all that was acknowledged is there.
  void failOver(std::chrono::nanoseconds away, std::chrono::nanoseconds loading);
  /// Whether requests to a coordinator are refused now.
  [[nodiscard]] bool coordinatorMoves() {
    MutexLock lock(mutex_);
    runDue();
    return now_ < ready_at_;
  }
  /// REQUIRES: no client lives yet.
  void observe(OutcomeObserver observer) { observer_ = std::move(observer); }

 private:
  struct Event {
    Instant at;
    std::uint64_t order = 0;
    std::function<void()> action;
    bool operator>(const Event& other) const {
      return at != other.at ? at > other.at : order > other.order;
    }
  };

  InitProducerId::Reply apply(const InitProducerId& request) REQUIRES_LOCK(mutex_);
  Verdict apply(const AddPartitionsToTxn& request) REQUIRES_LOCK(mutex_);
  Verdict apply(const AddOffsetsToTxn& request) REQUIRES_LOCK(mutex_);
  Produce::Reply apply(const Produce& request) REQUIRES_LOCK(mutex_);
  Verdict apply(const TxnOffsetCommit& request) REQUIRES_LOCK(mutex_);
  Verdict apply(const OffsetCommit& request) REQUIRES_LOCK(mutex_);
  Verdict apply(const EndTxn& request) REQUIRES_LOCK(mutex_);
  Fetch::Reply apply(const Fetch& request) REQUIRES_LOCK(mutex_);
  ListOffsets::Reply apply(const ListOffsets& request) REQUIRES_LOCK(mutex_);
  OffsetFetch::Reply apply(const OffsetFetch& request) REQUIRES_LOCK(mutex_);
  DescribeTopics::Reply apply(const DescribeTopics& request) REQUIRES_LOCK(mutex_);
  CreateTopics::Reply apply(const CreateTopics& request) REQUIRES_LOCK(mutex_);
  Verdict apply(const DeleteRecords& request) REQUIRES_LOCK(mutex_);

  /// NONE while there is a coordinator.
  [[nodiscard]] BrokerError coordinatorError() REQUIRES_LOCK(mutex_);
  [[nodiscard]] std::optional<Instant> nextScan() const REQUIRES_LOCK(mutex_);
  void runDue() REQUIRES_LOCK(mutex_);
  void schedule(Instant at, std::function<void()> action) REQUIRES_LOCK(mutex_);
  void sendMarkers() REQUIRES_LOCK(mutex_);
  void writeMarker(const MarkerTask& marker) REQUIRES_LOCK(mutex_);

  Clock& clock_;
  Network& network_;
  Mutex mutex_;
  Topics topics_ GUARDED_BY(mutex_);
  GroupOffsets groups_ GUARDED_BY(mutex_);
  TransactionCoordinator coordinator_ GUARDED_BY(mutex_);
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_ GUARDED_BY(mutex_);
  std::uint64_t next_order_ GUARDED_BY(mutex_) = 0;
  Instant now_ GUARDED_BY(mutex_);                ///< the time of what is being done
  Instant away_until_ GUARDED_BY(mutex_){};       ///< no coordinator
  Instant ready_at_ GUARDED_BY(mutex_){};         ///< the new coordinator has read its log
  bool asked_former_ GUARDED_BY(mutex_) = false;  ///< the next client still asks the former one
  OutcomeObserver observer_;
};

}  // namespace lockstep::memory
