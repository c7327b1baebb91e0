#include "src/simulation/sim_network.hpp"

namespace lockstep::sim {

using memory::Fate;
using std::chrono::microseconds;
using std::chrono::milliseconds;

Fate SimNetwork::decide(const memory::Call& call) {
  if (on_request_) on_request_();
  scheduler_.sleepUntil(scheduler_.now() + microseconds(random_.between(20, 2'000)));
  Fate fate = healed_ ? Fate{} : faultOf(call);
  const bool slow = !healed_ && !slow_commits_.empty() &&
                    call.kind == memory::RequestKind::kEndTxn &&
                    call.client.transactional_id == slow_commits_;
  if (slow && fate.reply == Fate::Reply::kArrives && fate.reply_delay.count() == 0)
    fate.reply_delay = milliseconds(random_.between(1, 200));
  // Time between the broker's doing and the client's knowing: crashes fall into it.
  if (fate.reply == Fate::Reply::kArrives && fate.reply_delay.count() == 0 && random_.chance(300))
    fate.reply_delay = microseconds(random_.between(20, 2'000));
  return fate;
}

Fate SimNetwork::faultOf(const memory::Call& call) {
  Fate fate;
  if (scheduler_.now() < outage_until_) {
    fate.arrives = random_.chance(500);
    fate.reply = Fate::Reply::kDisconnected;
    scheduler_.sleepUntil(scheduler_.now() + milliseconds(10));
  } else if (strikes(Fault::kLostRequests)) {
    fate.arrives = false;
  } else if (strikes(Fault::kLostReplies)) {
    fate.reply = Fate::Reply::kLost;
  } else if (strikes(Fault::kDisconnects)) {
    fate.arrives = random_.chance(500);
    fate.reply = Fate::Reply::kDisconnected;
  } else if (strikes(Fault::kLateRequests)) {
    // Beyond the client's patience, or with a connection that broke: it repeats, this one flies on.
    fate.request_delay = milliseconds(random_.between(1, 3'000));
    if (random_.chance(500)) fate.reply = Fate::Reply::kDisconnected;
  } else if (strikes(Fault::kDuplicates)) {
    // A reply that arrives would leave the doubled request unknown to any client.
    fate.reply = random_.chance(500) ? Fate::Reply::kLost : Fate::Reply::kDisconnected;
    fate.repeated_after = milliseconds(random_.between(0, 3'000));
  } else if (strikes(Fault::kSlowReplies)) {
    fate.reply_delay = milliseconds(random_.between(5, 900));
  } else {
    return fate;
  }
  ++broken_;
  trace_.add("{}: {} (try {}) {}{} request {} ms, reply {} ms{}",
             call.client.transactional_id.empty() ? "reader" : call.client.transactional_id,
             memory::toString(call.kind), call.attempt, fate.arrives ? "" : "lost,",
             fate.reply == Fate::Reply::kLost           ? "reply lost,"
             : fate.reply == Fate::Reply::kDisconnected ? "disconnected,"
                                                        : "",
             fate.request_delay.count() / 1'000'000, fate.reply_delay.count() / 1'000'000,
             fate.repeated_after ? ", doubled" : "");
  return fate;
}

std::chrono::nanoseconds SimNetwork::markerDelay(const TopicPartition*) {
  if (healed_ || !plan_.has(Fault::kSlowMarkers)) return microseconds(random_.between(0, 500));
  return random_.chance(100) ? milliseconds(random_.between(5, 2'500))
                             : std::chrono::nanoseconds(microseconds(random_.between(0, 5'000)));
}

}  // namespace lockstep::sim
