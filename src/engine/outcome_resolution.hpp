#pragma once

#include <lockstep/base/result.hpp>

#include "src/engine/cluster_view.hpp"
#include "src/engine/committed.hpp"

namespace lockstep {

/// Whether a transaction happened.
enum class Outcome { kCommitted, kAborted };

/// The one routine that resolves every unclear outcome (time-out, fatal, fenced, dirty), by what is
/// committed and was read after fencing; never by a return code. Pure.
///
/// `before` is what was committed before the attempt; `attempt` is null when nothing is unclear and
/// only batch id and owner are checked again. The batch id at the ledger's partition decides: the
/// attempt's = committed, older = aborted, newer = another owner. A claim is recognised by
/// (incarnation, nonce), a plan by the ledger's last record; of keep-alives both outcomes are the
/// same. All owned partitions then have to agree.
///
/// Under at_least_once the committed offsets alone decide: records of an attempt may be in the
/// ledger without its offsets. What does not agree did not happen, and runs again.
///
/// Errors: E202 (another nonce, or a newer batch: exit 73); E212 (a mix), E207 (the ledger's record
/// and its committed offset disagree): exit 65.
[[nodiscard]] Result<Outcome> resolveOutcome(const EngineOptions& options, const Committed& before,
                                             const IntendedCommit* attempt,
                                             const ClusterView& cluster);

}  // namespace lockstep
