// TransactionCoordinator: epochs, verdicts, markers and time-outs of transactional ids.
#include "connectors/memory/transaction_coordinator.hpp"

#include "tests/support/catch.hpp"

using namespace lockstep;
using namespace lockstep::memory;
using namespace std::chrono_literals;

namespace {
const SharedClient kOwner = std::make_shared<ClientName>(ClientName{"app", "group"});
const PartitionName kOutName =
    std::make_shared<TopicPartition>(TopicPartition{"out", Partition(0)});

struct Coordinator : TransactionCoordinator {
  Instant now{};

  InitProducerId::Reply init() { return initProducerId({kOwner, 60s}, now); }
  BrokerError add(ProducerSession session) {
    return addPartitions({kOwner, session, {kOutName}}, now);
  }
  BrokerError end(ProducerSession session, bool commit) {
    return endTxn({kOwner, session, commit}, now);
  }
  /// Writes all markers that are due; gives how many.
  std::size_t write() {
    const auto markers = std::exchange(newMarkers(), {});
    for (const MarkerTask& marker : markers) {
      last = marker;
      outcome = markerWritten(marker);
    }
    return markers.size();
  }
  MarkerTask last;
  std::optional<TransactionOutcome> outcome;
};
constexpr auto kNone = BrokerError::kNone;
}  // namespace

TEST_CASE("each init gives the next epoch", "[unit][memory][coordinator]") {
  Coordinator coordinator;
  const auto first = coordinator.init();
  const auto second = coordinator.init();
  CHECK(second.session.id == first.session.id);
  CHECK(second.session.epoch == first.session.epoch + 1);
  CHECK(coordinator.add(first.session) == BrokerError::kInvalidProducerEpoch);
  CHECK(coordinator.add(second.session) == kNone);
}

TEST_CASE("epochs that run out give a new producer id", "[unit][memory][coordinator]") {
  Coordinator coordinator;
  const auto first = coordinator.init();
  ProducerSession session;
  for (int i = 1; i < 32767; ++i) session = coordinator.init().session;
  CHECK(session.epoch == 32766);
  const auto fresh = coordinator.init();
  CHECK(fresh.session.id != first.session.id);
  CHECK(fresh.session.epoch == 0);
  CHECK(coordinator.add(session) == BrokerError::kInvalidProducerIdMapping);
}

TEST_CASE("init over an open transaction aborts it with a higher epoch first",
          "[unit][memory][coordinator]") {
  Coordinator coordinator;
  const auto old = coordinator.init().session;
  REQUIRE(coordinator.add(old) == kNone);
  CHECK(coordinator.init().error == BrokerError::kConcurrentTransactions);
  CHECK(coordinator.end(old, true) == BrokerError::kInvalidProducerEpoch);
  CHECK(coordinator.init().error == BrokerError::kConcurrentTransactions);  // markers are missing
  CHECK(coordinator.write() == 1);
  CHECK(coordinator.last.session.epoch == old.epoch + 1);
  CHECK_FALSE(coordinator.last.commit);
  const auto fresh = coordinator.init();
  CHECK(fresh.error == kNone);
  CHECK(fresh.session.epoch == old.epoch + 2);
}

TEST_CASE("until its markers are written a transaction blocks the next",
          "[unit][memory][coordinator]") {
  Coordinator coordinator;
  const auto session = coordinator.init().session;
  REQUIRE(coordinator.add(session) == kNone);
  REQUIRE(coordinator.addOffsets({kOwner, session}, coordinator.now) == kNone);
  REQUIRE(coordinator.end(session, true) == kNone);
  CHECK(coordinator.stateOf("app") == "PrepareCommit");
  CHECK(coordinator.add(session) == BrokerError::kConcurrentTransactions);
  CHECK(coordinator.end(session, true) == BrokerError::kConcurrentTransactions);
  CHECK(coordinator.end(session, false) == BrokerError::kInvalidTxnState);
  CHECK(coordinator.write() == 2);  // one for the partition, one for the group's offsets
  REQUIRE(coordinator.outcome);
  CHECK(coordinator.outcome->committed);
  CHECK(coordinator.stateOf("app") == "CompleteCommit");
  CHECK(coordinator.add(session) == kNone);  // the same epoch goes on
}

TEST_CASE("a repeated verdict is accepted, another one is not", "[unit][memory][coordinator]") {
  Coordinator coordinator;
  const auto session = coordinator.init().session;
  CHECK(coordinator.end(session, true) == BrokerError::kInvalidTxnState);  // nothing was open
  const bool commit = GENERATE(true, false);
  REQUIRE(coordinator.add(session) == kNone);
  REQUIRE(coordinator.end(session, commit) == kNone);
  coordinator.write();
  CHECK(coordinator.end(session, commit) == kNone);
  CHECK(coordinator.end(session, !commit) == BrokerError::kInvalidTxnState);
  CHECK(coordinator.write() == 0);
}

TEST_CASE("a transaction that outlives its time-out is aborted at the next scan",
          "[unit][memory][coordinator]") {
  Coordinator coordinator;
  coordinator.now += 3s;
  const auto session = coordinator.init().session;
  CHECK_FALSE(coordinator.nextScan());
  REQUIRE(coordinator.add(session) == kNone);
  REQUIRE(coordinator.nextScan());
  CHECK(*coordinator.nextScan() == Instant(70s));  // 3 s + 60 s, rounded up to whole scans
  coordinator.expire(Instant(60s));
  CHECK(coordinator.stateOf("app") == "Ongoing");
  coordinator.expire(Instant(70s));
  CHECK(coordinator.stateOf("app") == "PrepareAbort");
  CHECK(coordinator.end(session, true) == BrokerError::kInvalidProducerEpoch);
  coordinator.write();
  CHECK(coordinator.last.session.epoch == session.epoch + 1);
  CHECK_FALSE(coordinator.nextScan());
}

TEST_CASE("only partitions of the open transaction are verified", "[unit][memory][coordinator]") {
  Coordinator coordinator;
  const auto session = coordinator.init().session;
  const TopicPartition other{"out", Partition(1)};
  CHECK(coordinator.verify(*kOwner, session, kOutName.get()) == BrokerError::kInvalidTxnState);
  REQUIRE(coordinator.add(session) == kNone);
  CHECK(coordinator.verify(*kOwner, session, kOutName.get()) == kNone);
  CHECK(coordinator.verify(*kOwner, session, &other) == BrokerError::kInvalidTxnState);
  CHECK(coordinator.verify(*kOwner, session, nullptr) == BrokerError::kInvalidTxnState);
  REQUIRE(coordinator.end(session, true) == kNone);
  CHECK(coordinator.verify(*kOwner, session, kOutName.get()) == BrokerError::kInvalidTxnState);
}

TEST_CASE("an id that was idle for a week is forgotten", "[unit][memory][coordinator]") {
  Coordinator coordinator;
  const auto session = coordinator.init().session;
  coordinator.now += 24h * 7 + 1s;
  CHECK(coordinator.add(session) == BrokerError::kInvalidProducerIdMapping);
  CHECK(coordinator.init().session.id != session.id);
}

TEST_CASE("a time-out above the broker's limit is refused", "[unit][memory][coordinator]") {
  Coordinator coordinator;
  CHECK(coordinator.initProducerId({kOwner, 16min}, {}).error ==
        BrokerError::kInvalidTransactionTimeout);
}

TEST_CASE("a coordinator that takes over knows every acknowledged state",
          "[unit][memory][coordinator]") {
  Coordinator coordinator;
  const auto session = coordinator.init().session;
  CHECK(coordinator.add(session) == kNone);
  coordinator.reload();
  CHECK(coordinator.stateOf("app") == "Ongoing");
  CHECK(coordinator.verify(*kOwner, session, kOutName.get()) == kNone);
  CHECK(coordinator.nextScan().has_value());
  CHECK(coordinator.end(session, true) == kNone);
}

TEST_CASE("a coordinator that takes over sends the markers of decided transactions again",
          "[unit][memory][coordinator]") {
  Coordinator coordinator;
  const auto session = coordinator.init().session;
  coordinator.add(session);
  coordinator.end(session, true);
  const auto former = std::exchange(coordinator.newMarkers(), {});
  REQUIRE(former.size() == 1);
  coordinator.reload();
  CHECK_FALSE(coordinator.isCurrent(former.front()));
  CHECK(coordinator.stateOf("app") == "PrepareCommit");
  CHECK(coordinator.add(session) == BrokerError::kConcurrentTransactions);
  CHECK(coordinator.write() == 1);
  CHECK(coordinator.stateOf("app") == "CompleteCommit");
  CHECK(coordinator.outcome->committed);
}
