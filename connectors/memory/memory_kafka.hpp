#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <lockstep/ports/cluster.hpp>
#include <lockstep/ports/input.hpp>
#include <lockstep/ports/transactional_output.hpp>

#include "connectors/memory/admin.hpp"
#include "connectors/memory/broker.hpp"
#include "connectors/memory/client_options.hpp"
#include "connectors/memory/connection.hpp"
#include "connectors/memory/network.hpp"

/// The in-process Kafka: one broker with real transaction semantics, and clients that behave like
/// librdkafka. For `lockstep try` and `lockstep test`, for unit tests, and for the simulator.
///
/// What is modelled: logs with control markers, aborted data, sequences, retention and compaction
/// (partition_log); transactional ids with epochs, fencing, time-outs and markers that are written
/// later (transaction_coordinator); committed and pending offsets (group_offsets); topics with ids,
/// limits and settings (topics); requests that get lost, delayed, doubled (network); coordinators
/// that move to another broker and reload their logs (Broker::failOver). What is not: several
/// replicas, leader changes of data partitions, groups with members, quotas, ACLs.
///
/// Time      Only the given clock. With a virtual one nothing here ever takes real time.
/// Threads   One coarse lock in the broker, never held while a client waits: clients may live on
///           any threads, each of them on one at a time as its port says. With several threads the
///           clock and the network must stand them too (systemClock() and DirectNetwork do).
/// Ownership Everything made here must be destroyed before it.
namespace lockstep::memory {

class MemoryKafka {
 public:
  /// Without a network every request arrives at once. Both must outlive this object.
  explicit MemoryKafka(Clock& clock, Network* network = nullptr)
      : clock_(clock),
        network_(network != nullptr ? *network : direct_),
        broker_(clock_, network_),
        admin_(broker_) {}
  MemoryKafka(const MemoryKafka&) = delete;
  MemoryKafka& operator=(const MemoryKafka&) = delete;

  /// The ports of one process.
  [[nodiscard]] std::unique_ptr<TransactionalOutputFactory> outputs(OutputOptions options);
  [[nodiscard]] std::unique_ptr<InputFactory> inputs(InputOptions options);
  [[nodiscard]] std::unique_ptr<Cluster> cluster(std::string group);

  [[nodiscard]] Admin& admin() { return admin_; }
  [[nodiscard]] ForeignProducer foreignProducer(
      std::string transactional_id,
      std::chrono::milliseconds transaction_timeout = std::chrono::minutes(1)) {
    return {broker_, std::move(transactional_id), transaction_timeout};
  }
  [[nodiscard]] Broker& broker() { return broker_; }

  /// When something happens by itself next: a marker, a time-out, a late request.
  [[nodiscard]] std::optional<Instant> nextDue() { return broker_.nextDue(); }
  /// Does what is due by now; requests do so by themselves.
  void settle() { broker_.settle(); }

 private:
  [[nodiscard]] Connection connect() { return {broker_, network_, clock_}; }

  DirectNetwork direct_;
  Clock& clock_;
  Network& network_;
  Broker broker_;
  Admin admin_;
};

}  // namespace lockstep::memory
