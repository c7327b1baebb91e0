#include "src/engine/recovery.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <lockstep/model/internal_topics.hpp>

#include "src/engine/errors.hpp"

namespace lockstep {
namespace {

/// Decides one start; the steps in the order of run().
class Recoverer {
 public:
  Recoverer(const EngineOptions& options, const Ownership& owned, const ClusterView& cluster)
      : options_(options), owned_(owned), cluster_(cluster), ledger_(cluster.read().ledger) {
    addInputs();
  }

  Result<Recovery> run();

 private:
  void addInputs();
  [[nodiscard]] bool holdsPositions(const NewTopic& topic) const;
  [[nodiscard]] bool cameLater(const EngineOptions::InputTopic& topic) const;
  [[nodiscard]] bool anythingCommitted() const;
  [[nodiscard]] bool changelogHasRecords(const StateDeclaration& state) const;
  [[nodiscard]] bool fresh() const;
  [[nodiscard]] Status refuseWithoutLedger() const;
  Status checkLedger() const;
  [[nodiscard]] Result<std::optional<CommitMetadata>> ledgerMark() const;
  Status reopenLastBatch();
  Status checkSignatures() const;
  Status checkChangelogs();
  void planCreation();
  Status choosePositions();
  Result<Offset> position(const EngineOptions::InputTopic& topic, const TopicPartition& partition);
  [[nodiscard]] Status checkInLog(const TopicPartition& partition, Offset position) const;
  Status checkOpenPlan();
  [[nodiscard]] bool lists(const std::string& topic) const;
  [[nodiscard]] bool beginsTable(const std::string& topic) const;

  const EngineOptions& options_;
  const Ownership& owned_;
  const ClusterView& cluster_;
  const LedgerRecord& ledger_;
  Recovery recovery_;
};

Result<Recovery> Recoverer::run() {
  const auto& read = cluster_.read();
  LOCKSTEP_TRY(checkTopics(options_, recovery_.inputs, cluster_, ledger_));
  if (!read.has_ledger_record && !fresh()) return refuseWithoutLedger();
  if (read.has_ledger_record) {
    LOCKSTEP_TRY(checkLedger());
    LOCKSTEP_TRY(checkSignatures());
    LOCKSTEP_TRY(checkChangelogs());
  }
  planCreation();
  if (!recovery_.create.empty()) return std::move(recovery_);

  auto& committed = recovery_.committed;
  committed.last = ledger_;
  committed.last_hash = read.ledger_hash;
  committed.ends = read.high_watermarks;
  LOCKSTEP_TRY(choosePositions());
  LOCKSTEP_TRY(checkOpenPlan());
  if (options_.atLeastOnce()) LOCKSTEP_TRY(reopenLastBatch());
  committed.last.topics = identities(options_, recovery_.inputs, cluster_);
  const auto ledger = ledgerPartition(options_.application);
  if (const auto* offset = cluster_.committed(ledger)) {
    committed.ledger_offset = *offset->offset;
  } else {
    committed.ledger_offset = cluster_.logStart(ledger).value_or(Offset{0});
  }
  return std::move(recovery_);
}

void Recoverer::addInputs() {
  auto& inputs = recovery_.inputs;
  inputs = options_.inputs;
  for (const auto& matched : cluster_.read().matched) {
    StartFrom start = StartFrom::kEarliest;
    for (const auto& pattern : options_.patterns) {
      if (pattern.text == matched.pattern) start = pattern.start;
    }
    inputs.push_back({matched.topic, start, matched.pattern});
  }
}

bool Recoverer::anythingCommitted() const {
  const auto& committed = cluster_.read().committed;
  return std::any_of(committed.begin(), committed.end(),
                     [](const CommittedOffset& offset) { return offset.offset.has_value(); });
}

bool Recoverer::changelogHasRecords(const StateDeclaration& state) const {
  const auto topic = changelogTopic(options_.application, state.id);
  const auto& ends = cluster_.read().high_watermarks;
  return std::any_of(ends.begin(), ends.end(), [&](const PartitionOffset& end) {
    return end.partition.topic == topic && end.next > Offset{0};
  });
}

/// What a file reader has read: a fresh application would leave those files out.
bool Recoverer::holdsPositions(const NewTopic& topic) const {
  const auto& ends = cluster_.read().high_watermarks;
  return std::any_of(ends.begin(), ends.end(), [&](const PartitionOffset& end) {
    return end.partition.topic == topic.name && end.next > Offset{0};
  });
}

bool Recoverer::fresh() const {
  const auto& states = options_.state;
  const auto& sources = options_.source_topics;
  return std::none_of(sources.begin(), sources.end(),
                      [&](const NewTopic& topic) { return holdsPositions(topic); }) &&
         !anythingCommitted() && !cluster_.read().has_local_state &&
         std::none_of(states.begin(), states.end(),
                      [&](const StateDeclaration& state) { return changelogHasRecords(state); });
}

/// There is no ledger record, but something else of the application: say what.
Status Recoverer::refuseWithoutLedger() const {
  const auto ledger = ledgerTopic(options_.application);
  for (const auto& offset : cluster_.read().committed) {
    if (!offset.offset) continue;
    if (!parseCommitMetadata(offset.metadata)) {
      return errors::data(options_, "E209",
                          fmt::format("{}: offset {} was committed by another program",
                                      toString(offset.partition), offset.offset->value()));
    }
    return errors::data(options_, "E207",
                        fmt::format("the ledger {} holds no record, but offset {} of {} is "
                                    "committed",
                                    ledger, offset.offset->value(), toString(offset.partition)));
  }
  for (const auto& state : options_.state) {
    if (!changelogHasRecords(state)) continue;
    return errors::data(options_, "E207",
                        fmt::format("the ledger {} holds no record, but the changelog {} does",
                                    ledger, changelogTopic(options_.application, state.id)));
  }
  for (const auto& topic : options_.source_topics) {
    if (!holdsPositions(topic)) continue;
    return errors::data(options_, "E207",
                        fmt::format("the ledger {} holds no record, but {} knows files that were "
                                    "read",
                                    ledger, topic.name));
  }
  return errors::data(options_, "E221",
                      "state.dir holds state, but there are no committed offsets and no ledger");
}

Status Recoverer::checkLedger() const {
  const auto ledger = ledgerPartition(options_.application);
  const auto end = cluster_.highWatermark(ledger).value_or(Offset{0});
  Offset least{0};
  for (const auto& known : ledger_.ends) {
    if (known.partition == ledger) least = std::max(least, known.next);
  }
  const auto* offset = cluster_.committed(ledger);
  if (offset != nullptr) least = std::max(least, *offset->offset);
  if (end < least) {
    return errors::data(options_, "E207",
                        fmt::format("{} ends at {}, below its known offset {}", toString(ledger),
                                    end.value(), least.value()));
  }
  LOCKSTEP_ASSIGN(const auto metadata, ledgerMark());
  if (metadata && metadata->batch != ledger_.batch.id && !options_.atLeastOnce()) {
    return errors::data(options_, "E207",
                        fmt::format("the ledger's last record is of batch {}, but batch {} is "
                                    "committed",
                                    ledger_.batch.id.value(), metadata->batch.value()));
  }
  return {};
}

/// What was committed beside the ledger's offset; nothing when that has expired.
Result<std::optional<CommitMetadata>> Recoverer::ledgerMark() const {
  const auto ledger = ledgerPartition(options_.application);
  const auto* offset = cluster_.committed(ledger);
  if (offset == nullptr) return std::optional<CommitMetadata>();
  auto metadata = parseCommitMetadata(offset->metadata);
  if (!metadata) {
    return errors::data(options_, "E209",
                        fmt::format("{}: offset {} was committed by another program",
                                    toString(ledger), offset->offset->value()));
  }
  return metadata;
}

/// at_least_once: the last batch of the ledger may have been written without its offsets. Its input
/// is read again then, and what it closed is open again. Its id is not used again.
Status Recoverer::reopenLastBatch() {
  LOCKSTEP_ASSIGN(const auto metadata, ledgerMark());
  auto& batch = recovery_.committed.last.batch;
  if (batch.id == BatchId{0} || (metadata && metadata->batch == batch.id)) return {};
  if (metadata) batch.id = std::max(batch.id, metadata->batch);
  // Older versions did not write down what had been closed before.
  if (!batch.closes_first.empty())
    batch.closed_before =
        std::min(batch.closed_before, batch.closes_first.front() - std::chrono::milliseconds(1));
  batch.closes_first.clear();
  batch.closes_own_tick = false;
  return {};
}

/// The changelog holds values as the operator of that time wrote them; the folder, which knows its
/// signature too, may be lost.
Status Recoverer::checkSignatures() const {
  for (const auto& declared : options_.state) {
    for (const auto& stored : ledger_.states) {
      if (stored.id != declared.id || stored == declared) continue;
      return errors::stop(
          options_, ExitCode::kData, "E231",
          fmt::format("the state of '{}' cannot be read by this graph: {}. Nothing was committed.",
                      declared.id, difference(stored, declared)),
          "change it back, give the operator a new id, or: lockstep reset FILE --state clear");
    }
  }
  return {};
}

Status Recoverer::checkChangelogs() {
  for (const auto& state : options_.state) {
    const auto name = changelogTopic(options_.application, state.id);
    const auto* topic = cluster_.topic(name);
    if (topic == nullptr) continue;  // checkTopics() refused if the ledger lists it
    if (!lists(name) && changelogHasRecords(state)) {
      return errors::data(
          options_, "E208",
          fmt::format("the changelog {} holds records of an earlier operator", name));
    }
    if (topic->partitions != static_cast<std::int32_t>(state.shards)) {
      return errors::data(options_, "E208",
                          fmt::format("the changelog {} has {} partitions, but operator {} has {} "
                                      "shards",
                                      name, topic->partitions, state.id, state.shards));
    }
    for (const auto& known : ledger_.ends) {
      if (known.partition.topic != name) continue;
      const auto end = cluster_.highWatermark(known.partition).value_or(Offset{0});
      if (end >= known.next) continue;
      return errors::data(options_, "E208",
                          fmt::format("{} was truncated: it ends at {}, below {}",
                                      toString(known.partition), end.value(), known.next.value()));
    }
  }
  return {};
}

/// Internal topics are created by a fresh application, and for new operators.
void Recoverer::planCreation() {
  const auto create = [&](const std::string& name, std::int32_t partitions) {
    if (cluster_.topic(name) != nullptr) return;
    recovery_.create.push_back(
        {name,
         partitions,
         -1,
         {{"cleanup.policy", "compact"}, {"delete.retention.ms", "604800000"}}});
  };
  create(ledgerTopic(options_.application), 1);
  for (const auto& own : options_.source_topics) {
    if (cluster_.topic(own.name) == nullptr) recovery_.create.push_back(own);
  }
  for (const auto& state : options_.state) {
    create(changelogTopic(options_.application, state.id), static_cast<std::int32_t>(state.shards));
  }
}

Status Recoverer::choosePositions() {
  auto& positions = recovery_.committed.positions;
  for (const auto& input : recovery_.inputs) {
    const auto* topic = cluster_.topic(input.topic);
    for (std::int32_t i = 0; i < topic->partitions; ++i) {
      const TopicPartition partition{input.topic, Partition{i}};
      if (!owned_.owns(partition)) continue;
      LOCKSTEP_ASSIGN(const Offset next, position(input, partition));
      LOCKSTEP_TRY(checkInLog(partition, next));
      positions.push_back({partition, next});
    }
  }
  std::sort(positions.begin(), positions.end());
  positions.erase(std::unique(positions.begin(), positions.end()), positions.end());
  return {};
}

Result<Offset> Recoverer::position(const EngineOptions::InputTopic& topic,
                                   const TopicPartition& partition) {
  if (beginsTable(topic.topic)) {
    const auto start = cluster_.logStart(partition).value_or(Offset{0});
    recovery_.notes.push_back(fmt::format("{}: a table that has no state yet, from {}",
                                          toString(partition), start.value()));
    return start;
  }
  const auto& ranges = ledger_.batch.ranges;
  const auto listed = std::find_if(ranges.begin(), ranges.end(), [&](const OffsetRange& range) {
    return range.partition == partition;
  });
  if (const auto* committed = cluster_.committed(partition)) {
    const auto metadata = parseCommitMetadata(committed->metadata);
    if (!metadata) {
      return errors::data(options_, "E209",
                          fmt::format("{}: offset {} was committed by another program",
                                      toString(partition), committed->offset->value()));
    }
    if (listed != ranges.end() && !options_.atLeastOnce() &&
        (metadata->batch != ledger_.batch.id || *committed->offset != listed->until)) {
      return errors::data(
          options_, "E212",
          fmt::format("{}: offset {} of batch {} is committed, but the ledger says {} of batch {}",
                      toString(partition), committed->offset->value(), metadata->batch.value(),
                      listed->until.value(), ledger_.batch.id.value()));
    }
    return *committed->offset;
  }
  if (listed != ranges.end()) {
    // Under at_least_once the ledger's last batch may have been written without its offsets.
    const auto next = options_.atLeastOnce() ? listed->from : listed->until;
    recovery_.notes.push_back(
        fmt::format("{}: the committed offset has expired; continuing at {}, "
                    "as the ledger says",
                    toString(partition), next.value()));
    return next;
  }
  if (lists(partition.topic) || cameLater(topic)) {
    const auto start = cluster_.logStart(partition).value_or(Offset{0});
    recovery_.notes.push_back(
        fmt::format("{}: new partition, from {}", toString(partition), start.value()));
    return start;
  }
  return chooseStart(options_, cluster_, topic, partition);
}

Status Recoverer::checkInLog(const TopicPartition& partition, Offset position) const {
  const auto start = cluster_.logStart(partition);
  if (start && position < *start) {
    return errors::data(
        options_, "E203",
        fmt::format("{}: committed offset {} is below the log start {}; {} records are gone",
                    toString(partition), position.value(), start->value(),
                    lockstep::span(position, *start)));
  }
  const auto end = cluster_.lastStable(partition);
  if (end && position > *end) {
    return errors::data(options_, "E204",
                        fmt::format("{}: committed offset {} is past the end of the log {}",
                                    toString(partition), position.value(), end->value()));
  }
  return {};
}

/// A planned batch runs again with exactly its content, or not at all.
Status Recoverer::checkOpenPlan() {
  auto& committed = recovery_.committed;
  if (!committed.hasOpenPlan()) return {};
  auto& plan = committed.last.open_plan;
  const bool same_graph = ledger_.graph_hash == options_.graph_hash && options_.side_effects;
  if (!same_graph && !options_.accept_changed_plan) {
    return errors::stop(
        options_, ExitCode::kData, "E215",
        fmt::format("batch {} was planned by another graph and may have run in part",
                    plan.id.value()),
        "run the old file once to finish the batch, or accept that it runs with "
        "the new graph: --accept-changed-plan");
  }
  const auto& positions = committed.positions;
  std::erase_if(plan.ranges, [&](const OffsetRange& range) {
    return std::none_of(positions.begin(), positions.end(), [&](const PartitionOffset& position) {
      return position.partition == range.partition && position.next == range.from;
    });
  });
  if (same_graph && plan.ranges.size() != ledger_.open_plan.ranges.size()) {
    return errors::data(options_, "E212",
                        fmt::format("the plan of batch {} does not start at the committed offsets",
                                    plan.id.value()));
  }
  return {};
}

/// A table whose state is new is made of all its topic holds, whatever was read of it before.
bool Recoverer::beginsTable(const std::string& topic) const {
  return std::any_of(options_.tables.begin(), options_.tables.end(), [&](const auto& table) {
    return table.topic == topic && !lists(changelogTopic(options_.application, table.state_id));
  });
}

/// Its pattern is not new: topics that match were read before, and this one was not there.
bool Recoverer::cameLater(const EngineOptions::InputTopic& topic) const {
  if (topic.pattern.empty()) return false;
  return std::any_of(recovery_.inputs.begin(), recovery_.inputs.end(), [&](const auto& other) {
    return other.pattern == topic.pattern && lists(other.topic);
  });
}

bool Recoverer::lists(const std::string& topic) const {
  return std::any_of(ledger_.topics.begin(), ledger_.topics.end(),
                     [&](const TopicIdentity& identity) { return identity.topic == topic; });
}

}  // namespace

Result<Recovery> recover(const EngineOptions& options, const Ownership& owned,
                         const ClusterView& cluster) {
  return Recoverer(options, owned, cluster).run();
}

Result<Offset> chooseStart(const EngineOptions& options, const ClusterView& cluster,
                           const EngineOptions::InputTopic& topic,
                           const TopicPartition& partition) {
  switch (topic.start) {
    case StartFrom::kEarliest:
      return cluster.logStart(partition).value_or(Offset{0});
    case StartFrom::kLatest:
      return cluster.lastStable(partition).value_or(Offset{0});
    case StartFrom::kStop:
      break;
  }
  return errors::stop(options, ExitCode::kData, "E214",
                      fmt::format("{} has no committed position, and its input says start: stop",
                                  toString(partition)),
                      "start: earliest or start: latest");
}

}  // namespace lockstep
