#include "src/runtime/control_plane.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <lockstep/model/internal_topics.hpp>

#include "src/runtime/retry.hpp"
#include "src/runtime/step_log.hpp"

namespace lockstep {
namespace {

using Timeout = std::chrono::milliseconds;

std::vector<PartitionOffset> zip(const std::vector<TopicPartition>& partitions,
                                 const std::vector<Offset>& offsets) {
  LOCKSTEP_CHECK(partitions.size() == offsets.size(), "one answer per partition");
  std::vector<PartitionOffset> zipped;
  zipped.reserve(partitions.size());
  for (std::size_t i = 0; i < partitions.size(); ++i) zipped.push_back({partitions[i], offsets[i]});
  return zipped;
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

ControlPlane::ControlPlane(Ports ports, Clock& clock, Options options)
    : ports_(std::move(ports)),
      clock_(clock),
      options_(std::move(options)),
      chosen_(options_.chosen) {}

event::ClusterRead ControlPlane::execute(const command::ReadCluster& command) {
  const StepLog step(clock_, "cluster read");
  event::ClusterRead read;
  read.status = readCluster(read, Deadline::in(clock_, command.timeout));
  return read;
}

event::TopicsCreated ControlPlane::execute(const command::CreateTopics& command) {
  return {retryUntil(Deadline::in(clock_, command.timeout), clock_, [&](Timeout left) {
    return ports_.cluster.createTopics(command.topics, left);
  })};
}

event::StateRestored ControlPlane::execute(const command::RestoreState& command) {
  if (ports_.files != nullptr) {
    auto status = ports_.files->recover(command.target.batch, command.outputs);
    if (!status.ok()) return {std::move(status)};
  }
  if (ports_.state == nullptr) return {Status()};
  const StepLog step(clock_, "state restored");
  auto report = ports_.state->restore(command.target, ports_.inputs, options_.restore_patience);
  if (!report.ok()) return {report.status()};
  return {ports_.state_restored(), report->tail};
}

event::DecisionEndsRead ControlPlane::execute(const command::ReadDecisionEnds& command) {
  auto topics = changelogs();
  append(topics, outputs());
  topics.push_back(ledgerTopic(options_.application));
  const auto deadline = Deadline::in(clock_, command.timeout);
  auto ends = offsets(&Cluster::highWatermarks, partitionsOf(topics), deadline);
  if (!ends.ok()) return {ends.status(), {}, {}};
  if (ports_.state == nullptr && !options_.read_owner) return {{}, std::move(ends).value(), {}};
  auto mark = ledgerMark(deadline);
  if (!mark.ok()) return {mark.status(), {}, {}};
  return {{}, std::move(ends).value(), std::move(mark).value()};
}

event::InputsIdentified ControlPlane::execute(const command::IdentifyInputs& command) {
  const auto inputs = this->inputs();
  auto ids = retryUntil(Deadline::in(clock_, command.timeout), clock_,
                        [&](Timeout left) { return ports_.cluster.topicIds(inputs, left); });
  if (!ids.ok()) return {ids.status(), {}};
  LOCKSTEP_CHECK(ids->size() == inputs.size(), "one answer per topic");
  event::InputsIdentified identified;
  for (std::size_t i = 0; i < ids->size(); ++i) {
    identified.inputs.push_back({inputs[i], std::move((*ids)[i])});
  }
  return identified;
}

event::InputEndsRead ControlPlane::execute(const command::ReadInputEnds& command) {
  event::InputEndsRead read;
  read.status = readInputEnds(command, Deadline::in(clock_, command.timeout), read);
  return read;
}

event::InputsAssigned ControlPlane::execute(const command::AssignInputs& command) {
  const StepLog step(clock_, "inputs assigned");
  event::InputsAssigned assigned{ports_.batch_input.assign(command.positions)};
  ports_.inputs.expect({});  // the start is over: what it did not need after all ends here
  return assigned;
}

Status ControlPlane::readInputEnds(const command::ReadInputEnds& command, Deadline deadline,
                                   event::InputEndsRead& read) {
  LOCKSTEP_TRY(ports_.inputs_complete());
  if (command.describe) {
    LOCKSTEP_TRY(matchTopics(deadline));
    LOCKSTEP_ASSIGN(read.topics, retryUntil(deadline, clock_, [&](Timeout left) {
                      return ports_.cluster.describe(inputs(), left);
                    }));
    read.matched = matched();
    for (const auto& input : read.topics) {
      const auto known = std::find_if(topics_.begin(), topics_.end(),
                                      [&](const auto& topic) { return topic.name == input.name; });
      if (known == topics_.end()) {
        topics_.push_back(input);
      } else {
        *known = input;
      }
    }
    LOCKSTEP_TRY(describeChosen(deadline));
    ports_.on_topics(topics_);
  }
  const auto partitions = partitionsOf(inputs());
  if (command.describe) {
    LOCKSTEP_ASSIGN(read.log_starts, offsets(&Cluster::logStarts, partitions, deadline));
  }
  LOCKSTEP_ASSIGN(read.ends, offsets(&Cluster::lastStable, partitions, deadline));
  return command.pending ? findPending(deadline, read) : Status();
}

/// The ends were read before: a transaction that has ended since counts as open still, never the
/// other way round.
Status ControlPlane::findPending(Deadline deadline, event::InputEndsRead& read) {
  Partitions partitions;
  for (const auto& end : read.ends) partitions.push_back(end.partition);
  LOCKSTEP_ASSIGN(const auto marks, offsets(&Cluster::highWatermarks, partitions, deadline));
  for (std::size_t i = 0; i < marks.size(); ++i)
    if (read.ends[i].next < marks[i].next) read.pending.push_back(marks[i].partition);
  std::sort(read.pending.begin(), read.pending.end());
  return {};
}

/// Several requests make one reading. Another instance that starts meanwhile fences us and commits
/// in between: then they do not fit together, and would look like damage. Every transaction commits
/// the ledger's offset with metadata of its own, so two equal looks at it frame a quiet time.
Status ControlPlane::readCluster(event::ClusterRead& read, Deadline deadline) {
  const auto mark = [&] { return ledgerMark(deadline); };
  LOCKSTEP_ASSIGN(const auto before, mark());
  LOCKSTEP_TRY(describe(read, deadline));
  LOCKSTEP_TRY(readOffsets(read, deadline));
  LOCKSTEP_TRY(readLedger(read, deadline));
  matchListed(read.ledger, read.topics);
  read.matched = matched();
  LOCKSTEP_ASSIGN(const auto after, mark());
  if (before.offset != after.offset || before.metadata != after.metadata) {
    return Status::retry("another instance has committed while the cluster was read");
  }
  read.has_local_state = ports_.has_local_state();
  return {};
}

Result<CommittedOffset> ControlPlane::ledgerMark(Deadline deadline) {
  const auto ledger = ledgerPartition(options_.application);
  LOCKSTEP_ASSIGN(auto committed, retryUntil(deadline, clock_, [&](Timeout left) {
                    return ports_.cluster.committed({&ledger, 1}, left);
                  }));
  LOCKSTEP_CHECK(committed.size() == 1, "one answer per partition");
  return std::move(committed.front());
}

/// Topics that have come or gone since the last look; the others as they are now.
Status ControlPlane::describeChosen(Deadline deadline) {
  auto names = chosen_.names();
  LOCKSTEP_TRY(chosen_.find(ports_.cluster, clock_, deadline));
  for (const auto& name : chosen_.names())
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  if (names.empty()) return {};
  LOCKSTEP_ASSIGN(auto described, retryUntil(deadline, clock_, [&](Timeout left) {
                    return ports_.cluster.describe(names, left);
                  }));
  chosen_.refuse(described);
  for (auto& topic : described) {
    std::erase_if(topics_, [&](const auto& known) { return known.name == topic.name; });
    topics_.push_back(std::move(topic));
  }
  return {};
}

/// Topics that were seen once stay: one that is gone is missed, like one with a name in the file.
Status ControlPlane::matchTopics(Deadline deadline) {
  if (options_.patterns.empty()) return {};
  LOCKSTEP_ASSIGN(const auto names, retryUntil(deadline, clock_, [&](Timeout left) {
                    return ports_.cluster.topicNames(left);
                  }));
  for (const auto& name : names) {
    const auto pattern = patternOf(name);
    if (!pattern.empty()) matched_.emplace(name, pattern);
  }
  return {};
}

/// "" for a topic that is named, belongs to Kafka or to the application, or matches nothing.
std::string ControlPlane::patternOf(const std::string& topic) const {
  const auto& named = options_.inputs;
  if (topic.starts_with("__") || isInternalTopic(topic, options_.application) ||
      std::find(named.begin(), named.end(), topic) != named.end())
    return {};
  for (const auto& pattern : options_.patterns) {
    if (pattern.matches(topic)) return pattern.text;
  }
  return {};
}

std::vector<event::MatchedTopic> ControlPlane::matched() const {
  std::vector<event::MatchedTopic> matched;
  for (const auto& [topic, pattern] : matched_) matched.push_back({topic, pattern});
  return matched;
}

/// A topic of the ledger that matches was an input, even if it is gone by now.
void ControlPlane::matchListed(const LedgerRecord& ledger, std::vector<TopicDescription>& topics) {
  for (const auto& listed : ledger.topics) {
    const bool known = std::any_of(topics.begin(), topics.end(),
                                   [&](const auto& topic) { return topic.name == listed.topic; });
    const auto pattern = known ? "" : patternOf(listed.topic);
    if (pattern.empty()) continue;
    topics.emplace_back().name = listed.topic;
    matched_.emplace(listed.topic, pattern);
  }
}

Status ControlPlane::describe(event::ClusterRead& read, Deadline deadline) {
  LOCKSTEP_TRY(matchTopics(deadline));
  LOCKSTEP_TRY(chosen_.find(ports_.cluster, clock_, deadline));
  const auto names = allTopics();
  LOCKSTEP_ASSIGN(topics_, retryUntil(deadline, clock_, [&](Timeout left) {
                    return ports_.cluster.describe(names, left);
                  }));
  chosen_.refuse(topics_);
  read.topics = topics_;
  ports_.on_topics(topics_);
  return {};
}

Status ControlPlane::readOffsets(event::ClusterRead& read, Deadline deadline) {
  const auto inputs = partitionsOf(this->inputs());
  auto owned = inputs;
  append(owned, partitionsOf({ledgerTopic(options_.application)}));
  LOCKSTEP_ASSIGN(read.committed, retryUntil(deadline, clock_, [&](Timeout left) {
                    return ports_.cluster.committed(owned, left);
                  }));

  auto started = inputs;
  append(started, partitionsOf(changelogs()));
  append(started, partitionsOf({ledgerTopic(options_.application)}));
  LOCKSTEP_ASSIGN(read.log_starts, offsets(&Cluster::logStarts, started, deadline));
  LOCKSTEP_ASSIGN(read.last_stable, offsets(&Cluster::lastStable, inputs, deadline));

  auto written = partitionsOf(changelogs());
  append(written, partitionsOf(options_.source_topics));
  append(written, partitionsOf(outputs()));
  append(written, partitionsOf({ledgerTopic(options_.application)}));
  LOCKSTEP_ASSIGN(read.high_watermarks, offsets(&Cluster::highWatermarks, written, deadline));
  return {};
}

/// The ledger partition's committed offset is a lower bound: the last record lies at or behind it.
Status ControlPlane::readLedger(event::ClusterRead& read, Deadline deadline) {
  const auto ledger = ledgerPartition(options_.application);
  const auto offsetOf = [&](const std::vector<PartitionOffset>& offsets) -> std::optional<Offset> {
    for (const auto& offset : offsets) {
      if (offset.partition == ledger) return offset.next;
    }
    return std::nullopt;
  };
  const auto end = offsetOf(read.high_watermarks);
  if (!end) return {};  // no ledger topic: the engine decides whether that is legal
  Offset from = offsetOf(read.log_starts).value_or(Offset{0});
  for (const auto& committed : read.committed) {
    if (committed.partition == ledger && committed.offset) from = std::max(from, *committed.offset);
  }
  if (from >= *end) return {};
  LOCKSTEP_ASSIGN(auto input, ports_.inputs.createInput());
  const PartitionOffset position{ledger, from};
  LOCKSTEP_TRY(input->assign({&position, 1}));
  return takeLastRecord(input->partition(ledger), *end, deadline, read);
}

Status ControlPlane::takeLastRecord(PartitionInput& ledger, Offset until, Deadline deadline,
                                    event::ClusterRead& read) {
  for (;;) {
    LOCKSTEP_ASSIGN(auto next, ledger.read(until, deadline));
    if (next.chunk != nullptr && !next.chunk->records().empty()) {
      const auto& last = next.chunk->records().back();
      LOCKSTEP_ASSIGN(read.ledger, decodeLedgerRecord(last.value.value_or("")));
      read.ledger_hash = ledgerHash(last.value.value_or(""));
      read.has_ledger_record = true;
    }
    if (next.complete) return {};
    if (deadline.passed(clock_)) {
      return Status::retry(fmt::format("the ledger {} could not be read up to {} in time",
                                       ledgerTopic(options_.application), until.value()));
    }
  }
}

Result<std::vector<PartitionOffset>> ControlPlane::offsets(Question question,
                                                           const Partitions& partitions,
                                                           Deadline deadline) {
  LOCKSTEP_ASSIGN(auto found, retryUntil(deadline, clock_, [&](Timeout left) {
                    return (ports_.cluster.*question)(partitions, left);
                  }));
  return zip(partitions, found);
}

std::vector<std::string> ControlPlane::changelogs() const {
  std::vector<std::string> topics;
  for (const auto& id : options_.state_operators)
    topics.push_back(changelogTopic(options_.application, id));
  return topics;
}

/// Named, dead letters, and those that records choose; an input may be among the last.
std::vector<std::string> ControlPlane::outputs() const {
  auto topics = options_.outputs;
  for (const auto& name : chosen_.names()) {
    const auto inputs = this->inputs();
    if (std::find(topics.begin(), topics.end(), name) == topics.end() &&
        std::find(inputs.begin(), inputs.end(), name) == inputs.end())
      topics.push_back(name);
  }
  return topics;
}

std::vector<std::string> ControlPlane::inputs() const {
  auto topics = options_.inputs;
  for (const auto& [topic, pattern] : matched_) topics.push_back(topic);
  return topics;
}

std::vector<std::string> ControlPlane::allTopics() const {
  auto topics = inputs();
  append(topics, options_.source_topics);
  append(topics, outputs());
  append(topics, changelogs());
  topics.push_back(ledgerTopic(options_.application));
  return topics;
}

ControlPlane::Partitions ControlPlane::partitionsOf(const std::vector<std::string>& topics) const {
  Partitions partitions;
  for (const auto& name : topics) {
    for (const auto& topic : topics_) {
      if (topic.name != name || !topic.exists) continue;
      for (std::int32_t i = 0; i < topic.partitions; ++i)
        partitions.push_back({name, Partition{i}});
    }
  }
  return partitions;
}

}  // namespace lockstep
