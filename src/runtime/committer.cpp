#include "src/runtime/committer.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include <fmt/format.h>

#include <lockstep/base/failpoint.hpp>
#include <lockstep/base/log.hpp>

#include "src/runtime/append_all.hpp"
#include "src/runtime/step_log.hpp"

namespace lockstep {
namespace {

Failpoint kBegin{"transaction.begin"};
Failpoint kLedger{"transaction.ledger"};
Failpoint kDecided{"transaction.decided"};

constexpr std::chrono::milliseconds kAbortTimeout{5'000};

struct Times {
  std::chrono::nanoseconds send;
  std::chrono::nanoseconds commit;
};

void logTimes(const command::CommitTransaction& command, const Times& times) {
  using Milliseconds = std::chrono::duration<double, std::milli>;
  if (!command.batch) {
    log::debug("offsets without a batch committed in {:.1f} ms",
               Milliseconds(times.send + times.commit).count());
    return;
  }
  log::debug("batch {}: sent in {:.1f} ms, committed in {:.1f} ms", command.batch->value(),
             Milliseconds(times.send).count(), Milliseconds(times.commit).count());
}

}  // namespace

Committer::Committer(TransactionalOutputFactory& factory, const PreparedBatches& prepared,
                     Clock& clock, Options options)
    : factory_(factory), prepared_(prepared), clock_(clock), options_(std::move(options)) {}

event::ProducerReady Committer::execute(const command::InitProducer& command) {
  const StepLog step(clock_, "producer initialised");
  // Left alive, an older handle fences the newer one with its background retries.
  output_.reset();
  const auto deadline = Deadline::in(clock_, command.timeout);
  auto created = factory_.createOutput();
  if (!created.ok()) return {created.status()};
  output_ = std::move(created).value();
  Status status;
  do {
    status = output_->init(std::max(deadline.left(clock_), std::chrono::milliseconds(1)));
    if (status.ok() || status.reaction() != Reaction::kRetry) break;
    clock_.sleep(options_.retry_pause);
  } while (!deadline.passed(clock_));
  return {status};
}

event::TransactionEnded Committer::execute(const command::CommitTransaction& command) {
  LOCKSTEP_CHECK(output_ != nullptr, "a transaction needs an initialised producer");
  event::TransactionEnded ended;
  transact(command, ended);
  // A refusal for good carries a code; time-outs and lost connections do not.
  if (!ended.status.ok() && ended.status.reaction() == Reaction::kAbort) {
    ended.refused = ended.status.info().code;
  }
  ended.dirty = output_->dirty();
  // Not known to be over: the client may still read the batch's bytes, which go when the batch is
  // rolled back. What comes next begins with a new producer anyway.
  if (!ended.status.ok() && ended.status.reaction() != Reaction::kAbort) output_.reset();
  kDecided.hit();
  return ended;
}

void Committer::transact(const command::CommitTransaction& command,
                         event::TransactionEnded& ended) {
  const auto deadline = Deadline::in(clock_, command.commit_timeout);
  const auto open_until = Deadline::in(clock_, std::min(command.open_max, command.commit_timeout));
  kBegin.hit();
  ended.status = output_->begin();
  const Instant begun = clock_.now();
  if (ended.status.ok()) ended.status = send(command, open_until, ended);
  if (ended.status.ok()) {
    const Instant sent = clock_.now();
    ended.status = commit(command, deadline);
    logTimes(command, {sent - begun, clock_.now() - sent});
  } else if (ended.status.reaction() != Reaction::kFatal) {
    // Nothing of this transaction was sent for commit: it is certain not to have happened.
    ended.open_too_long = open_until.passed(clock_);
    ended.status = abandon(std::move(ended.status), deadline);
  }
}

Status Committer::send(const command::CommitTransaction& command, Deadline deadline,
                       event::TransactionEnded& ended) {
  std::shared_ptr<const std::vector<PreparedOutput>> outputs;
  std::vector<std::size_t> sent;
  if (command.batch) {
    outputs = prepared_.find(*command.batch);
    LOCKSTEP_CHECK(outputs != nullptr,
                   fmt::format("batch {} was not prepared", command.batch->value()));
    LOCKSTEP_TRY(announce(*outputs, deadline, sent));
  }
  if (command.ledger) LOCKSTEP_TRY(sendLedger(*command.ledger, deadline, ended));
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const auto& [target, records] = (*outputs)[i];
    LOCKSTEP_TRY(append(target, records->records().subspan(sent[i]), deadline));
  }
  return {};
}

/// A client asks the coordinator to take a partition into the transaction when its first record
/// comes, and sends nothing to it before the answer. One record of each partition ahead of all
/// others makes that one request; else it is one per partition, one after the other, and librdkafka
/// 2.0.2 spins for a millisecond before each.
Status Committer::announce(const std::vector<PreparedOutput>& outputs, Deadline deadline,
                           std::vector<std::size_t>& sent) {
  std::set<TopicPartition> targets;  // what is second in a partition stays so
  for (const auto& output : outputs) {
    const auto records = output.records->records();
    const bool first = !records.empty() && targets.insert(output.target).second;
    sent.push_back(first ? 1 : 0);
    if (first) LOCKSTEP_TRY(append(output.target, records.first(1), deadline));
  }
  return {};
}

Status Committer::sendLedger(const LedgerRecord& ledger, Deadline deadline,
                             event::TransactionEnded& ended) {
  kLedger.hit();
  ledger_key_ = ledgerKey(ledger, options_.ledger_batches);
  ledger_value_ = encode(ledger);
  ended.ledger_hash = ledgerHash(ledger_value_);
  const EncodedRecord record{ledger_key_, ledger_value_, ledger.batch.time, {}};
  return append(options_.ledger, {&record, 1}, deadline);
}

Status Committer::append(const TopicPartition& target, std::span<const EncodedRecord> records,
                         Deadline deadline) {
  return appendAll(*output_, target, records, {deadline, clock_, options_.retry_pause});
}

Status Committer::commit(const command::CommitTransaction& command, Deadline deadline) {
  const auto metadata = format(command.metadata);
  for (;;) {
    const auto left = std::max(deadline.left(clock_), std::chrono::milliseconds(1));
    auto status = output_->commit(command.offsets, metadata, left);
    if (status.ok() || status.reaction() == Reaction::kFatal) return status;
    if (status.reaction() == Reaction::kAbort) return abandon(std::move(status), deadline);
    if (deadline.passed(clock_)) return status;  // unknown: the engine resolves, nobody aborts
    clock_.sleep(options_.retry_pause);
  }
}

/// Ends a transaction that is certain not to be committed. Returns `cause` as kAbort, or what is
/// worse.
Status Committer::abandon(Status cause, Deadline deadline) {
  const auto timeout = std::max(deadline.left(clock_), kAbortTimeout);
  const auto until = Deadline::in(clock_, timeout);
  for (;;) {
    const auto status = output_->abort(std::max(until.left(clock_), std::chrono::milliseconds(1)));
    if (status.ok()) break;
    if (status.reaction() != Reaction::kRetry || until.passed(clock_)) return status;
    clock_.sleep(options_.retry_pause);
  }
  ErrorInfo info = cause.info();
  info.reaction = Reaction::kAbort;
  return Status(std::move(info));
}

}  // namespace lockstep
