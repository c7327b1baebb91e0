#pragma once

#include <cstdint>
#include <vector>

#include <lockstep/model/commit_metadata.hpp>
#include <lockstep/model/ledger_record.hpp>

#include "src/engine/engine_options.hpp"

namespace lockstep {

/// What is committed, as the engine knows it: the ledger's last record and the offsets beside it.
/// A plain value; changes only when a transaction was decided.
struct Committed {
  /// The last record of the ledger in effect. Before the first claim of a fresh application it has
  /// batch 0 and incarnation 0.
  LedgerRecord last;
  std::uint64_t last_hash = 0;
  /// Committed offsets of all owned partitions, sorted.
  std::vector<PartitionOffset> positions;
  /// The ledger's end at the decision before the last record, and so a lower bound of that record:
  /// what keep-alives commit again.
  Offset ledger_offset;
  /// End offsets of changelogs, outputs and ledger, read after the last decision.
  std::vector<PartitionOffset> ends;

  [[nodiscard]] const BatchPlan& batch() const { return last.batch; }
  /// An open plan's batch has to run next.
  [[nodiscard]] bool hasOpenPlan() const { return last.open_plan.id > last.batch.id; }
};

/// A transaction as the engine wants it, and what is committed if it is.
struct IntendedCommit {
  enum class Kind { kClaim, kPlan, kBatch, kKeepAlive };
  Kind kind = Kind::kKeepAlive;
  LedgerRecord record;                     ///< unused by keep-alives
  std::vector<PartitionOffset> positions;  ///< committed with it, without the ledger's
  Offset ledger_offset;
  CommitMetadata metadata;
};

/// The ledger's end among `ends`; offset 0 when it is not there.
[[nodiscard]] Offset ledgerEnd(const std::vector<PartitionOffset>& ends,
                               const std::string& application);

/// A claim: the same offsets and batch again, with the next incarnation and our nonce; repeats the
/// last batch and the open plan in full. Adopted partitions are in `committed.positions` already.
[[nodiscard]] IntendedCommit intendClaim(const EngineOptions& options, const Committed& committed);

/// The plan of a batch with side effects, beside the offsets of the batch before it.
[[nodiscard]] IntendedCommit intendPlan(const EngineOptions& options, const Committed& committed,
                                        const BatchPlan& plan);

/// A batch: its plan's `until`s and what it wrote.
[[nodiscard]] IntendedCommit intendBatch(const EngineOptions& options, const Committed& committed,
                                         const BatchPlan& plan, std::vector<OutputCount> outputs,
                                         std::uint64_t outputs_hash);

/// The same offsets once more, so that they do not expire and others see that we live.
[[nodiscard]] IntendedCommit intendKeepAlive(const EngineOptions& options,
                                             const Committed& committed, std::uint64_t beat);

/// `intended` was committed: what is committed now. `ledger_hash` is the sent record's.
void advance(Committed& committed, IntendedCommit intended, std::uint64_t ledger_hash);

}  // namespace lockstep
