#include "src/runtime/application.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>

#include <fmt/format.h>

#include <lockstep/base/log.hpp>
#include <lockstep/model/internal_topics.hpp>
#include <lockstep/model/ledger_record.hpp>

#include "connectors/file/prepared_files.hpp"
#include "src/runtime/engine_loop.hpp"
#include "src/runtime/owner_marker.hpp"
#include "src/runtime/retry.hpp"
#include "src/runtime/roles.hpp"
#include "src/runtime/sources.hpp"
#include "src/runtime/state_engine.hpp"
#include "src/runtime/state_folder.hpp"
#include "src/runtime/step_log.hpp"
#include "src/runtime/worker_pool.hpp"
#include "state/rocksdb/rocksdb_store.hpp"

namespace lockstep {
namespace {

constexpr std::string_view kStoreFolder = "/store";
/// What receivers hold in memory is processed within this, or lost.
constexpr std::chrono::seconds kDrainPatience{10};

/// A checkpoint or a marker of one: what makes a start without committed offsets not a fresh one.
bool hasStore(const std::optional<std::string>& state_dir) {
  if (!state_dir) return false;
  std::error_code ignored;
  const std::filesystem::path store(*state_dir + std::string(kStoreFolder));
  return std::filesystem::exists(store, ignored) && !std::filesystem::is_empty(store, ignored);
}

/// Kept until the application deletes what it has processed, however old it is.
void addSourceTopics(EngineOptions& options, const SourceDeclaration& source) {
  if (source.safety == Safety::kIgnore) return;
  const auto records = receiverTopic(options.application, source.id);
  const auto known = std::any_of(options.inputs.begin(), options.inputs.end(),
                                 [&](const auto& input) { return input.topic == records; });
  if (!known) options.inputs.push_back({records, StartFrom::kEarliest});
  options.source_topics.push_back(
      {records,
       1,
       -1,
       {{"cleanup.policy", "delete"}, {"retention.ms", "-1"}, {"retention.bytes", "-1"}}});
  if (!source.isFiles()) return;
  options.source_topics.push_back(
      {positionsPartition(options.application, source.id).topic,
       1,
       -1,
       {{"cleanup.policy", "compact"}, {"delete.retention.ms", "604800000"}}});
}

std::unique_ptr<TaskRunner> makeRunner(std::uint32_t threads) {
  if (threads <= 1) return std::make_unique<InlineTaskRunner>();
  return std::make_unique<WorkerPool>(threads);
}

/// Of state.memory_limit, half is for the tables and an eighth for the checkpoint store; a batch's
/// undo, its shuffles and the values on their way to a checkpoint share the rest.
std::unique_ptr<StateBackend> makeState(const ApplicationSpec& spec, TaskRunner& runner,
                                        Clock& clock) {
  constexpr std::uint64_t kStoreMin = std::uint64_t{8} << 20;
  constexpr std::uint64_t kStoreMax = std::uint64_t{64} << 20;
  const std::uint64_t limit = spec.engine.state_memory_limit.count;
  if (spec.graph->states().empty()) return nullptr;
  std::unique_ptr<CheckpointStore> store;
  if (spec.simulated)
    store = spec.simulated->make_store();
  else if (spec.state_dir)
    store = std::make_unique<RocksdbStore>(*spec.state_dir + std::string(kStoreFolder),
                                           std::clamp(limit / 8, kStoreMin, kStoreMax));
  return makeStateEngine(spec.engine.application, spec.graph->states(), std::move(store), clock,
                         {limit / 2, &runner});
}

std::unique_ptr<FileStore> makeFiles(const ApplicationSpec& spec) {
  auto folders = spec.graph->foldersWritten();
  if (folders.empty()) return nullptr;
  return std::make_unique<file::PreparedFiles>(spec.engine.application, std::move(folders));
}

}  // namespace

/// Everything that runs, in the order of construction; taken down in reverse.
class Application::Parts {
 public:
  Parts(Application& application, Input& input)
      : spec_(application.spec_),
        marker_(spec_.state_dir),
        runner_(makeRunner(spec_.threads)),
        state_(makeState(spec_, *runner_, application.clock_)),
        files_(makeFiles(spec_)),
        sources_(sourceOptions(), application.ports_.sources, application.clock_,
                 [this](const Status& status) { loop_.post(event::SourceFailed{status}); }),
        batches_(spec_.graph->job(), services(application, input), prepared_,
                 {spec_.engine.output_queue_bytes_max.count,
                  [this](const BatchPlan& plan, const BatchCounters& counters) {
                    sources_.committed(plan, counters);
                    if (spec_.on_batch) spec_.on_batch(plan, counters);
                  },
                  spec_.listeners, files_.get(), [this] { return sources_.receivers(); }}),
        control_(controlPorts(application, input), application.clock_, controlOptions(application)),
        committer_(*application.ports_.outputs, prepared_, application.clock_,
                   {ledgerPartition(spec_.engine.application), spec_.engine.ledger_batches}),
        loop_(
            options(application), application.clock_,
            [this](Command command) { roles_.carryOut(std::move(command)); },
            [this](const command::Stop& stop) {
              if (stop.yield_to) marker_.write(*stop.yield_to);
            },
            whenIdle()),
        roles_(makeRoles()) {}

  EngineLoop& loop() { return loop_; }
  Sources& sources() { return sources_; }
  Status run() {
    loop_.post(event::OwnershipGranted{});  // one instance: everything
    auto status = loop_.run();
    sources_.stop();
    roles_.stop();
    return status.ok() ? batches_.filesStatus() : status;
  }

 private:
  EngineOptions options(const Application& application) const {
    auto options = application.engineOptions();
    options.yield_to = marker_.read();
    return options;
  }

  EngineLoop::WhenIdle whenIdle() {
    if (!spec_.when_idle) return {};
    return [this](std::optional<Instant> wake) {
      if (!roles_.runOne()) spec_.when_idle(wake);
    };
  }

  Roles makeRoles() {
    Roles::Workers workers{committer_, control_, batches_, state_.get(),
                           [this](Incarnation incarnation) {
                             marker_.clear();
                             if (!spec_.when_idle) sources_.start(incarnation);
                           }};
    auto post = [this](Event::Body fact) { loop_.post(std::move(fact)); };
    if (spec_.simulated) return {std::move(workers), post, *spec_.simulated->threads};
    return {std::move(workers), post,
            spec_.when_idle ? Roles::Threads::kNone : Roles::Threads::kOwn};
  }

  Sources::Options sourceOptions() const {
    return {spec_.engine.application, spec_.graph->sources(), spec_.receiver_rate,
            spec_.engine.until_end,   spec_.engine.nonce,     spec_.listeners};
  }

  BatchServices services(Application& application, Input& input) const {
    BatchServices services;
    services.application = spec_.engine.application;
    services.input = &input;
    services.state = state_.get();
    services.runner = runner_.get();
    services.pool = const_cast<RecordBatchPool*>(&pool_);
    services.clock = &application.clock_;
    services.state_undecided_max = spec_.engine.stateShare();
    services.errors = spec_.errors;
    services.shuffle_bytes_max = spec_.engine.stateShare();
    return services;
  }

  ControlPlane::Ports controlPorts(Application& application, Input& input) {
    return {*application.ports_.cluster,
            *application.ports_.replay_inputs,
            input,
            state_.get(),
            [this] {
              return spec_.simulated ? spec_.simulated->has_store() : hasStore(spec_.state_dir);
            },
            [this](const std::vector<TopicDescription>& topics) { batches_.setTopics(topics); },
            files_.get(),
            [this] { return spec_.engine.until_end ? sources_.complete() : Status(); },
            [this] { return batches_.restored(); }};
  }

  ControlPlane::Options controlOptions(const Application& application) const {
    ControlPlane::Options options;
    options.application = spec_.engine.application;
    options.inputs = spec_.graph->topicsRead();
    options.patterns = spec_.graph->patternsRead();
    options.outputs = application.writtenTopics();
    options.chosen = {spec_.engine.application, spec_.graph->topicPrefixesWritten(),
                      application.message_bytes_min_};
    for (const auto& source : spec_.graph->sources())
      if (source.isFiles())
        options.source_topics.push_back(positionsPartition(options.application, source.id).topic);
    for (const auto& state : spec_.graph->states()) options.state_operators.push_back(state.id);
    options.read_owner = spec_.engine.atLeastOnce();
    return options;
  }

  const ApplicationSpec& spec_;
  OwnerMarker marker_;
  RecordBatchPool pool_{spec_.engine.output_queue_bytes_max.count};
  std::unique_ptr<TaskRunner> runner_;
  std::unique_ptr<StateBackend> state_;
  PreparedBatches prepared_;
  std::unique_ptr<FileStore> files_;
  Sources sources_;
  BatchRunner batches_;
  ControlPlane control_;
  Committer committer_;
  EngineLoop loop_;
  Roles roles_;
};

Application::Application(ApplicationSpec spec, ApplicationPorts ports, Clock& clock)
    : spec_(std::move(spec)), ports_(std::move(ports)), clock_(clock) {}

Application::~Application() = default;

Status Application::run() {
  LOCKSTEP_ASSIGN(const auto folder, StateFolder::open(spec_.state_dir));
  LOCKSTEP_TRY(checkSources());
  LOCKSTEP_TRY(prepareGraph());
  LOCKSTEP_ASSIGN(const auto input, ports_.batch_inputs->createInput());
  Parts parts(*this, *input);
  {
    MutexLock lock(mutex_);
    if (stop_requested_) return {};
    loop_ = &parts.loop();
    sources_ = &parts.sources();
  }
  std::optional<StopMarker> marker;
  if (spec_.stop_marker) marker.emplace(*spec_.stop_marker, [this] { requestStop(); });
  auto status = parts.run();
  marker.reset();
  std::thread stopper;
  {
    MutexLock lock(mutex_);
    loop_ = nullptr;
    sources_ = nullptr;
    stopper = std::move(stopper_);
  }
  if (stopper.joinable()) stopper.join();
  return status;
}

/// Nothing to begin with when an input cannot be what it has to be.
Status Application::checkSources() const {
  const auto& live = spec_.graph->liveInputs();
  if (spec_.engine.until_end && !live.empty()) {
    return Status::fatal(ExitCode::kConfiguration, "E265",
                         fmt::format("'{}' never ends, so there is no end to run to", live.front()),
                         "run without --until-end, and stop the application");
  }
  return spec_.when_idle ? Status() : Sources::check(spec_.graph->sources());
}

void Application::requestStop(Running batch) {
  MutexLock lock(mutex_);
  const bool again = std::exchange(stop_requested_, true);
  if (loop_ == nullptr) return;
  if (batch == Running::kCut || spec_.graph->sources().empty() || spec_.when_idle) {
    loop_->post(event::StopRequested{batch == Running::kCut});
  } else if (!again) {
    stopSourcesFirst();
  }
}

void Application::releaseTick(BatchTime tick) {
  MutexLock lock(mutex_);
  if (loop_ == nullptr) {
    spec_.engine.ticks_until = tick;
  } else {
    loop_->post(event::TickReleased{tick});
  }
}

std::optional<BatchTime> Application::doneThrough() {
  MutexLock lock(mutex_);
  return loop_ == nullptr ? std::nullopt : loop_->doneThrough();
}

/// What was received is written, and what is in memory only processed, before the engine drains.
/// Not here: the caller may hold what a receiver waits for.
void Application::stopSourcesFirst() {
  stopper_ = std::thread([this, sources = sources_, loop = loop_] {
    sources->stop();
    sources->drain(
        std::max<std::chrono::milliseconds>(kDrainPatience, 3 * spec_.engine.batch_interval));
    loop->post(event::StopRequested{false});
  });
}

Status Application::prepareGraph() {
  if (spec_.graph->prepared()) return {};
  const StepLog step(clock_, "topics described");
  LOCKSTEP_ASSIGN(const auto chosen, chosenTopics());
  LOCKSTEP_ASSIGN(const auto topics, describeTopics(chosen));
  expectInputs(topics);
  auto outputs = writtenTopics();
  outputs.insert(outputs.end(), chosen.begin(), chosen.end());
  Bytes smallest{std::numeric_limits<std::uint64_t>::max()};
  for (const auto& topic : topics) {
    const bool written = std::find(outputs.begin(), outputs.end(), topic.name) != outputs.end();
    if (!written || topic.max_message_bytes <= 0) continue;
    smallest = std::min(smallest, Bytes{static_cast<std::uint64_t>(topic.max_message_bytes)});
  }
  ports_.limit_output_batches(smallest);
  if (smallest.count <= std::numeric_limits<std::int64_t>::max())
    message_bytes_min_ = static_cast<std::int64_t>(smallest.count);
  return spec_.graph->prepare(graphOptions(topics));
}

/// Lets the consumers of this start connect while the producer is initialised and the cluster read:
/// for the ledger's last record, for the replay of the changelogs, and for the batches.
void Application::expectInputs(const std::vector<TopicDescription>& topics) {
  const auto partitionsOf = [&](const std::vector<std::string>& names) {
    std::vector<TopicPartition> partitions;
    for (const auto& topic : topics) {
      if (!topic.exists || std::find(names.begin(), names.end(), topic.name) == names.end())
        continue;
      for (std::int32_t i = 0; i < topic.partitions; ++i)
        partitions.push_back({topic.name, Partition{i}});
    }
    return partitions;
  };
  const auto expect = [&](InputFactory& inputs, const std::vector<std::string>& names) {
    auto partitions = partitionsOf(names);
    if (!partitions.empty()) inputs.expect(std::move(partitions));
  };
  std::vector<std::string> changelogs;
  for (const auto& id : spec_.graph->stateIds())
    changelogs.push_back(changelogTopic(spec_.engine.application, id));
  expect(*ports_.replay_inputs, {ledgerTopic(spec_.engine.application)});
  expect(*ports_.batch_inputs, spec_.graph->topicsRead());
  expect(*ports_.replay_inputs, changelogs);
}

/// What a question at the start ends with that nobody has answered in time.
Status Application::unanswered(const Status& status) const {
  if (status.reaction() != Reaction::kRetry) return status;
  return Status::fatal(ExitCode::kUnavailable, "E201",
                       fmt::format("no broker answered within {}: {}",
                                   formatDuration(spec_.engine.start_timeout), status.message()),
                       "check kafka.bootstrap, the network, and that the broker runs");
}

/// Those that records may choose: the producer's batches have to fit them, too.
Result<std::vector<std::string>> Application::chosenTopics() {
  ChosenTopics chosen({spec_.engine.application, spec_.graph->topicPrefixesWritten()});
  const auto status =
      chosen.find(*ports_.cluster, clock_, Deadline::in(clock_, spec_.engine.start_timeout));
  if (!status.ok()) return unanswered(status);
  return chosen.names();
}

/// Those that a pattern reads and that exist now.
Result<std::vector<std::string>> Application::matchingTopics() {
  std::vector<std::string> matching;
  const auto& patterns = spec_.graph->patternsRead();
  if (patterns.empty()) return matching;
  LOCKSTEP_ASSIGN(const auto names, retryUntil(Deadline::in(clock_, spec_.engine.start_timeout),
                                               clock_, [&](std::chrono::milliseconds left) {
                                                 return ports_.cluster->topicNames(left);
                                               }));
  for (const auto& name : names) {
    const bool matches = std::any_of(patterns.begin(), patterns.end(),
                                     [&](const auto& pattern) { return pattern.matches(name); });
    if (matches) matching.push_back(name);
  }
  return matching;
}

/// Inputs, outputs and internal topics, before anything is fenced: only what never changes under
/// us.
Result<std::vector<TopicDescription>> Application::describeTopics(
    const std::vector<std::string>& chosen) {
  auto names = spec_.graph->topicsRead();
  const auto add = [&](const std::vector<std::string>& more) {
    for (const auto& name : more)
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  LOCKSTEP_ASSIGN(const auto matching, matchingTopics());
  add(matching);
  add(chosen);
  for (const auto& id : spec_.graph->stateIds()) {
    names.push_back(changelogTopic(spec_.engine.application, id));
  }
  for (auto& topic : writtenTopics()) names.push_back(std::move(topic));
  names.push_back(ledgerTopic(spec_.engine.application));
  auto topics = retryUntil(
      Deadline::in(clock_, spec_.engine.start_timeout), clock_,
      [&](std::chrono::milliseconds left) { return ports_.cluster->describe(names, left); });
  if (!topics.ok()) return unanswered(topics.status());
  return topics;
}

/// Shards: what an operator's changelog was made with, else the largest partition count among
/// inputs.
GraphOptions Application::graphOptions(const std::vector<TopicDescription>& topics) const {
  GraphOptions options;
  const auto& inputs = spec_.graph->topicsRead();
  const auto& patterns = spec_.graph->patternsRead();
  const auto ids = spec_.graph->stateIds();
  for (const auto& topic : topics) {
    if (!topic.exists) continue;
    const auto partitions = static_cast<std::uint32_t>(topic.partitions);
    const bool matches = std::any_of(patterns.begin(), patterns.end(), [&](const auto& pattern) {
      return pattern.matches(topic.name);
    });
    if (matches || std::find(inputs.begin(), inputs.end(), topic.name) != inputs.end()) {
      options.default_parallelism = std::max(options.default_parallelism, partitions);
    }
    for (const auto& id : ids) {
      if (topic.name != changelogTopic(spec_.engine.application, id)) continue;
      options.pinned_shards[id] = partitions;
    }
  }
  return options;
}

std::vector<std::string> Application::writtenTopics() const {
  auto topics = spec_.graph->topicsWritten();
  if (!spec_.errors.dead_letter_topic.empty()) topics.push_back(spec_.errors.dead_letter_topic);
  return topics;
}

EngineOptions Application::engineOptions() const {
  auto options = spec_.engine;
  for (const auto& source : spec_.graph->sources()) addSourceTopics(options, source);
  options.outputs = writtenTopics();
  options.state = spec_.graph->states();
  for (const auto& table : spec_.graph->tableTopics())
    options.tables.push_back({table.topic, table.state_id});
  options.side_effects = spec_.graph->hasSideEffects();
  options.writes_files = !spec_.graph->foldersWritten().empty();
  options.graph_hash = ledgerHash(spec_.graph->outline());
  options.idle_batches = spec_.graph->needsIdleBatches();
  options.window_slide = spec_.graph->windowSlide();
  options.boundaries_max = spec_.graph->boundariesMax();
  return options;
}

}  // namespace lockstep
