#include "src/engine/committed.hpp"

#include <algorithm>
#include <utility>

#include <lockstep/model/internal_topics.hpp>

namespace lockstep {
namespace {

/// What every record says of its writer and its surroundings.
void fillCommon(LedgerRecord& record, const EngineOptions& options, const Committed& committed) {
  record.owner = options.nonce;
  record.graph_hash = options.graph_hash;
  record.topics = committed.last.topics;
  record.states = options.state;
  record.ends = committed.ends;
  record.previous_hash = committed.last_hash;
}

CommitMetadata metadataOf(const EngineOptions& options, BatchId batch, Incarnation incarnation) {
  return {batch, incarnation, options.nonce, 0};
}

/// The last batch's ranges for exactly the owned partitions; adopted ones are empty.
std::vector<OffsetRange> repeatedRanges(const Committed& committed) {
  std::vector<OffsetRange> ranges;
  ranges.reserve(committed.positions.size());
  const auto& old = committed.last.batch.ranges;
  for (const auto& position : committed.positions) {
    const auto found = std::find_if(old.begin(), old.end(), [&](const OffsetRange& range) {
      return range.partition == position.partition && range.until == position.next;
    });
    if (found != old.end()) {
      ranges.push_back(*found);
    } else {
      ranges.push_back({position.partition, position.next, position.next});
    }
  }
  return ranges;
}

/// Positions after `plan`; partitions that it does not name stay where they are.
std::vector<PartitionOffset> positionsAfter(const Committed& committed, const BatchPlan& plan) {
  auto positions = committed.positions;
  auto position = positions.begin();
  for (const auto& range : plan.ranges) {  // both are sorted
    while (position != positions.end() && position->partition < range.partition) ++position;
    if (position == positions.end()) break;
    if (position->partition == range.partition) position->next = range.until;
  }
  return positions;
}

}  // namespace

Offset ledgerEnd(const std::vector<PartitionOffset>& ends, const std::string& application) {
  const auto ledger = ledgerPartition(application);
  for (const auto& end : ends) {
    if (end.partition == ledger) return end.next;
  }
  return Offset{0};
}

IntendedCommit intendClaim(const EngineOptions& options, const Committed& committed) {
  IntendedCommit intended;
  intended.kind = IntendedCommit::Kind::kClaim;
  intended.record = committed.last;
  fillCommon(intended.record, options, committed);
  intended.record.kind = LedgerKind::kClaim;
  intended.record.incarnation = next(committed.last.incarnation);
  intended.record.batch.ranges = repeatedRanges(committed);
  if (!committed.hasOpenPlan()) intended.record.open_plan = {};
  // An open plan belongs to the graph that made it, until it has run.
  if (committed.hasOpenPlan()) intended.record.graph_hash = committed.last.graph_hash;
  intended.positions = committed.positions;
  intended.ledger_offset = ledgerEnd(committed.ends, options.application);
  intended.metadata = metadataOf(options, committed.batch().id, intended.record.incarnation);
  return intended;
}

IntendedCommit intendPlan(const EngineOptions& options, const Committed& committed,
                          const BatchPlan& plan) {
  IntendedCommit intended;
  intended.kind = IntendedCommit::Kind::kPlan;
  intended.record = committed.last;
  fillCommon(intended.record, options, committed);
  intended.record.kind = LedgerKind::kPlan;
  intended.record.open_plan = plan;
  intended.positions = committed.positions;
  intended.ledger_offset = ledgerEnd(committed.ends, options.application);
  intended.metadata = metadataOf(options, committed.batch().id, committed.last.incarnation);
  return intended;
}

IntendedCommit intendBatch(const EngineOptions& options, const Committed& committed,
                           const BatchPlan& plan, std::vector<OutputCount> outputs,
                           std::uint64_t outputs_hash) {
  IntendedCommit intended;
  intended.kind = IntendedCommit::Kind::kBatch;
  auto& record = intended.record;
  fillCommon(record, options, committed);
  record.kind = LedgerKind::kBatch;
  record.incarnation = committed.last.incarnation;
  record.batch = plan;
  record.outputs = std::move(outputs);
  record.outputs_hash = outputs_hash;
  intended.positions = positionsAfter(committed, plan);
  intended.ledger_offset = ledgerEnd(committed.ends, options.application);
  intended.metadata = metadataOf(options, plan.id, committed.last.incarnation);
  return intended;
}

IntendedCommit intendKeepAlive(const EngineOptions& options, const Committed& committed,
                               std::uint64_t beat) {
  IntendedCommit intended;
  intended.positions = committed.positions;
  intended.ledger_offset = committed.ledger_offset;
  intended.metadata = metadataOf(options, committed.batch().id, committed.last.incarnation);
  intended.metadata.beat = beat;
  return intended;
}

void advance(Committed& committed, IntendedCommit intended, std::uint64_t ledger_hash) {
  if (intended.kind == IntendedCommit::Kind::kKeepAlive) return;
  committed.last = std::move(intended.record);
  committed.last_hash = ledger_hash;
  committed.positions = std::move(intended.positions);
  committed.ledger_offset = intended.ledger_offset;
}

}  // namespace lockstep
