#include "tests/unit/engine/engine_driver.hpp"

#include <type_traits>
#include <utility>

namespace lockstep::test {
namespace {

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

std::string transactionKind(const command::CommitTransaction& transaction) {
  if (!transaction.ledger) return "keepalive";
  switch (transaction.ledger->kind) {
    case LedgerKind::kClaim:
      return "claim";
    case LedgerKind::kPlan:
      return "plan";
    case LedgerKind::kBatch:
      return "batch";
  }
  return "?";
}

std::string label(const Command& command, std::string kind) {
  const auto with = [&](std::uint64_t id) { return kind + " " + std::to_string(id); };
  return std::visit(
      Overloaded{[&](const command::RunBatch& c) { return with(c.plan.id.value()); },
                 [&](const command::ConfirmBatch& c) { return with(c.batch.value()); },
                 [&](const command::RollBackBatch& c) { return with(c.batch.value()); },
                 [&](const command::WriteCheckpoint& c) { return with(c.point.batch.value()); },
                 [&](const command::CommitTransaction& c) {
                   if (!c.ledger) return kind;
                   if (c.ledger->kind == LedgerKind::kClaim)
                     return with(c.ledger->incarnation.value());
                   if (c.ledger->kind == LedgerKind::kPlan)
                     return with(c.ledger->open_plan.id.value());
                   return with(c.ledger->batch.id.value());
                 },
                 [&](const auto&) { return kind; }},
      command);
}

}  // namespace

void FakeCluster::commit(const command::CommitTransaction& transaction) {
  for (const auto& offset : transaction.offsets) {
    committed[offset.partition] = {offset.partition, offset.next, format(transaction.metadata)};
  }
  if (transaction.ledger) {
    ledger = transaction.ledger;
    ledger_hash = ledgerHash(encode(*ledger));
    auto& end = ends[ledgerPartition(application)];
    end = Offset{end.value() + 2};  // the record and its marker
  }
}

std::vector<TopicPartition> FakeCluster::partitionsOf(const std::string& topic) const {
  std::vector<TopicPartition> partitions;
  const auto found = topics.find(topic);
  if (found == topics.end() || !found->second.exists) return partitions;
  for (std::int32_t i = 0; i < found->second.partitions; ++i) {
    partitions.push_back({topic, Partition{i}});
  }
  return partitions;
}

event::ClusterRead FakeCluster::read(const EngineOptions& options) const {
  event::ClusterRead read;
  const auto describe = [&](const std::string& name) {
    const auto found = topics.find(name);
    read.topics.push_back(found != topics.end() ? found->second : TopicDescription{});
    read.topics.back().name = name;
  };
  const auto ask = [&](const std::string& topic, bool input) {
    for (const auto& partition : partitionsOf(topic)) {
      read.log_starts.push_back({partition, logStartOf(partition)});
      (input ? read.last_stable : read.high_watermarks).push_back({partition, ends.at(partition)});
    }
  };
  const auto askCommitted = [&](const std::string& topic) {
    for (const auto& partition : partitionsOf(topic)) {
      const auto found = committed.find(partition);
      read.committed.push_back(found != committed.end() ? found->second
                                                        : CommittedOffset{partition, {}, {}});
    }
  };
  read.matched = matched;
  for (const auto& input : inputTopics(options)) {
    describe(input);
    ask(input, true);
    askCommitted(input);
  }
  for (const auto& own : options.source_topics) {
    describe(own.name);
    ask(own.name, false);
  }
  for (const auto& output : options.outputs) {
    describe(output);
    ask(output, false);
  }
  for (const auto& state : options.state) {
    describe(changelogTopic(application, state.id));
    ask(changelogTopic(application, state.id), false);
  }
  describe(ledgerTopic(application));
  ask(ledgerTopic(application), false);
  askCommitted(ledgerTopic(application));
  read.has_ledger_record = ledger.has_value();
  if (ledger) read.ledger = *ledger;
  read.ledger_hash = ledger_hash;
  read.has_local_state = has_local_state;
  return read;
}

event::InputEndsRead FakeCluster::inputEnds(const EngineOptions& options,
                                            const command::ReadInputEnds& command) const {
  const bool describe = command.describe;
  event::InputEndsRead read;
  if (command.pending) read.pending = pending;
  if (describe) read.matched = matched;
  for (const auto& input : inputTopics(options)) {
    if (describe) read.topics.push_back(topics.at(input));
    for (const auto& partition : partitionsOf(input)) {
      read.ends.push_back({partition, ends.at(partition)});
      if (describe) read.log_starts.push_back({partition, logStartOf(partition)});
    }
  }
  return read;
}

event::InputsIdentified FakeCluster::identify(const EngineOptions& options) const {
  event::InputsIdentified identified;
  for (const auto& input : inputTopics(options)) {
    const auto& topic = topics.at(input);
    identified.inputs.push_back({input, topic.exists ? std::optional(topic.id) : std::nullopt});
  }
  return identified;
}

event::DecisionEndsRead FakeCluster::decisionEnds(const EngineOptions& options) const {
  return {{}, read(options).high_watermarks, {}};
}

EngineOptions EngineDriver::options() {
  EngineOptions options;
  options.application = "app";
  options.inputs = {{"in", StartFrom::kEarliest}};
  options.outputs = {"out"};
  options.nonce = Nonce{0xabc};
  options.graph_hash = 7;
  return options;
}

EngineOptions EngineDriver::statefulOptions() {
  auto stateful = options();
  stateful.state = {{"counts", 2, "updateStateByKey", "string", "long", ""}};
  return stateful;
}

EngineDriver::EngineDriver(EngineOptions options) : engine(options), options_(std::move(options)) {
  cluster.addTopic("in", 2);
  cluster.addTopic("out", 1);
  compute = [](const command::RunBatch& run) {
    event::BatchComputed computed;
    computed.batch = run.plan.id;
    for (const auto& range : run.plan.ranges) computed.has_effects |= !range.empty();
    computed.processing = milliseconds(1);
    return computed;
  };
}

EngineDriver& EngineDriver::start() {
  accept(engine.start(now, wall));
  return owned ? feed(event::OwnershipGranted{*owned}) : settle();
}

EngineDriver& EngineDriver::settle() {
  for (int steps = 0; answerOne(); ++steps) REQUIRE(steps < 10'000);
  return *this;
}

EngineDriver& EngineDriver::feed(Event::Body body) {
  accept(engine.on({now, wall, std::move(body)}));
  return settle();
}

EngineDriver& EngineDriver::advance(std::chrono::nanoseconds duration) {
  const auto until = now + duration;
  const auto wall_start = wall;
  const auto start = now;
  for (int steps = 0; !stopped; ++steps) {
    REQUIRE(steps < 100'000);
    const auto wake = engine.wakeAt();
    if (!wake || *wake > until) break;
    REQUIRE(*wake > now);
    now = *wake;
    wall = wall_start + std::chrono::duration_cast<milliseconds>(now - start);
    feed(event::TimePassed{});
  }
  now = until;
  wall = wall_start + std::chrono::duration_cast<milliseconds>(duration);
  return *this;
}

EngineDriver& EngineDriver::endTransaction(bool happens, Status status, bool dirty) {
  const auto transaction = take<command::CommitTransaction>();
  if (happens) cluster.commit(transaction);
  event::TransactionEnded ended;
  ended.status = std::move(status);
  ended.dirty = dirty;
  if (transaction.ledger) ended.ledger_hash = ledgerHash(encode(*transaction.ledger));
  return feed(std::move(ended));
}

std::string EngineDriver::text() {
  std::string joined;
  for (const auto& entry : log) joined += (joined.empty() ? "" : ", ") + entry;
  log.clear();
  return joined;
}

void EngineDriver::accept(std::vector<Command> commands) {
  for (auto& command : commands) {
    REQUIRE(!stopped);  // Stop is the last command
    const auto kind = kindOf(command);
    if (const auto* report = std::get_if<command::Report>(&command)) {
      reports.push_back(report->text);
      continue;
    }
    log.push_back(label(command, kind));
    if (const auto* stop = std::get_if<command::Stop>(&command)) {
      stopped = *stop;
    } else if (kind != "confirm" && kind != "claimed") {
      if (const auto* commit = std::get_if<command::CommitTransaction>(&command)) last_ = *commit;
      pending_.push_back(std::move(command));
    }
  }
}

bool EngineDriver::answerOne() {
  for (auto it = pending_.begin(); it != pending_.end(); ++it) {
    if (held_.contains(kindOf(*it))) continue;
    const auto command = std::move(*it);
    pending_.erase(it);
    accept(engine.on({now, wall, *answer(command)}));
    return true;
  }
  return false;
}

bool EngineDriver::answerAny(std::uint64_t number, const std::set<std::string>& except) {
  std::vector<std::size_t> able;
  bool rolling_back = false;
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    const auto kind = kindOf(pending_[i]);
    if (kind == "rollback" && std::exchange(rolling_back, true)) continue;
    if (!except.contains(kind)) able.push_back(i);
  }
  if (able.empty()) return false;
  const auto it = pending_.begin() + static_cast<std::ptrdiff_t>(able[number % able.size()]);
  const auto command = std::move(*it);
  pending_.erase(it);
  if (const auto* rollback = std::get_if<command::RollBackBatch>(&command)) {
    std::erase_if(pending_, [&](const Command& other) {  // the cancelled run is not answered
      const auto* run = std::get_if<command::RunBatch>(&other);
      return run != nullptr && run->plan.id == rollback->batch;
    });
  }
  accept(engine.on({now, wall, *answer(command)}));
  return true;
}

std::optional<Event::Body> EngineDriver::answer(const Command& command) {
  using Body = Event::Body;
  return std::visit(
      Overloaded{
          [&](const command::InitProducer&) -> Body { return event::ProducerReady{}; },
          [&](const command::ReadCluster&) -> Body { return cluster.read(options_); },
          [&](const command::CreateTopics& c) -> Body {
            for (const auto& topic : c.topics) cluster.addTopic(topic.name, topic.partitions);
            return event::TopicsCreated{};
          },
          [&](const command::RestoreState&) -> Body {
            return event::StateRestored{{}, restored_tail};
          },
          [&](const command::CommitTransaction& c) -> Body {
            cluster.commit(c);
            event::TransactionEnded ended;
            if (c.ledger) ended.ledger_hash = cluster.ledger_hash;
            return ended;
          },
          [&](const command::ReadDecisionEnds&) -> Body { return cluster.decisionEnds(options_); },
          [&](const command::IdentifyInputs&) -> Body { return cluster.identify(options_); },
          [&](const command::ReadInputEnds& c) -> Body { return cluster.inputEnds(options_, c); },
          [&](const command::AssignInputs&) -> Body { return event::InputsAssigned{}; },
          [&](const command::RunBatch& c) -> Body { return compute(c); },
          [&](const command::RollBackBatch& c) -> Body { return event::BatchRolledBack{c.batch}; },
          [&](const command::WriteCheckpoint&) -> Body { return event::CheckpointWritten{}; },
          [&](const auto&) -> Body { return event::TimePassed{}; }},
      command);
}

std::string EngineDriver::kindOf(const Command& command) {
  return std::visit(
      Overloaded{[](const command::InitProducer&) { return std::string("init"); },
                 [](const command::ReadCluster&) { return std::string("read"); },
                 [](const command::CreateTopics&) { return std::string("create"); },
                 [](const command::RestoreState&) { return std::string("restore"); },
                 [](const command::CommitTransaction& c) { return transactionKind(c); },
                 [](const command::ReadDecisionEnds&) { return std::string("ends"); },
                 [](const command::IdentifyInputs&) { return std::string("identify"); },
                 [](const command::ReadInputEnds&) { return std::string("inputs"); },
                 [](const command::AssignInputs&) { return std::string("assign"); },
                 [](const command::RunBatch&) { return std::string("run"); },
                 [](const command::ConfirmBatch&) { return std::string("confirm"); },
                 [](const command::RollBackBatch&) { return std::string("rollback"); },
                 [](const command::WriteCheckpoint&) { return std::string("checkpoint"); },
                 [](const command::Claimed&) { return std::string("claimed"); },
                 [](const command::Report&) { return std::string("report"); },
                 [](const command::Stop&) { return std::string("stop"); }},
      command);
}

}  // namespace lockstep::test
