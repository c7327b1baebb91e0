// Planning: which tick, which ranges; new partitions.
#include <algorithm>

#include <fmt/format.h>

#include "src/engine/engine_impl.hpp"
#include "src/engine/errors.hpp"

namespace lockstep {
namespace {

constexpr std::chrono::seconds kBetweenDescriptions{30};

/// Overlays a plan's `until`s; both are sorted.
void overlay(std::vector<PartitionOffset>& positions, const BatchPlan& plan) {
  auto position = positions.begin();
  for (const auto& range : plan.ranges) {
    while (position != positions.end() && position->partition < range.partition) ++position;
    if (position == positions.end()) return;
    if (position->partition == range.partition) position->next = range.until;
  }
}

}  // namespace

bool Engine::Impl::planable() const {
  return running() && !ending_ && assign_ == Step::kDone && claimed_ && rerun_backoff_.over(now_) &&
         pipeline_.takesAnother(!options_.side_effects && !alone_);
}

std::optional<BatchTime> Engine::Impl::dueTick() const {
  auto due = ticks_->latestDue(now_);
  if (due && ticks_until_) due = std::min(*due, *ticks_until_);
  return due && *due >= ticks_->first() ? due : std::nullopt;
}

void Engine::Impl::handle(const event::TickReleased& released) {
  LOCKSTEP_CHECK(ticks_until_ && released.tick > *ticks_until_, "ticks are released one by one");
  ticks_until_ = released.tick;
}

/// Nothing of the ticks up to it can change any more.
std::optional<BatchTime> Engine::Impl::doneThrough() const {
  const bool busy = !pipeline_.empty() || reading_inputs_ || leftover_ || attempt_ ||
                    !adopting_.empty() || committed_.hasOpenPlan();
  return running() && !busy ? std::optional(last_tick_) : std::nullopt;
}

void Engine::Impl::pumpPlanning() {
  pumpAdoption();
  if (!planable() || reading_inputs_ || !adopting_.empty()) return;
  if (pipeline_.empty() && committed_.hasOpenPlan()) {
    planOpen();
    return;
  }
  const auto due = dueTick();
  const bool next_tick = due && *due > last_tick_;
  if (paced_ && !next_tick) return;
  if (stale_ends_) {
    if (!control_backoff_.over(now_)) return;
    reading_inputs_ = true;
    out_.push_back(command::ReadInputEnds{false, kRequestTimeout});
  } else if (options_.until_end) {
    if (leftover_)
      plan(std::max(due.value_or(ticks_->first()), plannedTime()));
    else if (flush_left_ && pipeline_.empty())
      planFlush(std::max(last_tick_, plannedTime()));
  } else if (next_tick) {
    if (!control_backoff_.over(now_)) return;
    reading_inputs_ = true;
    const bool describe = now_ >= describe_at_;
    if (describe) describe_at_ = now_ + kBetweenDescriptions;
    out_.push_back(command::ReadInputEnds{describe, kRequestTimeout, options_.keepsWatermarks()});
  } else if (leftover_) {
    plan(std::max(last_tick_, plannedTime()));
  }
}

void Engine::Impl::handle(const event::InputEndsRead& read) {
  LOCKSTEP_CHECK(reading_inputs_, "input ends were being read");
  reading_inputs_ = false;
  auto status = read.status;
  if (status.ok() && !read.topics.empty()) status = checkInputs(read);
  if (!status.ok()) {
    if (status.reaction() == Reaction::kFatal) {
      fail(status);
    } else {
      control_backoff_.failed(now_);
    }
    return;
  }
  control_backoff_.succeeded();
  takeEnds(read);
  stale_ends_ = false;
  leftover_ = true;
  const auto due = dueTick();
  if (!planable() || !adopting_.empty() || !due) return;  // the known ends serve later
  if (pipeline_.empty() && committed_.hasOpenPlan()) return;
  plan(std::max(*due, plannedTime()));
}

/// Topics as they are now: another topic id or fewer partitions stop, new partitions are adopted.
Status Engine::Impl::checkInputs(const event::InputEndsRead& read) {
  for (const auto& topic : read.topics) {
    auto& known = committed_.last.topics;
    const auto identity = std::find_if(known.begin(), known.end(), [&](const TopicIdentity& other) {
      return other.topic == topic.name;
    });
    if (identity == known.end() || !topic.exists) continue;
    LOCKSTEP_TRY(sameInput(topic.name, topic.id));
    if (topic.partitions < identity->partitions) {
      return errors::data(options_, "E206",
                          fmt::format("input topic {} has {} partitions instead of {}", topic.name,
                                      topic.partitions, identity->partitions));
    }
    for (auto i = identity->partitions; i < topic.partitions; ++i) {
      adopt({topic.name, Partition{i}}, read);
    }
    identity->partitions = topic.partitions;
  }
  adoptTopics(read);
  return {};
}

/// From its beginning, with the next batch.
void Engine::Impl::adopt(const TopicPartition& partition, const event::InputEndsRead& read) {
  if (!owned_->owns(partition)) return;
  PartitionOffset start{partition, Offset{0}};
  for (const auto& log : read.log_starts) {
    if (log.partition == partition) start.next = log.next;
  }
  report(command::Report::Level::kWarn,
         fmt::format("{}: new partition, from {}", toString(partition), start.next.value()));
  adopting_.push_back(std::move(start));
}

/// Topics that match a pattern and were not there before.
void Engine::Impl::adoptTopics(const event::InputEndsRead& read) {
  auto& known = committed_.last.topics;
  for (const auto& matched : read.matched) {
    const auto is_it = [&](const auto& other) { return other.topic == matched.topic; };
    if (std::any_of(inputs_.begin(), inputs_.end(), is_it)) continue;
    const auto topic =
        std::find_if(read.topics.begin(), read.topics.end(),
                     [&](const TopicDescription& other) { return other.name == matched.topic; });
    if (topic == read.topics.end() || !topic->exists) continue;
    for (std::int32_t i = 0; i < topic->partitions; ++i) {
      adopt({topic->name, Partition{i}}, read);
    }
    std::erase_if(known, is_it);
    known.push_back({topic->name, topic->id, topic->partitions});
    inputs_.push_back({topic->name, StartFrom::kEarliest, matched.pattern});
  }
}

void Engine::Impl::takeEnds(const event::InputEndsRead& read) {
  pending_ = read.pending;
  const auto& positions = committed_.positions;
  input_ends_.resize(positions.size());
  std::size_t i = 0;  // answers usually come in our order
  for (const auto& end : read.ends) {
    if (i >= positions.size() || positions[i].partition != end.partition) {
      const auto found =
          std::lower_bound(positions.begin(), positions.end(), end.partition,
                           [](const PartitionOffset& position, const TopicPartition& partition) {
                             return position.partition < partition;
                           });
      if (found == positions.end() || found->partition != end.partition) continue;
      i = static_cast<std::size_t>(found - positions.begin());
    }
    input_ends_[i++] = end.next;
  }
}

/// New partitions are read from the next batch on, which writes them to offsets and ledger.
void Engine::Impl::pumpAdoption() {
  if (!running() || !pipeline_.empty() || ending_) return;
  if (!adopting_.empty() && assign_ == Step::kDone) {
    auto& positions = committed_.positions;
    for (auto& start : adopting_) positions.push_back(std::move(start));
    adopting_.clear();
    std::sort(positions.begin(), positions.end());
    input_ends_.clear();
    for (const auto& position : positions) input_ends_.push_back(position.next);
    must_commit_ = true;
    leftover_ = true;
    assign_ = Step::kDue;
  }
  if (assign_ == Step::kDue && control_backoff_.over(now_)) {
    assign_ = Step::kUnderWay;
    out_.push_back(command::AssignInputs{committed_.positions});
  }
}

/// The batch whose plan an earlier process committed runs next, exactly so.
void Engine::Impl::planOpen() {
  BatchSlot slot;
  slot.plan = committed_.last.open_plan;
  slot.plan_committed = true;
  slot.closeOn(slot.plan.closed_before);
  last_tick_ = std::max(last_tick_, slot.plan.time);
  pipeline_.push(std::move(slot));
  leftover_ = true;
}

void Engine::Impl::plan(BatchTime time) {
  BatchSlot slot;
  last_tick_ = std::max(last_tick_, time);
  if (const auto earlier = boundaryBefore(time)) return planBoundaries(*earlier);
  const auto positions = plannedPositions();
  if (!table_ends_.empty() && !tablesBehind(committed_.positions)) table_ends_.clear();
  auto planned = planPaced(positions);
  leftover_ = planned.clamped;
  const auto closed = closedThrough();
  const bool nothing_to_do = planned.span == 0 && !must_commit_;
  if (nothing_to_do && (!options_.idle_batches || options_.until_end)) return;
  if (nothing_to_do && closed >= time) return;  // all of this tick is done

  auto& plan = slot.plan;
  plan.id = next(pipeline_.empty() ? committed_.batch().id : pipeline_.newest().plan.id);
  plan.time = time;
  if (options_.idle_batches && closed < ticks_->before(time)) {
    plan.closes_first.push_back(ticks_->before(time));
  }
  plan.closes_own_tick = !planned.clamped;
  plan.ranges = std::move(planned.ranges);
  plan.behind = leftBehind(plan.ranges);
  slot.closeOn(closed);
  slot.bounded = planned.clamped;
  slot.must_commit = must_commit_;
  must_commit_ = false;
  pipeline_.push(std::move(slot));
}

/// Of the ranges' partitions those that have more, as far as is known now.
std::vector<TopicPartition> Engine::Impl::leftBehind(const std::vector<OffsetRange>& ranges) const {
  std::vector<TopicPartition> behind;
  for (const auto& range : ranges)
    if (std::binary_search(pending_.begin(), pending_.end(), range.partition))
      behind.push_back(range.partition);
  addBehind(behind, ranges, input_ends_);
  return behind;
}

/// When more window boundaries are open than one batch may close: the last that the next batch can.
std::optional<BatchTime> Engine::Impl::boundaryBefore(BatchTime time) const {
  const auto slide = options_.window_slide;
  if (slide.count() == 0) return std::nullopt;
  const auto passed = closedThrough().time_since_epoch() / slide;
  if (time.time_since_epoch() / slide - passed <= options_.boundaries_max) return std::nullopt;
  return BatchTime((passed + options_.boundaries_max) * slide);
}

/// A batch without input, only to close what is open up to `time`; the input's follows at once.
void Engine::Impl::planBoundaries(BatchTime time) {
  BatchSlot slot;
  slot.plan.id = next(pipeline_.empty() ? committed_.batch().id : pipeline_.newest().plan.id);
  slot.plan.time = time;
  const auto closed = closedThrough();
  if (closed < ticks_->before(time)) slot.plan.closes_first.push_back(ticks_->before(time));
  slot.plan.closes_own_tick = true;
  for (const auto& position : plannedPositions())
    slot.plan.ranges.push_back({position.partition, position.next, position.next});
  slot.plan.behind = leftBehind(slot.plan.ranges);
  slot.closeOn(closed);
  leftover_ = true;
  pipeline_.push(std::move(slot));
}

/// The last batch of `--until-end --flush`, without input.
void Engine::Impl::planFlush(BatchTime time) {
  flush_left_ = false;
  BatchSlot slot;
  slot.plan.id = next(committed_.batch().id);
  slot.plan.time = time;
  slot.plan.flushes = true;
  const auto closed = closedThrough();
  slot.plan.closes_own_tick = closed < time;
  for (const auto& position : plannedPositions())
    slot.plan.ranges.push_back({position.partition, position.next, position.next});
  slot.closeOn(closed);
  pipeline_.push(std::move(slot));
}

/// The next ranges within all limits. What a rate leaves over waits for the next tick.
PlannedRanges Engine::Impl::planPaced(const std::vector<PartitionOffset>& positions) {
  auto bounds = limits(positions.size());
  auto ends = input_ends_;
  const bool held = holdBack(positions, ends);
  auto planned = planRanges(positions, ends, bounds);
  paced_ = false;
  if (rate_control_.limits()) {
    rate_control_.apply(bounds, positions.size());
    auto paced = planRanges(positions, ends, bounds);
    paced_ = paced.span < planned.span;
    planned = std::move(paced);
  }
  planned.clamped = planned.clamped || held;
  return planned;
}

/// The batch was committed: how fast was it, for the rate of those to come?
void Engine::Impl::learnRate(const BatchSlot& slot) {
  const bool ours =
      slot.plan.time >= ticks_->first();  // not of a plan that an earlier process made
  const auto late = ours ? slot.began - ticks_->dueAt(slot.plan.time) : Instant::duration(0);
  rate_control_.learn(now_, slot.plan.span(), now_ - slot.began, late);
}

SpanLimits Engine::Impl::limits(std::size_t partitions) const {
  SpanLimits limits;
  limits.per_partition = options_.max_records_per_partition;
  if (!limits.per_partition && !options_.catch_up_whole) {
    limits.total = span_budget_.offsets(partitions);
  }
  span_control_.apply(limits);
  return limits;
}

std::vector<PartitionOffset> Engine::Impl::plannedPositions() const {
  auto positions = committed_.positions;
  if (!pipeline_.empty()) overlay(positions, pipeline_.head().plan);
  if (pipeline_.size() > 1) overlay(positions, pipeline_.newest().plan);
  return positions;
}

BatchTime Engine::Impl::plannedTime() const {
  return pipeline_.empty() ? settled_time_ : pipeline_.newest().plan.time;
}

BatchTime Engine::Impl::closedThrough() const {
  return pipeline_.empty() ? settled_closed_through_ : pipeline_.newest().closed_through;
}

}  // namespace lockstep
