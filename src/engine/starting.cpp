// The start: watch the winner of an earlier contest, recover, claim, bring the state to the claimed
// offsets, begin.
#include <algorithm>

#include <fmt/format.h>

#include <lockstep/model/internal_topics.hpp>

#include "src/engine/engine_impl.hpp"
#include "src/engine/errors.hpp"
#include "src/engine/recovery.hpp"

namespace lockstep {
namespace {

constexpr std::chrono::hours kTimeAheadMax{1};

}  // namespace

void Engine::Impl::watchOwner(const event::ClusterRead& read) {
  const ClusterView cluster(read);
  const auto* offset = cluster.committed(ledgerPartition(options_.application));
  switch (watch_.see(now_, offset == nullptr ? std::string() : offset->metadata)) {
    case OwnerWatch::Verdict::kWatching:
      return;
    case OwnerWatch::Verdict::kSilent:
      start_deadline_ = now_ + options_.start_timeout;
      life_.move(ApplicationState::kClaiming);
      return;
    case OwnerWatch::Verdict::kAlive:
      stop(errors::otherOwner(options_, "the instance that this one yielded to is still running"),
           read.has_ledger_record ? read.ledger.owner : options_.yield_to);
      return;
  }
}

void Engine::Impl::pumpStarting() {
  const bool watching = life_.is(ApplicationState::kWatching);
  if (watching && !reading_cluster_ && control_backoff_.over(now_) &&
      now_ >= watch_.lookAgainAt()) {
    reading_cluster_ = true;
    out_.push_back(command::ReadCluster{kRequestTimeout});
  }
  const bool claiming =
      life_.is(ApplicationState::kClaiming) && !producer_.is(ProducerState::kInTransaction);
  const auto deadline = watching ? start_deadline_ + OwnerWatch::kSilence : start_deadline_;
  if ((watching || claiming) && now_ >= deadline) {
    stop(errors::stop(options_, ExitCode::kUnavailable, "E201",
                      fmt::format("not started within {} ms: no answer from the broker",
                                  options_.start_timeout.count()),
                      "check kafka.bootstrap and the brokers; starting again is safe"));
  }
}

/// Read after fencing and before our first claim.
void Engine::Impl::recoverFrom(const event::ClusterRead& read) {
  if (attempt_ && read.has_ledger_record && read.ledger.owner == options_.nonce &&
      read.ledger.incarnation == attempt_->record.incarnation) {
    readBack(read);  // the claim whose outcome was unclear was committed
    return;
  }
  attempt_.reset();
  const ClusterView cluster(read);
  auto recovered = recover(options_, *owned_, cluster);
  if (!recovered.ok()) {
    if (!readAgain(cluster)) stop(recovered.status());
    return;
  }
  reads_without_topic_ = 0;
  auto recovery = std::move(recovered).value();
  if (!recovery.create.empty()) {
    creating_topics_ = true;
    out_.push_back(command::CreateTopics{std::move(recovery.create), kRequestTimeout});
    return;
  }
  for (auto& note : recovery.notes) report(command::Report::Level::kWarn, std::move(note));
  committed_ = std::move(recovery.committed);
  inputs_ = std::move(recovery.inputs);
  const auto last = std::max(committed_.batch().time, committed_.last.open_plan.time);
  if (last > wall_ + kTimeAheadMax) {
    stop(errors::stop(
        options_, ExitCode::kData, "E213",
        fmt::format("the last batch time is {} s ahead of this machine's clock",
                    std::chrono::duration_cast<std::chrono::seconds>(last - wall_).count()),
        "set the clock right; or wait until it has passed the last batch time"));
    return;
  }
  keepTarget(cluster);
  ends_ = Ends::kKnown;
  needs_claim_ = true;
  producer_.move(ProducerState::kReady);
}

/// What the state has to be brought to, and where inputs end now: of the reading that led to the
/// claim.
void Engine::Impl::keepTarget(const ClusterView& cluster) {
  target_ = {};
  target_.batch = committed_.batch().id;
  target_.inputs = committed_.positions;
  target_.now = wall_;
  target_.as_found = options_.atLeastOnce();
  for (const auto& state : options_.state) {
    const auto name = changelogTopic(options_.application, state.id);
    const auto* topic = cluster.topic(name);
    for (std::int32_t i = 0; i < topic->partitions; ++i) {
      StateTarget::Changelog log;
      log.partition = {name, Partition{i}};
      log.topic_id = topic->id;
      log.log_start = cluster.logStart(log.partition).value_or(Offset{0});
      log.high_watermark = cluster.highWatermark(log.partition).value_or(Offset{0});
      log.delete_retention = topic->delete_retention;
      for (const auto& end : committed_.last.ends) {
        if (end.partition == log.partition) log.known_end = end.next;
      }
      target_.changelogs.push_back(std::move(log));
    }
  }
  input_ends_.clear();
  for (const auto& position : committed_.positions) {
    input_ends_.push_back(cluster.lastStable(position.partition).value_or(position.next));
  }
  keepTableEnds();
}

void Engine::Impl::handle(const event::TopicsCreated& created) {
  creating_topics_ = false;
  if (!created.status.ok() && created.status.reaction() == Reaction::kFatal) {
    stop(created.status);
    return;
  }
  control_backoff_.failed(now_);  // described too early, a new topic may still be missing
}

void Engine::Impl::pumpRestoring() {
  if (!life_.is(ApplicationState::kRestoring) || !control_backoff_.over(now_)) return;
  if (restore_ == Step::kDue) {
    if (options_.state.empty() && !options_.writes_files) {
      restore_ = Step::kDone;
    } else {
      restore_ = Step::kUnderWay;
      out_.push_back(command::RestoreState{target_, committed_.last.outputs});
    }
  }
  if (assign_ == Step::kDue) {
    assign_ = Step::kUnderWay;
    out_.push_back(command::AssignInputs{committed_.positions});
  }
  if (restore_ == Step::kDone && assign_ == Step::kDone) beginRunning();
}

void Engine::Impl::handle(const event::StateRestored& restored) {
  LOCKSTEP_CHECK(restore_ == Step::kUnderWay, "the state was being restored");
  if (restored.status.ok()) {
    restore_ = Step::kDone;
    restored_tail_ = restored.tail;
  } else if (restored.status.reaction() == Reaction::kFatal) {
    fail(restored.status);
  } else {
    restore_ = Step::kDue;
    control_backoff_.failed(now_);
  }
}

void Engine::Impl::handle(const event::InputsAssigned& assigned) {
  LOCKSTEP_CHECK(assign_ == Step::kUnderWay, "inputs were being assigned");
  if (assigned.status.ok()) {
    assign_ = Step::kDone;
  } else if (assigned.status.reaction() == Reaction::kFatal) {
    fail(assigned.status);
  } else {
    assign_ = Step::kDue;
    control_backoff_.failed(now_);
  }
}

void Engine::Impl::beginRunning() {
  life_.move(ApplicationState::kRunning);
  const auto& last = committed_.batch();
  ticks_.emplace(options_.batch_interval, now_, wall_,
                 std::max(last.time, committed_.last.open_plan.time));
  last_tick_ = ticks_->before(ticks_->first());
  settled_time_ = last.time;
  settled_closed_through_ = last.id == BatchId{0} ? last_tick_ : closesThrough(last);
  leftover_ = options_.until_end;
  flush_left_ = options_.until_end && options_.flush;
  stale_ends_ = options_.until_end && !options_.source_topics.empty();
  describe_at_ = now_;
  checkpoints_.begin(now_, last.id, restored_tail_);
  control_backoff_.succeeded();
}

}  // namespace lockstep
