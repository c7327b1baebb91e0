#include "src/runtime/batch_runner.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <lockstep/base/failpoint.hpp>
#include <lockstep/base/log.hpp>
#include <lockstep/base/units.hpp>

namespace lockstep {
namespace {

Failpoint kStarted{"batch.started"};
Failpoint kComputed{"batch.computed"};
Failpoint kConfirmed{"batch.confirmed"};
Failpoint kRolledBack{"batch.rolled_back"};

}  // namespace

BatchRunner::BatchRunner(Job& job, BatchServices services, PreparedBatches& prepared,
                         Options options)
    : job_(job),
      services_(std::move(services)),
      prepared_(prepared),
      options_(std::move(options)),
      listeners_(options_.listeners) {
  services_.cancelled = &cancel_running_;
}

std::optional<event::BatchComputed> BatchRunner::execute(const command::RunBatch& command) {
  const auto batch = command.plan.id;
  if (!begin(batch)) return std::nullopt;
  kStarted.hit();
  const auto start = services_.clock->now();
  began_ = services_.clock->wallNow();
  if (!listeners_.empty()) {
    const auto info = infoOf(command.plan);
    listeners_.tell(&StreamingListener::onBatchSubmitted, info);
    listeners_.tell(&StreamingListener::onBatchStarted, info);
  }
  BatchResult result;
  result.status = compute(command.plan, result);
  kComputed.hit();
  if (wasCancelled(batch)) return std::nullopt;
  auto computed = finish(command.plan, std::move(result));
  computed.processing = services_.clock->now() - start;
  return computed;
}

Status BatchRunner::compute(const BatchPlan& plan, BatchResult& result) {
  LOCKSTEP_TRY(files_status_);
  result = job_.runBatch(plan, services_);
  LOCKSTEP_TRY(result.status);
  if (result.counters.bytes_out > options_.output_bytes_max) {
    return Status::abort(fmt::format(
        "batch {} has {} of output, more than output.queue_bytes_max {}", plan.id.value(),
        formatBytes({result.counters.bytes_out}), formatBytes({options_.output_bytes_max})));
  }
  LOCKSTEP_TRY(prepareFiles(plan.id, result));
  {
    const auto counting = job_.countEffects();
    LOCKSTEP_TRY(runEffects(plan, result, SideEffect::When::kBeforeCommit));
  }
  return job_.sealAccumulators(plan, services_, result);
}

/// The outputs are sorted: what goes to one file stands together.
Status BatchRunner::prepareFiles(BatchId batch, const BatchResult& result) {
  std::vector<std::span<const EncodedRecord>> parts;
  const auto& outputs = result.outputs;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i].role != OutputRole::kFile) continue;
    parts.push_back(outputs[i].records->records());
    const auto& path = outputs[i].partition.topic;
    if (i + 1 < outputs.size() && outputs[i + 1].partition.topic == path) continue;
    LOCKSTEP_CHECK(options_.files != nullptr, "a graph that writes files has a place for them");
    LOCKSTEP_TRY(options_.files->prepare(batch, path, parts));
    parts.clear();
  }
  return {};
}

/// The batch happened whatever becomes of this; the next one does not, and a start tries again.
void BatchRunner::publishFiles(BatchId batch) {
  if (options_.files == nullptr) return;
  const auto status = options_.files->publish(batch);
  if (status.ok()) return;
  log::error("batch {} is committed, its files are not shown yet: {}", batch.value(),
             status.toString());
  if (files_status_.ok()) files_status_ = status;
}

event::BatchComputed BatchRunner::finish(const BatchPlan& plan, BatchResult result) {
  event::BatchComputed computed;
  computed.batch = plan.id;
  computed.status = result.status;
  if (services_.state != nullptr) computed.state = services_.state->memory(plan.id);
  if (!result.status.ok()) return computed;
  const bool effects = std::any_of(
      result.side_effects.begin(), result.side_effects.end(),
      [](const auto& effect) { return effect.when == SideEffect::When::kBeforeCommit; });
  for (const auto& output : result.outputs) {
    computed.output_bytes += output.records->used();
    if (output.role == OutputRole::kChangelog) computed.changelog_bytes += output.records->bytes();
  }
  computed.has_effects = effects || !result.outputs.empty();
  computed.outputs = result.counts;
  computed.outputs_hash = result.outputs_hash;
  computed.files = result.files;
  auto& stored = results_[plan.id] = {plan, std::move(result), began_};
  const auto& kept = stored.result;
  std::vector<PreparedOutput> outputs;
  outputs.reserve(kept.outputs.size());
  for (const auto& output : kept.outputs)
    if (output.role != OutputRole::kFile) outputs.push_back({output.partition, &*output.records});
  prepared_.put(plan.id, std::move(outputs));
  return computed;
}

void BatchRunner::execute(const command::ConfirmBatch& command) {
  prepared_.drop(command.batch);
  publishFiles(command.batch);
  if (services_.state != nullptr) Job::confirm(command.batch, services_);
  job_.confirmed(command.batch);
  const auto found = results_.find(command.batch);
  if (found != results_.end()) {
    const auto& [plan, result, began] = found->second;
    const auto shown = runEffects(plan, result, SideEffect::When::kAfterCommit);
    if (!shown.ok()) log::warn("batch {}: {}", command.batch.value(), shown.message());
    if (options_.on_confirmed) options_.on_confirmed(plan, result.counters);
    if (!listeners_.empty()) tellCompleted(plan, result.counters, began);
    results_.erase(found);
  }
  kConfirmed.hit();
}

event::BatchRolledBack BatchRunner::execute(const command::RollBackBatch& command) {
  prepared_.drop(command.batch);
  results_.erase(command.batch);
  if (options_.files != nullptr) options_.files->discard(command.batch);
  if (services_.state != nullptr) Job::rollback(command.batch, services_);
  {
    MutexLock lock(mutex_);
    std::erase(cancelled_, command.batch);
  }
  kRolledBack.hit();
  return {command.batch};
}

bool BatchRunner::prepareCheckpoint() {
  if (services_.state == nullptr) return false;
  const auto start = services_.clock->now();
  std::atomic<bool> more{false};
  std::vector<TaskJob> jobs;
  for (const auto& declaration : services_.state->declarations()) {
    for (std::uint32_t shard = 0; shard < declaration.shards; ++shard) {
      jobs.push_back({[this, &declaration, &more, shard](std::uint32_t) {
                        if (services_.state->prepareCheckpoint(declaration.id, ShardId{shard}))
                          more.store(true, std::memory_order_relaxed);
                      },
                      shard});
    }
  }
  services_.runner->run(jobs);
  log::debug("checkpoint: batches paused for {:.3f} ms",
             std::chrono::duration<double, std::milli>(services_.clock->now() - start).count());
  return more.load();
}

void BatchRunner::cancel(BatchId batch) {
  MutexLock lock(mutex_);
  cancelled_.push_back(batch);
  if (running_ == batch) cancel_running_.store(true);
}

void BatchRunner::cancelAll() {
  MutexLock lock(mutex_);
  ending_ = true;
  cancel_running_.store(true);
}

void BatchRunner::setTopics(const std::vector<TopicDescription>& topics) {
  MutexLock lock(mutex_);
  topics_ = topics;
}

bool BatchRunner::begin(BatchId batch) {
  MutexLock lock(mutex_);
  if (ending_ || std::find(cancelled_.begin(), cancelled_.end(), batch) != cancelled_.end())
    return false;
  running_ = batch;
  cancel_running_.store(false);
  for (auto& topic : topics_) services_.topics[topic.name] = topic;
  return true;
}

bool BatchRunner::wasCancelled(BatchId batch) {
  MutexLock lock(mutex_);
  running_.reset();
  return std::find(cancelled_.begin(), cancelled_.end(), batch) != cancelled_.end();
}

Status BatchRunner::runEffects(const BatchPlan& plan, const BatchResult& result,
                               SideEffect::When when) const {
  for (const auto& effect : result.side_effects) {
    if (effect.when != when) continue;
    OutputOperationInfo info{plan.id, plan.time, effect.step, services_.clock->wallNow(), {}, ""};
    listeners_.tell(&StreamingListener::onOutputOperationStarted, info);
    const Status status = effect.run().at(effect.step);
    info.end = services_.clock->wallNow();
    if (!status.ok()) info.failure = status.message();
    listeners_.tell(&StreamingListener::onOutputOperationCompleted, info);
    LOCKSTEP_TRY(status);
  }
  return {};
}

BatchInfo BatchRunner::infoOf(const BatchPlan& plan) const {
  BatchInfo info;
  info.id = plan.id;
  info.time = plan.time;
  info.ranges = plan.ranges;
  info.processing_start = began_;
  if (options_.receivers) info.receivers = options_.receivers();
  return info;
}

void BatchRunner::tellCompleted(const BatchPlan& plan, const BatchCounters& counters,
                                WallTime began) const {
  auto info = infoOf(plan);
  info.processing_start = began;
  info.processing_end = services_.clock->wallNow();
  info.records_in = counters.records_in;
  for (const auto& [step, records] : counters.inputs) info.inputs.push_back({step, records});
  info.records_out = counters.records_out;
  for (const auto& [cause, records] : counters.dead_letters) info.dead_letters += records;
  for (const auto& [step, records] : counters.dropped) info.late += records;
  listeners_.tell(&StreamingListener::onBatchCompleted, info);
}

}  // namespace lockstep
