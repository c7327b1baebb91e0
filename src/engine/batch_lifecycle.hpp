#pragma once

#include "src/engine/lifecycle.hpp"

namespace lockstep {

/// Where one batch is between its plan and its decision.
///
///                          +------------------- aborted ----------+
///                          v                                      |
///   kPlanned --> kComputing --> kComputed --> kCommitting --> kUnclear
///      ^             |              |             |  |            |
///      |             v              v             |  +-> kDecided <+
///      +-------- kRollingBack <-----+-------------+                (committed)
///
/// A batch without effects goes from kComputed to kDecided: it needs no transaction.
enum class BatchState {
  kPlanned,     ///< waits for its plan's commit (side effects), or for a pause after a failure
  kComputing,   ///< RunBatch is out
  kComputed,    ///< sealed; waits for its turn to commit
  kCommitting,  ///< CommitTransaction is out
  kUnclear,     ///< the client does not know; recovery's reading decides
  kRollingBack,
  kDecided,
};

[[nodiscard]] constexpr std::string_view toString(BatchState state) {
  switch (state) {
    case BatchState::kPlanned:
      return "planned";
    case BatchState::kComputing:
      return "computing";
    case BatchState::kComputed:
      return "computed";
    case BatchState::kCommitting:
      return "committing";
    case BatchState::kUnclear:
      return "unclear";
    case BatchState::kRollingBack:
      return "rolling back";
    case BatchState::kDecided:
      return "decided";
  }
  return "?";
}

inline constexpr std::array<Move<BatchState>, 12> kBatchMoves{{
    {BatchState::kPlanned, BatchState::kComputing, "run"},
    {BatchState::kComputing, BatchState::kComputed, "computed and sealed"},
    {BatchState::kComputing, BatchState::kRollingBack, "failed, or an earlier batch aborted"},
    {BatchState::kComputed, BatchState::kCommitting, "its turn"},
    {BatchState::kComputed, BatchState::kDecided, "nothing to commit"},
    {BatchState::kComputed, BatchState::kRollingBack, "an earlier batch aborted"},
    {BatchState::kCommitting, BatchState::kDecided, "committed"},
    {BatchState::kCommitting, BatchState::kUnclear, "no certain answer"},
    {BatchState::kCommitting, BatchState::kRollingBack, "aborted"},
    {BatchState::kUnclear, BatchState::kDecided, "resolved: committed"},
    {BatchState::kUnclear, BatchState::kRollingBack, "resolved: aborted"},
    {BatchState::kRollingBack, BatchState::kPlanned, "rolled back: again"},
}};

class BatchLifeCycle : public LifeCycle<BatchState, kBatchMoves.size()> {
 public:
  BatchLifeCycle() : LifeCycle(BatchState::kPlanned, kBatchMoves) {}
};

}  // namespace lockstep
