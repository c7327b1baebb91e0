#include "src/simulation/ledger_ticks.hpp"

#include <lockstep/model/internal_topics.hpp>
#include <lockstep/model/ledger_record.hpp>

namespace lockstep::sim {
namespace {

using Isolation = memory::Admin::Isolation;

/// None before the ledger is made.
std::optional<Offset> lastStable(memory::MemoryKafka& kafka, const TopicPartition& ledger) {
  return kafka.broker().withParts([&](memory::Broker::Parts& parts) {
    const auto* const log = parts.topics.log(ledger);
    return log == nullptr ? std::nullopt : std::optional(Offset{log->lastStable()});
  });
}

}  // namespace

std::optional<BatchTime> lastCommittedBatch(memory::MemoryKafka& kafka,
                                            const std::string& application) {
  const auto ledger = ledgerPartition(application);
  if (!lastStable(kafka, ledger)) return std::nullopt;
  const auto written = kafka.admin().read(ledger, Isolation::kCommitted);
  for (auto last = written.rbegin(); last != written.rend(); ++last) {
    const auto record = decodeLedgerRecord(last->value.value_or(""));
    if (record.ok() && record->kind == LedgerKind::kBatch) return record->batch.time;
  }
  return std::nullopt;
}

bool closedByOpenTransaction(memory::MemoryKafka& kafka, const std::string& application,
                             BatchTime tick) {
  const auto ledger = ledgerPartition(application);
  const auto written = kafka.admin().read(ledger, Isolation::kUncommitted);
  if (written.empty() || !written.back().value) return false;
  // Of this transaction: not of one that was aborted before.
  if (written.back().offset < lastStable(kafka, ledger).value_or(Offset{0})) return false;
  const auto record = decodeLedgerRecord(*written.back().value);
  return record.ok() && record->kind == LedgerKind::kBatch && record->batch.time == tick &&
         record->batch.closes_own_tick;
}

}  // namespace lockstep::sim
