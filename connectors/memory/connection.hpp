#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include <lockstep/base/clock.hpp>

#include "connectors/memory/broker.hpp"

namespace lockstep::memory {

/// A client's way to the broker: asks the network what happens to each request, and waits through
/// the clock. Thread: the client's.
class Connection {
 public:
  Connection(Broker& broker, Network& network, Clock& clock)
      : broker_(broker), network_(network), clock_(clock) {}

  [[nodiscard]] Clock& clock() { return clock_; }

  /// Sends one request and waits for its reply, at most `timeout`. Nothing = time-out or broken
  /// connection: whether the request arrived, or will, is unknown.
  template <class Request>
  std::optional<typename Request::Reply> call(const Request& request,
                                              std::chrono::nanoseconds timeout, int attempt = 1) {
    const Fate fate = network_.decide({Request::kKind, *request.client, timeout, attempt});
    const bool direct = fate.arrives && fate.reply == Fate::Reply::kArrives &&
                        fate.request_delay.count() == 0 && fate.reply_delay.count() == 0 &&
                        !fate.repeated_after;
    if (direct) return broker_.handle(request);
    return callThrough(fate, request, timeout);
  }

 private:
  /// A delayed request is handed to the broker before the wait: it arrives even when its sender is
  /// killed meanwhile.
  template <class Request>
  std::optional<typename Request::Reply> callThrough(const Fate& fate, const Request& request,
                                                     std::chrono::nanoseconds timeout) {
    const auto reply = std::make_shared<std::optional<typename Request::Reply>>();
    const Instant sent = clock_.now();
    if (fate.repeated_after)
      broker_.handleLater(sent + fate.request_delay + *fate.repeated_after, request, nullptr);
    if (fate.arrives) {
      broker_.handleLater(sent + fate.request_delay, request, reply);
      broker_.settle();
    }
    if (fate.reply == Fate::Reply::kDisconnected) return std::nullopt;
    const auto answered_after = fate.request_delay + fate.reply_delay;
    if (!fate.arrives || fate.reply == Fate::Reply::kLost || answered_after >= timeout) {
      clock_.sleep(timeout);
      return std::nullopt;
    }
    if (answered_after.count() > 0) clock_.sleep(answered_after);
    broker_.settle();
    return std::move(*reply);
  }

  Broker& broker_;
  Network& network_;
  Clock& clock_;
};

}  // namespace lockstep::memory
