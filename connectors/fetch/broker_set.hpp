#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "connectors/fetch/broker_connection.hpp"
#include "connectors/fetch/cluster_answers.hpp"

namespace lockstep::fetch {

/// The connections of one input: one to each leader, and for questions about the cluster one to
/// whoever answers. Thread: the fetch loop's.
class BrokerSet {
 public:
  BrokerSet(const FetchSettings& settings, BufferPool& buffers, const Clock& clock);

  /// The brokers of the cluster as it describes itself. Connections to other addresses end.
  void learn(std::span<const BrokerAddress> brokers);
  /// The connection to a node, ready or on its way there; null when the node is unknown.
  [[nodiscard]] BrokerConnection* node(std::int32_t node);
  /// A connection that is ready for a question about the cluster; null: none is yet. Asks leaders
  /// first, then the bootstrap servers and all known brokers in turn.
  [[nodiscard]] BrokerConnection* any();
  /// Ends the connection that any() has opened, and those of learn(). Not for handlers.
  void sweep();

  /// All connections there are.
  [[nodiscard]] std::vector<BrokerConnection*> all() const;
  /// What went wrong last with the servers that any() has tried.
  [[nodiscard]] Status trouble() const;

 private:
  using Connection = std::unique_ptr<BrokerConnection>;
  [[nodiscard]] Connection make(const HostPort& server) const;
  [[nodiscard]] std::vector<HostPort> candidates() const;
  /// The candidate has failed: the next one, after a growing pause when all have been tried.
  void giveUpAsking();

  const FetchSettings& settings_;
  BufferPool& buffers_;
  const Clock& clock_;
  const std::vector<HostPort> bootstrap_;
  std::map<std::int32_t, HostPort> known_;
  std::map<std::int32_t, Connection> nodes_;
  std::vector<Connection> ended_;
  Connection asking_;  ///< to the candidate that is tried at the moment
  std::size_t tried_ = 0;
  Instant next_try_{};
  std::chrono::milliseconds pause_;
  Status trouble_;
};

}  // namespace lockstep::fetch
