// Transactions: at most one at a time; what each is, and what follows from its decision.
#include <utility>

#include <fmt/format.h>

#include <lockstep/model/internal_topics.hpp>

#include "src/engine/engine_impl.hpp"
#include "src/engine/errors.hpp"

namespace lockstep {
namespace {

using Kind = IntendedCommit::Kind;

bool stopsForGood(const Status& status) {
  return status.reaction() == Reaction::kFatal && (status.exitCode() == ExitCode::kPermission ||
                                                   status.exitCode() == ExitCode::kConfiguration);
}

}  // namespace

void Engine::Impl::pumpTransactions() {
  if (!producer_.is(ProducerState::kReady) || ending_) return;
  if (ends_ != Ends::kKnown) {
    if (ends_ == Ends::kReading || !control_backoff_.over(now_)) return;
    ends_ = Ends::kReading;
    out_.push_back(command::ReadDecisionEnds{kRequestTimeout});
    return;
  }
  if (needs_claim_) {
    begin(intendClaim(options_, committed_));
    return;
  }
  if (!claimed_) return;
  if (!pipeline_.empty()) {
    auto& head = pipeline_.head();
    if (head.life.is(BatchState::kComputed)) {
      if (head.identity != BatchSlot::Identity::kKnown) return;
      head.life.move(BatchState::kCommitting);
      auto intended = intendBatch(options_, committed_, head.plan, head.result.outputs,
                                  head.result.outputs_hash);
      intended.record.files = head.result.files;
      begin(std::move(intended));
      return;
    }
    if (options_.side_effects && running() && head.life.is(BatchState::kPlanned) &&
        !head.plan_committed) {
      begin(intendPlan(options_, committed_, head.plan));
      return;
    }
  }
  if (keep_alive_.due(now_)) {
    const auto beat = keep_alive_.nextBeat();
    keep_alive_.sent(now_);
    begin(intendKeepAlive(options_, committed_, beat));
  }
}

void Engine::Impl::begin(IntendedCommit intended) {
  command::CommitTransaction commit;
  if (intended.kind == Kind::kBatch) commit.batch = intended.record.batch.id;
  if (intended.kind != Kind::kKeepAlive) commit.ledger = intended.record;
  commit.offsets.reserve(intended.positions.size() + 1);
  commit.offsets = intended.positions;
  commit.offsets.push_back({ledgerPartition(options_.application), intended.ledger_offset});
  commit.metadata = intended.metadata;
  commit.commit_timeout = options_.commit_timeout;
  // Without a transaction there is none that the broker would abort.
  commit.open_max =
      options_.atLeastOnce() ? options_.commit_timeout : options_.transaction_timeout / 2;
  producer_.move(ProducerState::kInTransaction);
  attempt_ = std::move(intended);
  out_.push_back(std::move(commit));
}

void Engine::Impl::handle(const event::TransactionEnded& ended) {
  LOCKSTEP_CHECK(producer_.is(ProducerState::kInTransaction) && attempt_,
                 "a transaction was under way");
  if (ended.status.ok()) {
    producer_.move(ended.dirty ? ProducerState::kNeeded : ProducerState::kReady);
    auto intended = std::move(*attempt_);
    attempt_.reset();
    producer_backoff_.succeeded();
    decided(std::move(intended), ended.ledger_hash);
  } else if (ended.status.reaction() == Reaction::kAbort) {
    producer_.move(ProducerState::kNeeded);  // every abort leaves a dirty producer
    producer_backoff_.failed(now_);
    const auto intended = std::move(*attempt_);
    attempt_.reset();
    aborted(intended, ended);
  } else {
    producer_.move(ProducerState::kNeeded);
    producer_backoff_.failed(now_);
    if (attempt_->kind == Kind::kBatch) pipeline_.head().life.move(BatchState::kUnclear);
    if (stopsForGood(ended.status)) {
      stop(ended.status);
    } else if (ended.status.reaction() == Reaction::kFatal) {
      loseProducer();
    }
  }
  if (ending_) stop(*ending_);
}

void Engine::Impl::decided(IntendedCommit intended, std::uint64_t ledger_hash) {
  const auto kind = intended.kind;
  if (kind == Kind::kKeepAlive) return;
  advance(committed_, std::move(intended), ledger_hash);
  keep_alive_.committed(now_);
  ends_ = Ends::kNeeded;
  switch (kind) {
    case Kind::kClaim:
      claimed_ = true;
      needs_claim_ = false;
      out_.push_back(command::Claimed{committed_.last.incarnation});
      if (life_.is(ApplicationState::kClaiming)) life_.move(ApplicationState::kRestoring);
      return;
    case Kind::kPlan:
      if (!pipeline_.empty()) pipeline_.head().plan_committed = true;
      return;
    case Kind::kBatch: {
      auto& head = pipeline_.head();
      head.life.move(BatchState::kDecided);
      out_.push_back(command::ConfirmBatch{head.plan.id});
      checkpoints_.appended(head.result.changelog_bytes);
      settled_time_ = head.plan.time;
      settled_closed_through_ = head.closed_through;
      learnRate(head);
      pipeline_.popHead();
      alone_ = false;
      decided_at_ = now_;
      span_control_.committed();
      rerun_backoff_.succeeded();
      return;
    }
    case Kind::kKeepAlive:
      return;
  }
}

void Engine::Impl::aborted(const IntendedCommit& intended, const event::TransactionEnded& ended) {
  ends_ = Ends::kNeeded;
  if (intended.kind == Kind::kBatch) batchAborted(ended);
}

void Engine::Impl::handle(const event::DecisionEndsRead& read) {
  if (ends_ != Ends::kReading) return;  // meanwhile read by a rebuild
  if (read.status.ok()) {
    // Ends that cover another instance's batches would hide them from a checkpoint's replay.
    const auto mark = claimed_ && read.ledger ? parseCommitMetadata(read.ledger->metadata)
                                              : std::optional<CommitMetadata>();
    if (mark && mark->owner != options_.nonce) {
      stop(errors::otherOwner(options_, fmt::format("instance {:016x} has claimed the application "
                                                    "(incarnation {}, batch {})",
                                                    mark->owner.value(), mark->incarnation.value(),
                                                    mark->batch.value())),
           mark->owner);
      return;
    }
    committed_.ends = read.ends;
    ends_ = Ends::kKnown;
    control_backoff_.succeeded();
  } else if (read.status.reaction() == Reaction::kFatal) {
    fail(read.status);
  } else {
    ends_ = Ends::kNeeded;
    control_backoff_.failed(now_);
  }
}

}  // namespace lockstep
