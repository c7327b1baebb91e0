#pragma once

#include <memory>

#include <lockstep/base/clock.hpp>
#include <lockstep/base/result.hpp>

#include "connectors/kafka/batch_timestamps.hpp"
#include "connectors/kafka/client_handle.hpp"
#include "connectors/kafka/wire_watch.hpp"

namespace lockstep::kafka {

/// A producer and what is hooked into it; both hooks outlive the client.
struct Producer {
  WireWatch watch;
  BatchTimestamps timestamps;
  std::unique_ptr<ClientHandle> client;
};

/// Brings a transactional producer up, fencing older ones.
///
/// After a kill the old transaction has to be ended first: the coordinator does so when asked and
/// answers "not yet", upon which the client waits 500 ms. A second client asks again at once and
/// finds it done: 14 ms instead of 504. The first one is destroyed before the second one is handed
/// out; left alive its repeated request would fence the second.
///
/// Life    start() until it succeeds or fails for good, or makeProducer(); then take().
/// Thread  One.
class ProducerStart {
 public:
  ProducerStart(ClientSettings settings, Clock& clock)
      : settings_(std::move(settings)), clock_(clock) {}

  /// Waits at most `timeout`; kRetry when the broker has not answered by then: call again.
  [[nodiscard]] Status start(std::chrono::milliseconds timeout);
  /// Instead of start(): a producer without transactions, which fences nobody. Asks no broker.
  [[nodiscard]] Status makeProducer();
  /// REQUIRES: one of them succeeded.
  [[nodiscard]] std::unique_ptr<Producer> take() { return std::move(current_); }

 private:
  const ClientSettings settings_;
  Clock& clock_;
  std::unique_ptr<Producer> current_;
  int made_ = 0;
};

}  // namespace lockstep::kafka
