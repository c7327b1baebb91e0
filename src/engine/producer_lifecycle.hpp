#pragma once

#include "src/engine/lifecycle.hpp"

namespace lockstep {

/// Where the transactional producer is. Every initialisation, whatever its cause, is followed by
/// reading offsets, batch id and owner, before the next transaction begins.
///
///    kNeeded --> kInitialising --> kReadingBack --> kReady <--> kInTransaction
///      ^  ^           |                 |             |               |
///      |  +-- retry --+                 |             |               |
///      +------------------ fenced ------+-- dirty ----+---- dirty ----+
enum class ProducerState {
  kNeeded,        ///< none, or one that may not be used any more; perhaps after a pause
  kInitialising,  ///< InitProducer is out
  kReadingBack,   ///< ReadCluster is due or out
  kReady,
  kInTransaction,  ///< CommitTransaction is out
};

[[nodiscard]] constexpr std::string_view toString(ProducerState state) {
  switch (state) {
    case ProducerState::kNeeded:
      return "needed";
    case ProducerState::kInitialising:
      return "initialising";
    case ProducerState::kReadingBack:
      return "reading back";
    case ProducerState::kReady:
      return "ready";
    case ProducerState::kInTransaction:
      return "in transaction";
  }
  return "?";
}

inline constexpr std::array<Move<ProducerState>, 8> kProducerMoves{{
    {ProducerState::kNeeded, ProducerState::kInitialising, "make one"},
    {ProducerState::kInitialising, ProducerState::kNeeded, "not yet"},
    {ProducerState::kInitialising, ProducerState::kReadingBack, "initialised"},
    {ProducerState::kReadingBack, ProducerState::kReady, "what was read agrees"},
    {ProducerState::kReadingBack, ProducerState::kNeeded, "fenced before the claim"},
    {ProducerState::kReady, ProducerState::kInTransaction, "begin"},
    {ProducerState::kInTransaction, ProducerState::kReady, "decided, clean"},
    {ProducerState::kInTransaction, ProducerState::kNeeded, "decided but dirty, or unclear"},
}};

class ProducerLifeCycle : public LifeCycle<ProducerState, kProducerMoves.size()> {
 public:
  ProducerLifeCycle() : LifeCycle(ProducerState::kNeeded, kProducerMoves) {}
};

}  // namespace lockstep
