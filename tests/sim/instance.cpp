#include "tests/sim/instance.hpp"

#include <lockstep/model/internal_topics.hpp>

#include "state/changelog/compacted_changelog.hpp"
#include "state/checkpoint/sharded_state.hpp"
#include "tests/sim/evict_mutants.hpp"
#include "tests/sim/input_history.hpp"
#include "tests/sim/mutants.hpp"

namespace lockstep::sim {
namespace {

using std::chrono::milliseconds;

memory::OutputOptions outputOptions(const Options& options) {
  memory::OutputOptions output;
  output.transactional_id = kTransactionalId;
  output.group = kApplication;
  output.guarantee = options.at_least_once ? Guarantee::kAtLeastOnce : Guarantee::kExactlyOnce;
  output.transaction_timeout = options.transaction_timeout;
  output.socket_timeout = milliseconds(1'000);
  // Half of the schedules without transactions send all of a batch when it is committed.
  output.send_bytes = options.at_least_once && options.seed % 2 == 0 ? 4'000 : 200;
  return output;
}

memory::InputOptions inputOptions() {
  memory::InputOptions input;
  input.group = kApplication;
  input.socket_timeout = milliseconds(1'000);
  input.fetch_bytes = 300;
  return input;
}

}  // namespace

Instance::Instance(const Surroundings& around, Identity identity, SimDisk& disk,
                   InstanceHooks hooks)
    : around_(around),
      hooks_(std::move(hooks)),
      process_{identity.name, {}},
      random_(identity.nonce.value()),
      graph_(makeGraph(around.options, hooks_.on_effect)),
      replay_inputs_(around.kafka.inputs(inputOptions())),
      cluster_(around.kafka.cluster(kApplication)),
      outputs_(mutated(around.kafka.outputs(outputOptions(around.options)), around.kafka,
                       outputOptions(around.options), around.options.mutant, random_)),
      engine_(engineOptions(identity)) {
  auto inputs = mutated(around.kafka.inputs(inputOptions()), around.kafka, around.options.mutant);
  input_ = std::move(inputs->createInput()).value();
  if (!graph_->states().empty()) {
    auto store = std::make_unique<SimStore>(disk, around.clock, hooks_.disk);
    StateResidence residence;
    residence.table_bytes_max = around.options.table_bytes;
    if (around.options.small_parts) residence.checkpoint_part = 1;
    state_ = mutated(std::make_unique<ShardedState>(
                         kApplication, graph_->states(),
                         ShardedState::Parts{tablesWith(around.options.mutant),
                                             std::make_unique<CompactedChangelog>(around.clock),
                                             std::move(store), residence}),
                     around.options.mutant, around.options.state_share);
  }
  runner_ =
      std::make_unique<BatchRunner>(graph_->job(), services(), prepared_, BatchRunner::Options{});
  control_ = std::make_unique<ControlPlane>(controlPorts(disk), around.clock, controlOptions());
  committer_ = std::make_unique<Committer>(
      *outputs_, prepared_, around.clock,
      Committer::Options{ledgerPartition(kApplication), 100'000, milliseconds(5)});
  const auto mutant = around_.options.mutant;
  sim_control_.emplace(*control_, mutant);
  sim_compute_.emplace(*runner_, services(), mutant, around.options.state_share);
  const bool table_to_end = mutant == Mutant::kTableToEnd && around.options.graph == Graph::kTable;
  if (table_to_end || mutant == Mutant::kIdleByNow)
    sim_compute_->askAgain([kafka = &around_.kafka](const TopicPartition& partition) {
      return kafka->broker().withParts([&](memory::Broker::Parts& parts) {
        const auto* log = parts.topics.log(partition);
        return Offset{log == nullptr ? 0 : log->lastStable()};
      });
    });
  sim_producer_.emplace(*committer_, process_.name, mutant, around_.trace,
                        sim_compute_->stateWatch());
  sim_producer_->tellBatches(hooks_.on_batch_sent);
  auto& scheduler = around_.scheduler;
  for (auto& role : roles_) scheduler.spawn(process_, [this, &role] { serve(role); });
  scheduler.spawn(process_, [this] { generate(); });
  if (around_.options.graph == Graph::kReceived)
    scheduler.spawn(process_, [this, owner = identity.nonce] { receive(owner); });
}

Instance::~Instance() { around_.scheduler.kill(process_); }

EngineOptions Instance::engineOptions(const Identity& identity) const {
  const Options& given = around_.options;
  EngineOptions options;
  options.application = kApplication;
  if (given.pattern) {
    options.patterns = {{inputPattern().text, StartFrom::kEarliest}};
  } else {
    for (const auto& topic : inputTopics(given))
      options.inputs.push_back({topic, StartFrom::kEarliest});
  }
  options.outputs = {kOutputTopic, kDeadLetterTopic};
  options.state = graph_->states();
  if (given.mutant != Mutant::kTablesNotFirst) {
    for (const auto& table : graph_->tableTopics())
      options.tables.push_back({table.topic, table.state_id});
  }
  options.side_effects = graph_->hasSideEffects();
  options.idle_batches = graph_->needsIdleBatches();
  options.window_slide = graph_->windowSlide();
  options.boundaries_max = graph_->boundariesMax();
  options.nonce = identity.nonce;
  options.yield_to = identity.yield_to;
  options.takeover = identity.takeover && given.mutant != Mutant::kTakeoverIgnored;
  options.until_end = given.until_end;
  options.batch_interval = given.interval;
  options.checkpoint_interval = given.checkpoint_interval;
  options.transaction_timeout = given.transaction_timeout;
  options.commit_timeout = given.commit_timeout;
  if (given.at_least_once) options.guarantee = Guarantee::kAtLeastOnce;
  if (given.state_share > 0) options.state_memory_limit = Bytes{4 * given.state_share};
  if (given.span_max > 0) options.max_records_per_partition = given.span_max;
  return options;
}

BatchServices Instance::services() {
  BatchServices services;
  services.application = kApplication;
  services.input = input_.get();
  services.state = state_.get();
  services.runner = &tasks_;
  services.pool = &pool_;
  services.clock = &around_.clock;
  // Half of the seeds give up half-way, the others find out at the end of the batch.
  const auto& given = around_.options;
  if (given.seed % 2 == 0 && given.mutant != Mutant::kStateLimitIgnored)
    services.state_undecided_max = given.state_share;
  services.errors = {OnError::kDeadLetter, OnError::kDeadLetter, OnError::kDeadLetter,
                     OnError::kDeadLetter, kDeadLetterTopic};
  return services;
}

ControlPlane::Ports Instance::controlPorts(SimDisk& disk) {
  ControlPlane::Ports ports{
      *cluster_,
      *replay_inputs_,
      *input_,
      state_.get(),
      [&disk] { return !disk.empty(); },
      [this](const std::vector<TopicDescription>& topics) { runner_->setTopics(topics); }};
  if (around_.options.mutant != Mutant::kAccumulatorsNotShown)
    ports.state_restored = [this] { return runner_->restored(); };
  return ports;
}

SourcePorts Instance::receiverPorts() {
  auto output = outputOptions(around_.options);
  auto input = inputOptions();
  const auto& name = kReceiverTransactions;
  output.transactional_id = output.group = input.group = name;
  output.guarantee = Guarantee::kExactlyOnce;
  const auto given = around_.options.mutant;
  const auto mutant = given == Mutant::kBlockNumberForgotten ? given : Mutant::kNone;
  return {around_.kafka.inputs(input),
          mutated(around_.kafka.outputs(output), around_.kafka, output, mutant, random_),
          around_.kafka.cluster(name)};
}

ControlPlane::Options Instance::controlOptions() const {
  ControlPlane::Options options;
  options.application = kApplication;
  if (around_.options.pattern) {
    options.patterns = {inputPattern()};
  } else {
    options.inputs = inputTopics(around_.options);
  }
  options.outputs = {kOutputTopic, kDeadLetterTopic};
  for (const auto& state : graph_->states()) options.state_operators.push_back(state.id);
  options.read_owner = around_.options.at_least_once;
  return options;
}

void Instance::serve(Role& role) {
  const std::function<bool()> has_job = [&role] { return !role.jobs.empty(); };
  for (;;) {
    around_.scheduler.waitFor(has_job, Instant::max());
    if (role.jobs.empty()) continue;
    const Job job = std::move(role.jobs.front());
    role.jobs.pop_front();
    job();
  }
}

/// EngineLoop::run().
void Instance::generate() {
  const std::function<bool()> has_event = [this] { return !events_.empty(); };
  handle(engine_.start(around_.clock.now(), around_.clock.wallNow()));
  post(event::OwnershipGranted{});
  while (!stopped_) {
    const Instant wake = engine_.wakeAt().value_or(around_.clock.now() + std::chrono::seconds(1));
    around_.scheduler.waitFor(has_event, wake);
    Event::Body fact = event::TimePassed{};
    if (!events_.empty()) {
      fact = std::move(events_.front());
      events_.pop_front();
    }
    handle(engine_.on({around_.clock.now(), around_.clock.wallNow(), std::move(fact)}));
  }
}

void Instance::post(Event::Body fact) { events_.push_back(std::move(fact)); }

void Instance::handle(std::vector<Command> commands) {
  for (auto& command : commands) Dispatch<Instance>(*this).carryOut(std::move(command));
}

void Instance::submit(RoleThread thread, Job job) {
  roles_.at(static_cast<std::size_t>(thread)).jobs.push_back(std::move(job));
}

void Instance::claimed(const command::Claimed& body) {
  claimed_ = true;
  if (!incarnation_) incarnation_ = body.incarnation;
  around_.trace.add("{}: claimed, incarnation {}", process_.name, body.incarnation.value());
}

void Instance::report(const command::Report& body) {
  around_.trace.add("{}: {}", process_.name, body.text);
}

void Instance::stopped(const command::Stop& body) {
  stopped_ = true;
  around_.trace.add("{}: stops: {}", process_.name, body.status.toString());
  hooks_.on_stop(body);
}

}  // namespace lockstep::sim
