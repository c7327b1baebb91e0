#include <lockstep/rdd/job.hpp>

#include <algorithm>
#include <exception>
#include <tuple>

#include <lockstep/model/output_hash.hpp>

namespace lockstep {

namespace {

/// Exceptions end here: what is no record's fault fails the batch.
Status runGuarded(Stage& stage, Task& task) {
  try {
    LOCKSTEP_TRY(task.checkCancelled());
    LOCKSTEP_TRY(stage.run(task));
    return task.finish();
  } catch (const std::exception& error) {
    return Status::fatal(ExitCode::kBug, "E390", "a task failed: " + std::string(error.what()));
  }
}

template <class Call>
void onEveryShard(const BatchServices& services, const Call& call) {
  if (services.state == nullptr) return;
  std::vector<TaskJob> jobs;
  for (const StateDeclaration& declaration : services.state->declarations())
    for (std::uint32_t shard = 0; shard < declaration.shards; ++shard)
      jobs.push_back(
          {[&call, &declaration, shard](std::uint32_t) { call(declaration.id, ShardId{shard}); },
           shard});
  services.runner->run(jobs);
}

/// Totals and hash over the sorted outputs.
void summarise(BatchResult& result) {
  std::map<TopicPartition, OutputHash> hashes;
  for (const BatchOutput& output : result.outputs) {
    result.counters.bytes_out += output.records->bytes();
    const std::size_t records = output.records->records().size();
    if (output.role == OutputRole::kChangelog) {
      result.counters.changelog_records += records;
      continue;
    }
    if (output.role == OutputRole::kOutput) result.counters.records_out += records;
    hashes[output.partition].append(output.hash);
  }
  for (const auto& [partition, hash] : hashes) {
    result.counts.push_back({partition, hash.records()});
    result.outputs_hash = foldOutputHash(result.outputs_hash, toString(partition), hash);
  }
}

}  // namespace

BatchResult Job::runBatch(const BatchPlan& plan, const BatchServices& services) {
  BatchResult result;
  for (const auto& terminal : lineage_.terminals()) {
    terminal->reset();
    if (result.status.ok()) result.status = terminal->check(services);
  }
  wall_now_ = services.clock->wallNow();
  shuffled_bytes_ = 0;
  std::uint32_t levels = 0;
  for (const Stage* stage : lineage_.stages())
    levels = std::max(levels, Lineage::level(*stage) + 1);
  for (std::uint32_t level = 0; level < levels && result.status.ok(); ++level)
    result.status = runLevel(level, plan, services);
  if (result.status.ok())
    collect(result, plan);
  else
    for (Tasks& tasks : tasks_)
      for (auto& task : tasks) task->abandon();
  return result;
}

Status Job::runLevel(std::uint32_t level, const BatchPlan& plan, const BatchServices& services) {
  std::vector<TaskJob> jobs;
  std::vector<Status> statuses;
  std::vector<std::pair<Stage*, Task*>> work;
  for (Stage* stage : lineage_.stages()) {
    if (Lineage::level(*stage) != level) continue;
    for (std::uint32_t i = 0; i < stage->tasks(plan); ++i)
      work.emplace_back(stage, &taskOf(*stage, i));
  }
  statuses.resize(work.size());
  for (std::size_t i = 0; i < work.size(); ++i) {
    auto [stage, task] = work[i];
    TaskJob job;
    job.body = [&, i, stage = stage, task = task](std::uint32_t worker) {
      task->context().worker = worker;
      task->context().workers = services.runner->workers();
      task->begin(plan, services, wall_now_, shuffled_bytes_);
      statuses[i] = runGuarded(*stage, *task);
    };
    if (stage->pinned()) job.affinity = task->index();
    jobs.push_back(std::move(job));
  }
  services.runner->run(jobs);
  for (Status& status : statuses)
    if (!status.ok()) return std::move(status);
  return {};
}

Task& Job::taskOf(Stage& stage, std::uint32_t index) {
  Tasks& tasks = tasks_[Lineage::number(stage)];
  while (tasks.size() <= index) {
    tasks.push_back(std::make_unique<Task>(stage, static_cast<std::uint32_t>(tasks.size())));
    for (const auto& terminal : lineage_.terminals())
      if (terminal->parent().runsIn(stage)) terminal->attach(*tasks.back());
  }
  return *tasks[index];
}

void Job::collect(BatchResult& result, const BatchPlan& plan) {
  for (const Stage* stage : lineage_.stages()) {
    Tasks& tasks = tasks_[Lineage::number(*stage)];
    for (std::uint32_t i = 0; i < stage->tasks(plan); ++i) {
      for (BatchOutput& output : tasks[i]->outputs())
        if (!output.records->empty()) result.outputs.push_back(std::move(output));
      tasks[i]->outputs().clear();
      const BatchCounters& counters = tasks[i]->counters();
      result.counters.records_in += counters.records_in;
      for (const auto& [cause, count] : counters.dead_letters)
        result.counters.dead_letters[cause] += count;
    }
  }
  std::stable_sort(
      result.outputs.begin(), result.outputs.end(), [](const BatchOutput& a, const BatchOutput& b) {
        return std::tie(a.role, a.order, a.partition) < std::tie(b.role, b.order, b.partition);
      });
  summarise(result);
  for (const auto& terminal : lineage_.terminals()) terminal->collect(plan, result.side_effects);
}

void Job::rollback(BatchId batch, const BatchServices& services) {
  onEveryShard(services, [&](const std::string& id, ShardId shard) {
    services.state->rollback(batch, id, shard);
  });
}

void Job::confirm(BatchId batch, const BatchServices& services) {
  onEveryShard(services, [&](const std::string& id, ShardId shard) {
    services.state->confirm(batch, id, shard);
  });
}

}  // namespace lockstep
