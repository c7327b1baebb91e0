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

bool hasEffectsBeforeCommit(const BatchResult& result) {
  return std::any_of(
      result.side_effects.begin(), result.side_effects.end(),
      [](const SideEffect& effect) { return effect.when == SideEffect::When::kBeforeCommit; });
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
    if (output.role != OutputRole::kDeadLetter) result.counters.records_out += records;
    hashes[output.partition].append(output.hash);
  }
  for (const auto& [partition, hash] : hashes) {
    result.counts.push_back({partition, hash.records()});
    result.outputs_hash = foldOutputHash(result.outputs_hash, toString(partition), hash);
  }
}

}  // namespace

/// Gives back what tasks hold of a run that does not get to its end: also when the simulator kills
/// the process in the midst of it, since the services that it came from do not outlive the run.
class Job::Unfinished {
 public:
  explicit Unfinished(Job& job) : job_(&job) {}
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  ~Unfinished() {
    if (job_ == nullptr) return;
    for (Tasks& tasks : job_->tasks_)
      for (auto& task : tasks) task->abandon();
  }
  void finished() { job_ = nullptr; }

 private:
  Job* job_;
};

BatchResult Job::runBatch(const BatchPlan& plan, const BatchServices& services) {
  Unfinished run(*this);
  BatchResult result;
  Status status;
  for (const auto& variable : lineage_.variables()) variable->beginBatch();
  for (const auto& file : lineage_.files()) file->beginBatch(plan);
  lineage_.accumulators().begin(plan.id);
  for (const auto& terminal : lineage_.terminals())
    if (status.ok()) status = terminal->check(services);
  wall_now_ = services.clock->wallNow();
  if (status.ok()) status = runPasses(plan, services, result);
  if (status.ok() && !hasEffectsBeforeCommit(result))
    status = lineage_.accumulators().seal(plan, services, result);
  if (status.ok()) {
    std::stable_sort(result.outputs.begin(), result.outputs.end(),
                     [](const BatchOutput& a, const BatchOutput& b) {
                       return std::tie(a.role, a.order, a.partition) <
                              std::tie(b.role, b.order, b.partition);
                     });
    summarise(result);
    for (const auto& file : lineage_.files()) result.files.push_back(file->version());
    run.finished();
    return result;
  }
  result = {};
  result.status = std::move(status);
  return result;
}

Status Job::sealAccumulators(const BatchPlan& plan, const BatchServices& services,
                             BatchResult& result) {
  if (!hasEffectsBeforeCommit(result)) return {};
  const std::size_t known = result.outputs.size();
  LOCKSTEP_TRY(lineage_.accumulators().seal(plan, services, result));
  for (std::size_t i = known; i < result.outputs.size(); ++i) {
    result.counters.changelog_records += result.outputs[i].records->records().size();
    result.counters.bytes_out += result.outputs[i].records->bytes();
  }
  return {};
}

void Job::confirmed(BatchId batch) {
  lineage_.accumulators().confirmed(batch);
  for (Stage* stage : lineage_.stages()) stage->confirmed(batch);
}

/// Boundary by boundary, then the batch's records. The first boundary at which no window holds
/// anything is passed like the others (what counts gives its 0); those that are left would repeat
/// it, and are passed in one step.
Status Job::runPasses(const BatchPlan& plan, const BatchServices& services, BatchResult& result) {
  BatchPass pass;
  if (!plan.closes_first.empty()) {
    pass.last = false;
    pass.plan.id = plan.id;
    pass.plan.closes_own_tick = true;
    pass.plan.behind = plan.behind;
    for (auto boundary = nextBoundary(plan.closed_before);
         boundary && *boundary <= plan.closes_first.back(); boundary = nextBoundary(*boundary)) {
      pass.plan.time = *boundary;
      LOCKSTEP_TRY(runPass({pass, pass.plan}, services, result));
      if (!anyPanes()) break;
    }
  }
  pass = {plan, true};
  pass.plan.closes_first.clear();
  return runPass({pass, plan}, services, result);
}

Status Job::runPass(const View& view, const BatchServices& services, BatchResult& result) {
  for (const auto& terminal : lineage_.terminals()) terminal->reset();
  shuffled_bytes_ = 0;
  std::uint32_t levels = 0;
  for (const Stage* stage : lineage_.stages())
    levels = std::max(levels, Lineage::level(*stage) + 1);
  for (std::uint32_t level = 0; level < levels; ++level)
    LOCKSTEP_TRY(runLevel(level, view, services));
  collect(result, view);
  return {};
}

std::optional<BatchTime> Job::nextBoundary(BatchTime after) const {
  std::optional<BatchTime> next;
  for (const Stage* stage : lineage_.stages()) {
    if (!stage->panes()) continue;
    const auto slide = stage->slide();
    const BatchTime boundary((after.time_since_epoch() / slide + 1) * slide);
    next = next ? std::min(*next, boundary) : boundary;
  }
  return next;
}

bool Job::anyPanes() const {
  const auto& stages = lineage_.stages();
  return std::any_of(stages.begin(), stages.end(), [](const Stage* stage) {
    const auto panes = stage->panes();
    return panes && panes->any;
  });
}

Status Job::runLevel(std::uint32_t level, const View& view, const BatchServices& services) {
  std::vector<TaskJob> jobs;
  std::vector<Status> statuses;
  std::vector<std::pair<Stage*, Task*>> work;
  for (Stage* stage : lineage_.stages()) {
    if (Lineage::level(*stage) != level || !stage->worksIn(view.pass)) continue;
    for (std::uint32_t i = 0; i < stage->tasks(view.of(*stage)); ++i)
      work.emplace_back(stage, &taskOf(*stage, i));
  }
  statuses.resize(work.size());
  for (std::size_t i = 0; i < work.size(); ++i) {
    auto [stage, task] = work[i];
    TaskJob job;
    job.body = [&, i, stage = stage, task = task](std::uint32_t worker) {
      const AccumulatorParts::Scope counting(task->counts());
      task->context().worker = worker;
      task->context().workers = services.runner->workers();
      task->begin(view.pass, view.of(*stage), services, wall_now_, shuffled_bytes_);
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
    tasks.back()->setCounts(lineage_.accumulators().makeParts());
    for (const auto& terminal : lineage_.terminals())
      if (terminal->parent().runsIn(stage)) terminal->attach(*tasks.back());
  }
  return *tasks[index];
}

void Job::collect(BatchResult& result, const View& view) {
  for (const Stage* stage : lineage_.stages()) {
    if (!stage->worksIn(view.pass)) continue;
    Tasks& tasks = tasks_[Lineage::number(*stage)];
    for (std::uint32_t i = 0; i < stage->tasks(view.of(*stage)); ++i) {
      for (BatchOutput& output : tasks[i]->outputs())
        if (!output.records->empty()) result.outputs.push_back(std::move(output));
      tasks[i]->outputs().clear();
      lineage_.accumulators().collect(tasks[i]->counts());
      const BatchCounters& counters = tasks[i]->counters();
      result.counters.records_in += counters.records_in;
      for (const auto& [step, count] : counters.inputs) result.counters.inputs[step] += count;
      for (const auto& [cause, count] : counters.dead_letters)
        result.counters.dead_letters[cause] += count;
      for (const auto& [step, count] : counters.dropped) result.counters.dropped[step] += count;
    }
  }
  for (const auto& terminal : lineage_.terminals())
    if (view.pass.passesOn(terminal->parent().slide()))
      terminal->collect(view.pass.plan, result.side_effects);
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
