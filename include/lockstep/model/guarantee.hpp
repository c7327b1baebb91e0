#pragma once

namespace lockstep {

/// What holds between input topics and output topics (docs/guarantees.md).
enum class Guarantee {
  kExactlyOnce,  ///< outputs, state and offsets in one transaction
  /// Outputs, changelog and ledger are acknowledged first, then the offsets are committed: after a
  /// crash in between, the same input is processed again. Nothing fences a second instance.
  kAtLeastOnce,
};

}  // namespace lockstep
