#include "tests/sim/sim_roles.hpp"

#include <algorithm>

#include "tests/sim/mutants.hpp"

namespace lockstep::sim {
namespace {

void forgetIds(std::vector<TopicDescription>& topics) {
  for (auto& topic : topics) topic.id.clear();
}

OffsetRange* listed(event::ClusterRead& read, const TopicPartition& partition) {
  for (auto& range : read.ledger.batch.ranges) {
    if (range.partition == partition) return &range;
  }
  return nullptr;
}

std::optional<Offset> committedOffset(const event::ClusterRead& read,
                                      const TopicPartition& partition) {
  for (const auto& committed : read.committed) {
    if (committed.partition == partition) return committed.offset;
  }
  return std::nullopt;
}

void inventTopics(event::ClusterRead& read) {
  for (auto& topic : read.topics) {
    for (const auto& known : read.ledger.topics) {
      if (topic.exists || known.topic != topic.name) continue;
      topic.exists = true;
      topic.id = known.id;
      topic.partitions = known.partitions;
    }
  }
}

/// The bugs of a recovery that takes its reading for something else.
void mutateReading(event::ClusterRead& read, Mutant mutant) {
  if (mutant == Mutant::kTopicIdsIgnored) forgetIds(read.topics);
  if (mutant == Mutant::kDeletedIsEmpty) inventTopics(read);
  if (mutant == Mutant::kLedgerBelieved) {
    for (auto& committed : read.committed) {
      const auto* range = listed(read, committed.partition);
      if (range != nullptr && committed.offset) committed.offset = range->until;
    }
  }
  for (auto& stable : read.last_stable) {
    const auto committed = committedOffset(read, stable.partition);
    auto* range = listed(read, stable.partition);
    const bool expired = !committed && range != nullptr;
    const auto position = committed.value_or(expired ? range->until : Offset{0});
    if (mutant == Mutant::kUntilEndShort && stable.next > position)
      stable.next = Offset{stable.next.value() - 1};
    if (mutant == Mutant::kExpiredIsEnd && expired) range->until = stable.next;
    if (mutant == Mutant::kLedgerOffsetIgnored && expired)
      read.ledger.batch.ranges.erase(read.ledger.batch.ranges.begin() +
                                     (range - read.ledger.batch.ranges.data()));
    if (mutant == Mutant::kNewPartitionAtEnd && !committed && range == nullptr) {
      for (auto& start : read.log_starts) {
        if (start.partition == stable.partition && read.has_ledger_record) start.next = stable.next;
      }
    }
  }
}

}  // namespace

void StateWatch::computed(BatchId batch, const StateMemory& state) {
  if (share_ == 0) return;
  if (batch == too_large_) too_large_ = BatchId{0};
  if (state.batch > share_) too_large_ = batch;
  // Long enough for a checkpoint that was under way, and for the reading before the next.
  constexpr std::size_t kBatchesMax = 8;
  if (state.dirty > share_) dirty_batches_.insert(batch);
  LOCKSTEP_CHECK(dirty_batches_.size() <= kBatchesMax, "too much dirty state is written early");
}

void StateWatch::sent(BatchId batch) const {
  LOCKSTEP_CHECK(share_ == 0 || batch != too_large_, "a batch with too much state is not sent");
}

event::ProducerReady SimProducer::execute(const command::InitProducer& body) {
  initialised_ = true;
  return real_.execute(body);
}

event::TransactionEnded SimProducer::execute(const command::CommitTransaction& body) {
  const bool claim = body.ledger && body.ledger->kind == LedgerKind::kClaim;
  if (mutant_ == Mutant::kClaimSkipped && claim) return {};
  if (body.batch) state_.sent(*body.batch);
  if (body.batch && on_batch_) on_batch_(body.ledger->batch.ranges);
  auto ended = real_.execute(body);
  trace_.add("{}: {}: {}{}", name_, format(body.metadata), ended.status.toString(),
             ended.dirty ? " (dirty)" : "");
  return ended;
}

event::ClusterRead SimControl::execute(const command::ReadCluster& body) {
  if (mutant_ != Mutant::kStaleReadBack) {
    auto read = real_.execute(body);
    if (read.status.ok()) mutateReading(read, mutant_);
    return read;
  }
  if (!first_read_ || !first_read_->status.ok() || !first_read_->has_ledger_record)
    first_read_ = real_.execute(body);
  return *first_read_;
}

event::InputsIdentified SimControl::execute(const command::IdentifyInputs& body) {
  auto identified = real_.execute(body);
  const bool blind = mutant_ == Mutant::kTopicIdsIgnored || mutant_ == Mutant::kTopicIdsAtStart;
  if (!blind) return identified;
  for (auto& input : identified.inputs) input.id = "";
  return identified;
}

event::InputEndsRead SimControl::execute(const command::ReadInputEnds& body) {
  auto read = real_.execute(body);
  if (mutant_ == Mutant::kDeletedIsEmpty && !read.status.ok() &&
      read.status.reaction() == Reaction::kFatal)
    return {};
  if (mutant_ == Mutant::kTopicIdsIgnored) forgetIds(read.topics);
  if (mutant_ == Mutant::kNewPartitionAtEnd) read.log_starts = read.ends;
  return read;
}

event::StateRestored SimControl::execute(command::RestoreState body) {
  if (mutant_ == Mutant::kRestoreShort) {
    for (auto& changelog : body.target.changelogs) {
      auto& end = changelog.high_watermark;
      if (end > changelog.known_end || end.value() > 1) end = Offset{end.value() - 2};
      changelog.known_end = std::min(changelog.known_end, end);
    }
  }
  return real_.execute(body);
}

/// The bugs of a batch that is run again with what is known by now, not with its plan.
void SimCompute::mutateRepeated(BatchPlan& plan) const {
  if (mutant_ == Mutant::kIdleByNow) plan.behind.clear();
  for (auto& range : plan.ranges) {
    const auto end = end_now_(range.partition);
    if (mutant_ == Mutant::kIdleByNow && range.until < end) plan.behind.push_back(range.partition);
    if (mutant_ == Mutant::kTableToEnd && range.partition.topic == kSecondInputTopic)
      range.until = std::max(range.until, end);
  }
}

std::optional<event::BatchComputed> SimCompute::execute(command::RunBatch body) {
  if (mutant_ == Mutant::kShortRange) {
    for (auto& range : body.plan.ranges) {
      if (!range.empty()) range.until = Offset{range.until.value() - 1};
    }
  }
  if (end_now_ && !ran_.emplace(body.plan.id, body.plan.time).second) mutateRepeated(body.plan);
  auto computed = real_.execute(body);
  if (computed) {
    state_.computed(body.plan.id, computed->state);
    if (mutant_ == Mutant::kStateLimitIgnored) computed->state = {};
    if (mutant_ == Mutant::kDirtyLimitIgnored) computed->state.dirty = 0;
  }
  const bool ok = computed && computed->status.ok();
  if (ok && services_.state != nullptr && mutant_ == Mutant::kCheckpointUndecided)
    lockstep::Job::confirm(body.plan.id, services_);
  return computed;
}

}  // namespace lockstep::sim
