#pragma once

#include <deque>
#include <utility>
#include <vector>

#include "connectors/memory/network.hpp"

namespace lockstep::memory {

/// A network whose next fates for each kind of request are set by the test; everything else
/// arrives at once.
class ScriptedNetwork final : public Network {
 public:
  void next(RequestKind kind, Fate fate) { fates_.emplace_back(kind, fate); }

  /// Forgets fates that were not used.
  void reset() { fates_.clear(); }

  Fate decide(const Call& call) override {
    calls.push_back(call.kind);
    for (auto entry = fates_.begin(); entry != fates_.end(); ++entry) {
      if (entry->first != call.kind) continue;
      const Fate fate = entry->second;
      fates_.erase(entry);
      return fate;
    }
    return {};
  }
  std::chrono::nanoseconds markerDelay(const TopicPartition*) override { return marker_delay; }

  std::chrono::nanoseconds marker_delay{0};
  std::vector<RequestKind> calls;

 private:
  std::deque<std::pair<RequestKind, Fate>> fates_;
};

/// The request arrives, its reply does not: the client repeats it after its time-out.
inline Fate replyLost() { return {.reply = Fate::Reply::kLost}; }
/// The request does not arrive.
inline Fate requestLost() { return {.arrives = false}; }
/// The request arrives after the client gave up on it.
inline Fate late(std::chrono::nanoseconds by) { return {.request_delay = by}; }

}  // namespace lockstep::memory
