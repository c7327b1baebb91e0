#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "connectors/memory/requests.hpp"

namespace lockstep::memory {

/// One request, as it is about to leave a client.
struct Call {
  RequestKind kind;
  const ClientName& client;
  std::chrono::nanoseconds timeout;  ///< how long the client waits for the reply
  int attempt = 1;                   ///< counts the silent repeats of the same request
};

/// What happens to one request and its reply.
struct Fate {
  enum class Reply {
    kArrives,
    kLost,          ///< the client waits until its time-out
    kDisconnected,  ///< the client sees a broken connection at once
  };
  bool arrives = true;  ///< false: the request never reaches the broker
  /// Time on the way to the broker. Beyond the client's time-out, or with a lost reply, the
  /// request still arrives at that time, whatever the client does meanwhile, even after its death.
  std::chrono::nanoseconds request_delay{0};
  Reply reply = Reply::kArrives;
  std::chrono::nanoseconds reply_delay{0};
  /// The request arrives a second time, this long after the first. Real networks double nothing
  /// by themselves: together with a reply that arrives this is a fault that no client can notice,
  /// and an EndTxn doubled like that into the next transaction tears it (KAFKA-17754).
  std::optional<std::chrono::nanoseconds> repeated_after = std::nullopt;
};

/// The world between clients and broker: decides what happens to every request. The simulator
/// implements it.
///
/// Thread    Called on the client's thread with no lock held, except markerDelay().
/// Switching decide() may block the caller, let other actors run, and advance the clock: like
///           Clock::sleep it is a place where the simulator switches. Both may throw to unwind a
///           killed actor; the client objects must then only be destroyed.
class Network {
 public:
  virtual ~Network() = default;
  [[nodiscard]] virtual Fate decide(const Call& call) = 0;
  /// How long after its transaction was decided a marker is written: to `partition`, or to the
  /// group's offsets when null. Until the last one is, the id answers CONCURRENT_TRANSACTIONS.
  /// Called inside the broker: must neither block nor call the broker. Thread: any client's.
  [[nodiscard]] virtual std::chrono::nanoseconds markerDelay(const TopicPartition* partition) = 0;
};

/// Everything arrives at once, in order. Thread: any.
class DirectNetwork final : public Network {
 public:
  explicit DirectNetwork(std::chrono::nanoseconds marker_delay = {})
      : marker_delay_(marker_delay) {}
  Fate decide(const Call&) override { return {}; }
  std::chrono::nanoseconds markerDelay(const TopicPartition*) override { return marker_delay_; }

 private:
  std::chrono::nanoseconds marker_delay_;
};

}  // namespace lockstep::memory
