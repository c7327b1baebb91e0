// Batches: run, settle without a transaction, roll back, make smaller.
#include <algorithm>

#include <fmt/format.h>

#include "src/engine/engine_impl.hpp"
#include "src/engine/errors.hpp"

namespace lockstep {
namespace {

/// The message before it says which of the two was outgrown, and by how much.
constexpr const char* kRaiseOutgrown =
    "output: raise output.queue_bytes_max; shuffles: raise state.memory_limit; then start again";

}  // namespace

void Engine::Impl::pumpBatches() {
  if (!running() || pipeline_.empty() || !rerun_backoff_.over(now_) || assign_ != Step::kDone) {
    return;
  }
  auto& newest = pipeline_.newest();
  if (!newest.life.is(BatchState::kPlanned)) return;
  if (options_.side_effects && !newest.plan_committed) return;
  if (waitsForCheckpoint()) return;
  newest.life.move(BatchState::kComputing);
  newest.began = now_;
  out_.push_back(command::RunBatch{newest.plan});
}

/// A batch without input and effects is decided without a transaction, when its turn comes. Its id
/// is used again.
void Engine::Impl::settleIdle() {
  while (!pipeline_.empty()) {
    auto& head = pipeline_.head();
    if (!head.life.is(BatchState::kComputed) || head.needsCommit()) return;
    head.life.move(BatchState::kDecided);
    out_.push_back(command::ConfirmBatch{head.plan.id});
    settled_time_ = head.plan.time;
    settled_closed_through_ = head.closed_through;
    pipeline_.popHead();
    alone_ = false;
  }
}

void Engine::Impl::handle(const event::BatchComputed& computed) {
  auto* slot = pipeline_.find(computed.batch);
  // Cancelled, but it had ended before: its answer comes late.
  if (slot == nullptr || !slot->life.is(BatchState::kComputing)) return;
  dirty_ = computed.state.dirty;
  if (dirty_ > options_.stateShare()) checkpoints_.wanted();
  if (outgrowsState(computed)) {
    shrinkForState(*slot, computed);
    return;
  }
  if (computed.status.ok()) {
    slot->life.move(BatchState::kComputed);
    slot->result = computed;
    span_budget_.learn(
        {slot->plan.span(), timeToFit(*slot, computed.processing), computed.output_bytes},
        slot->bounded, slot->plan.ranges.size());
    return;
  }
  switch (computed.status.reaction()) {
    case Reaction::kFatal:
      slot->failure = computed.status;
      return;
    case Reaction::kRetry:
      unread_ = true;
      rerun_backoff_.failed(now_);
      rollBack(false, false);
      return;
    case Reaction::kAbort:
      if (slot->plan_committed) {
        slot->failure =
            errors::stop(options_, ExitCode::kData, "E217",
                         fmt::format("the planned {} outgrows its memory: {}",
                                     errors::describe(slot->plan), computed.status.message()),
                         kRaiseOutgrown);
      } else if (!span_control_.halveForLong(slot->plan)) {
        slot->failure =
            errors::stop(options_, ExitCode::kData, "E219",
                         fmt::format("{} outgrows its memory and cannot be made smaller: {}",
                                     errors::describe(slot->plan), computed.status.message()),
                         kRaiseOutgrown);
      } else {
        rollBack(false, true);
      }
      return;
  }
}

/// What of a batch's processing has to fit the interval. With state, each batch writes every key
/// that it changed: the fewer batches, the fewer records. While the batch below was undecided this
/// one could not have been committed anyway, so that time is free, up to half of the processing.
std::chrono::nanoseconds Engine::Impl::timeToFit(const BatchSlot& slot,
                                                 std::chrono::nanoseconds processing) const {
  if (options_.state.empty()) return processing;
  const bool waits = pipeline_.head().plan.id != slot.plan.id;
  const auto covered = waits ? processing : std::chrono::nanoseconds(decided_at_ - slot.began);
  return processing - std::clamp(covered, std::chrono::nanoseconds(0), processing / 2);
}

/// What was computed before the batch that failed is still committed: it is right, and need not be
/// computed again.
void Engine::Impl::pumpFailure() {
  if (pipeline_.empty() || !pipeline_.head().failure || misfit_ || ending_) return;
  const Status failure = *pipeline_.head().failure;
  if (misfits(failure)) {
    misfit_ = failure;
  } else {
    fail(failure);
  }
}

/// The head's transaction was aborted, for certain.
void Engine::Impl::batchAborted(const event::TransactionEnded& ended) {
  auto& head = pipeline_.head();
  const std::string message = ended.status.ok() ? "" : ended.status.message();
  rerun_backoff_.failed(now_);
  bool smaller = false;
  if (ended.open_too_long) {
    smaller = !head.plan_committed && span_control_.halve(head.plan);
    if (!smaller) {
      fail(errors::stop(
          options_, ExitCode::kData, "E218",
          fmt::format("the transaction of {} was open for half of {} ms",
                      errors::describe(head.plan), options_.transaction_timeout.count()),
          "raise kafka.transaction_timeout"));
      return;
    }
  } else if (!ended.refused.empty()) {
    const auto answer = span_control_.refused(head.plan, ended.refused);
    smaller = answer == SpanControl::Answer::kSmaller;
    if (answer != SpanControl::Answer::kAgain && (head.plan_committed || !smaller)) {
      fail(errors::stop(options_, ExitCode::kData, head.plan_committed ? "E217" : "E216",
                        fmt::format("{}: the broker refuses its output: {}: {}",
                                    errors::describe(head.plan), ended.refused, message),
                        "raise the topic's limit, or send such records to the dead letters: "
                        "errors.produce: dead_letter"));
      return;
    }
  }
  rollBack(true, smaller);
}

/// Takes batches back, the later one first: the newest alone, or the whole pipeline.
void Engine::Impl::rollBack(bool whole_pipeline, bool recut) {
  leftover_ = true;
  const bool two = pipeline_.size() > 1;
  if (two && pipeline_.newest().life.is(BatchState::kPlanned)) {
    pipeline_.popNewest();  // it never ran
    if (!whole_pipeline) return;
  } else if (two) {
    takeBack(pipeline_.newest(), recut);
    if (!whole_pipeline) return;
  }
  takeBack(pipeline_.head(), recut);
}

void Engine::Impl::takeBack(BatchSlot& slot, bool recut) {
  slot.recut = recut;
  slot.identity = BatchSlot::Identity::kUnknown;
  slot.failure.reset();
  if (slot.life.is(BatchState::kRollingBack) || slot.life.is(BatchState::kPlanned)) return;
  slot.life.move(BatchState::kRollingBack);
  out_.push_back(command::RollBackBatch{slot.plan.id});
}

void Engine::Impl::handle(const event::BatchRolledBack& rolled_back) {
  LOCKSTEP_CHECK(!pipeline_.empty() && pipeline_.newest().plan.id == rolled_back.batch,
                 "batches are rolled back from the newest");
  auto& slot = pipeline_.newest();
  slot.life.move(BatchState::kPlanned);
  if (pipeline_.size() > 1 || draining()) {
    pipeline_.popNewest();  // planned anew, on top of whatever the batch below becomes
    return;
  }
  slot.result = {};
  if (slot.recut) recut(slot);
}

/// The same batch and time with less input.
void Engine::Impl::recut(BatchSlot& slot) {
  slot.recut = false;
  std::vector<PartitionOffset> positions;
  std::vector<Offset> ends;
  for (const auto& range : slot.plan.ranges) {
    positions.push_back({range.partition, range.from});
    ends.push_back(range.until);
  }
  SpanLimits limits;
  span_control_.apply(limits);
  auto planned = planRanges(positions, ends, limits);
  slot.plan.ranges = std::move(planned.ranges);
  addBehind(slot.plan.behind, slot.plan.ranges, ends);
  slot.bounded = slot.bounded || planned.clamped;
  if (planned.clamped) slot.dontCloseOwnTick();
}

}  // namespace lockstep
