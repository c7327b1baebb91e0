#include "connectors/fetch/broker_set.hpp"

#include <algorithm>
#include <utility>

#include <lockstep/base/log.hpp>

namespace lockstep::fetch {

BrokerSet::BrokerSet(const FetchSettings& settings, BufferPool& buffers, const Clock& clock)
    : settings_(settings),
      buffers_(buffers),
      clock_(clock),
      bootstrap_(splitServers(settings.bootstrap)),
      pause_(settings.reconnect_backoff) {}

BrokerSet::Connection BrokerSet::make(const HostPort& server) const {
  return std::make_unique<BrokerConnection>(server, settings_, buffers_, clock_);
}

void BrokerSet::learn(std::span<const BrokerAddress> brokers) {
  known_.clear();
  trouble_ = {};
  pause_ = settings_.reconnect_backoff;
  for (const auto& broker : brokers) known_[broker.node] = {broker.host, broker.port};
  for (auto& [node, connection] : nodes_) {
    const auto found = known_.find(node);
    if (found != known_.end() && found->second == connection->server()) continue;
    ended_.push_back(std::move(connection));
  }
  std::erase_if(nodes_, [](const auto& entry) { return entry.second == nullptr; });
  if (asking_) ended_.push_back(std::move(asking_));
}

BrokerConnection* BrokerSet::node(std::int32_t node) {
  auto& connection = nodes_[node];
  if (!connection) {
    const auto found = known_.find(node);
    if (found == known_.end()) {
      nodes_.erase(node);
      return nullptr;
    }
    connection = make(found->second);
  }
  connection->open();
  return connection.get();
}

BrokerConnection* BrokerSet::any() {
  for (const auto& [node, connection] : nodes_) {
    if (connection->ready()) return connection.get();
  }
  if (asking_ && asking_->failing()) {
    giveUpAsking();
  }
  if (!asking_ && clock_.now() >= next_try_) {
    const auto servers = candidates();
    if (servers.empty()) return nullptr;
    asking_ = make(servers[tried_++ % servers.size()]);
    asking_->open();
  }
  return asking_ && asking_->ready() ? asking_.get() : nullptr;
}

void BrokerSet::giveUpAsking() {
  const bool news = trouble_.ok() || trouble_.message() != asking_->trouble().message();
  trouble_ = asking_->trouble();
  if (news) log::warn("fetch: {}; trying on", trouble_.message());
  ended_.push_back(std::move(asking_));
  if (tried_ % candidates().size() != 0) return;  // the next one at once
  next_try_ = clock_.now() + pause_;
  pause_ = std::min(2 * pause_, settings_.reconnect_backoff_max);
}

std::vector<HostPort> BrokerSet::candidates() const {
  auto servers = bootstrap_;
  for (const auto& [node, server] : known_) servers.push_back(server);
  return servers;
}

void BrokerSet::sweep() {
  const auto ended = std::exchange(ended_, {});
  for (const auto& connection : ended) connection->abandon();
}

std::vector<BrokerConnection*> BrokerSet::all() const {
  std::vector<BrokerConnection*> connections;
  for (const auto& [node, connection] : nodes_) connections.push_back(connection.get());
  if (asking_) connections.push_back(asking_.get());
  return connections;
}

Status BrokerSet::trouble() const {
  return asking_ && !asking_->trouble().ok() ? asking_->trouble() : trouble_;
}

}  // namespace lockstep::fetch
