#include "src/engine/outcome_resolution.hpp"

#include <fmt/format.h>

#include <lockstep/model/internal_topics.hpp>

#include "src/engine/errors.hpp"

namespace lockstep {
namespace {

using Kind = IntendedCommit::Kind;

/// What the broker says was committed last: by the ledger partition's metadata, or, where that has
/// expired, by the ledger's last record.
struct Witness {
  BatchId batch;
  Incarnation incarnation;
  Nonce owner;
};

Result<Witness> witness(const EngineOptions& options, const Committed& before,
                        const ClusterView& cluster) {
  const auto* offset = cluster.committed(ledgerPartition(options.application));
  if (offset == nullptr) {
    // Under at_least_once a record in the ledger does not say that its offsets were committed.
    const auto& known = options.atLeastOnce() ? before.last : cluster.read().ledger;
    return Witness{known.batch.id, known.incarnation, known.owner};
  }
  const auto metadata = parseCommitMetadata(offset->metadata);
  if (!metadata) {
    return errors::data(options, "E209",
                        fmt::format("the ledger's offset {} was committed by another program",
                                    offset->offset->value()));
  }
  return Witness{metadata->batch, metadata->incarnation, metadata->owner};
}

Status checkOwner(const EngineOptions& options, const Committed& before, BatchId newest,
                  const Witness& witness, const LedgerRecord& ledger) {
  // Before our first claim the owner is whoever was it when we recovered.
  const auto known = before.last.owner;
  for (const auto owner : {witness.owner, ledger.owner}) {
    if (owner == options.nonce || owner == known) continue;
    return errors::otherOwner(
        options, fmt::format("instance {:016x} has claimed the application (incarnation {}, batch "
                             "{})",
                             owner.value(), ledger.incarnation.value(), ledger.batch.id.value()));
  }
  if (witness.batch > newest) {
    return errors::otherOwner(options, fmt::format("batch {} is committed, newer than our batch {}",
                                                   witness.batch.value(), newest.value()));
  }
  return {};
}

Status checkPositions(const EngineOptions& options, const std::vector<PartitionOffset>& expected,
                      BatchId batch, const ClusterView& cluster) {
  for (const auto& position : expected) {
    const auto* offset = cluster.committed(position.partition);
    if (offset == nullptr) continue;  // expired: the ledger's record decides
    const auto metadata = parseCommitMetadata(offset->metadata);
    if (metadata && metadata->batch == batch && *offset->offset == position.next) continue;
    return errors::data(
        options, "E212",
        fmt::format("{}: offset {} of batch {} was expected, but offset {} with '{}' is committed",
                    toString(position.partition), position.next.value(), batch.value(),
                    offset->offset->value(), offset->metadata));
  }
  return {};
}

bool happened(const IntendedCommit& attempt, const Witness& witness, const LedgerRecord& ledger) {
  switch (attempt.kind) {
    case Kind::kBatch:
      return witness.batch == attempt.record.batch.id;
    case Kind::kClaim:
      return witness.incarnation == attempt.record.incarnation &&
             witness.owner == attempt.record.owner;
    case Kind::kPlan:
      return ledger.kind == LedgerKind::kPlan && ledger.owner == attempt.record.owner &&
             ledger.open_plan.id == attempt.record.open_plan.id;
    case Kind::kKeepAlive:
      return false;
  }
  return false;
}

}  // namespace

Result<Outcome> resolveOutcome(const EngineOptions& options, const Committed& before,
                               const IntendedCommit* attempt, const ClusterView& cluster) {
  const auto& ledger = cluster.read().ledger;
  if (!cluster.read().has_ledger_record && before.last.incarnation > Incarnation{0}) {
    return errors::data(options, "E207", "the ledger has lost its records");
  }
  LOCKSTEP_ASSIGN(const Witness seen, witness(options, before, cluster));
  const bool tried_batch = attempt != nullptr && attempt->kind == Kind::kBatch;
  const auto newest = tried_batch ? attempt->record.batch.id : before.batch().id;
  LOCKSTEP_TRY(checkOwner(options, before, newest, seen, ledger));

  const bool committed = attempt != nullptr && happened(*attempt, seen, ledger);
  if (options.atLeastOnce()) {
    // Of another attempt at the same batch, perhaps with other ranges: ours runs again.
    const bool ours =
        committed &&
        checkPositions(options, attempt->positions, attempt->record.batch.id, cluster).ok();
    return ours ? Outcome::kCommitted : Outcome::kAborted;
  }
  const auto batch = committed ? attempt->record.batch.id : before.batch().id;
  if (seen.batch != batch || (cluster.read().has_ledger_record && ledger.batch.id != batch)) {
    return errors::data(options, "E207",
                        fmt::format("batch {} was expected, but batch {} is committed and the "
                                    "ledger's last record is of batch {}",
                                    batch.value(), seen.batch.value(), ledger.batch.id.value()));
  }
  const auto& positions = committed ? attempt->positions : before.positions;
  LOCKSTEP_TRY(checkPositions(options, positions, batch, cluster));
  return committed ? Outcome::kCommitted : Outcome::kAborted;
}

}  // namespace lockstep
