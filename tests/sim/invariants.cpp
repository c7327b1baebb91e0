#include "tests/sim/invariants.hpp"

#include <algorithm>
#include <utility>

#include <lockstep/model/checkpoint_positions.hpp>
#include <lockstep/model/internal_topics.hpp>

#include "tests/sim/graphs.hpp"
#include "tests/sim/mutants.hpp"

namespace lockstep::sim {
namespace {

using Groups = std::map<std::string, std::vector<std::string>>;

std::string shownBytes(const std::string& bytes) {
  const bool plain = std::all_of(bytes.begin(), bytes.end(), [](char c) { return c >= ' '; });
  if (plain) return bytes;
  std::string text = "0x";
  for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

/// Records that have to keep their order are in one group: one key, of graphs that do not bring
/// partitions together from one input partition.
Groups grouped(const std::vector<Seen>& records, bool by_key) {
  Groups groups;
  for (const auto& record : records) {
    const auto value = record.value.value_or("null");
    auto group = record.key.value_or("~");
    if (!by_key) group += " from " + value.substr(0, value.find(':'));
    groups[group].push_back(shownBytes(value));
  }
  for (auto& [name, values] : groups) {
    if (name.starts_with("~")) std::sort(values.begin(), values.end());  // no order without a key
  }
  return groups;
}

std::string difference(const Groups& expected, const Groups& found) {
  const auto text = [](const Groups& groups, const std::string& name) {
    const auto group = groups.find(name);
    return group == groups.end() ? std::string("nothing")
                                 : fmt::format("{}", fmt::join(group->second, " "));
  };
  for (const auto& groups : {expected, found}) {
    for (const auto& [name, values] : groups) {
      if (text(expected, name) != text(found, name))
        return fmt::format("key {}: expected {}, found {}", name, text(expected, name),
                           text(found, name));
    }
  }
  return {};
}

std::string beginOf(const std::vector<OffsetRange>& ranges) {
  std::string text;
  for (const auto& range : ranges)
    text += fmt::format("{}@{} ", range.partition.partition.value(), range.from.value());
  return text;
}

std::string endOf(const std::vector<OffsetRange>& ranges, BatchTime time) {
  std::string text;
  for (const auto& range : ranges) text += fmt::format("{} ", range.until.value());
  return text + fmt::format("at {}", time.time_since_epoch().count());
}

}  // namespace

Invariants::Invariants(memory::MemoryKafka& kafka, const Options& options, Trace& trace)
    : kafka_(kafka), options_(options), trace_(trace), oracle_(options), history_(kafka, options) {}

void Invariants::transactionCommitted() {
  if (options_.at_least_once) return offsetsCommitted();
  const auto delta = readDelta();
  if (violation_ || !delta) return;
  checkOffsetsGoForward(*delta);
  checkOwner(*delta);
  checkTopicIds(*delta);
  const auto plan = checkTiles(*delta);
  if (violation_) return;
  Oracle::Expected expected;
  if (plan) checkTableFirst(*plan, delta->metadata.owner);
  if (plan) expected = oracle_.batch(inputOf(*plan, delta->offsets, delta->input), *plan);
  checkOutputs(*delta, expected);
  checkDeadLetters(*delta, expected);
  checkChangelog(*delta, expected);
  if (plan) checkEffect(*plan);
  last_ = delta->metadata;
  offsets_ = delta->offsets;
  if (const auto early = early_checkpoints_.extract(last_.batch)) {
    checkCheckpoint(last_.batch, early.mapped());
  }
  std::string shown;
  for (const auto& [partition, offset] : offsets_)
    shown += fmt::format(" {}={}", toString(partition), offset);
  trace_.add("committed: {} offsets{}", format(last_), shown);
}

std::optional<Invariants::Delta> Invariants::readDelta() {
  Delta delta;
  auto owned = history_.partitions();
  owned.push_back(ledgerPartition(kApplication));
  const auto committed = kafka_.admin().committed(kApplication, owned);
  checkOffsetsAgree(committed);
  if (violation_) return std::nullopt;
  const auto metadata = parseCommitMetadata(committed.back().metadata);
  if (!metadata) {
    violated("I6: offsets were committed without Lockstep's metadata");
    return std::nullopt;
  }
  delta.metadata = *metadata;
  delta.offsets = offsets_;
  for (const auto& offset : committed) {
    const bool input = offset.partition.topic != ledgerTopic(kApplication);
    if (input && offset.offset) delta.offsets[offset.partition] = offset.offset->value();
  }
  delta.outputs = newRecords(kOutputTopic);
  delta.dead_letters = newRecords(kDeadLetterTopic);
  delta.changelog = newRecords(changelogTopic(kApplication, stateIdOf(options_)));
  delta.ledger = newRecords(ledgerTopic(kApplication));
  // With a topic its committed offsets are deleted: the ledger has them.
  if (delta.ledger.size() == 1 && delta.metadata.batch != last_.batch) {
    const auto record = decodeLedgerRecord(delta.ledger.front().value.value_or(""));
    for (const auto& range : record.ok() ? record->batch.ranges : std::vector<OffsetRange>()) {
      if (history_.isGone(range.partition.topic))
        delta.offsets[range.partition] = range.until.value();
    }
  }
  readInput(delta);
  return delta;
}

/// A partition that was not read before starts at its beginning.
std::int64_t Invariants::offsetBefore(const TopicPartition& partition) const {
  const auto known = offsets_.find(partition);
  return known == offsets_.end() ? 0 : known->second;
}

void Invariants::readInput(Delta& delta) {
  for (const auto& [partition, until] : delta.offsets) {
    if (until > history_.end(partition)) {
      violated(fmt::format("I2: offset {} of {} is committed, beyond the log's end", until,
                           toString(partition)));
      return;
    }
    delta.input.push_back(history_.between(partition, offsetBefore(partition), until));
  }
}

std::vector<Seen> Invariants::newRecords(const std::string& topic) {
  const auto partitions = kafka_.broker().withParts([&](memory::Broker::Parts& parts) {
    const auto* found = parts.topics.find(topic);
    return found == nullptr ? 0 : static_cast<int>(found->partitions.size());
  });
  std::vector<Seen> all;
  for (int i = 0; i < partitions; ++i) {
    auto records = newRecords({topic, Partition{i}});
    std::move(records.begin(), records.end(), std::back_inserter(all));
  }
  return all;
}

std::vector<Seen> Invariants::newRecords(const TopicPartition& partition) {
  return kafka_.broker().withParts([&](memory::Broker::Parts& parts) {
    std::vector<Seen> records;
    auto& cursor = cursors_[partition];
    const auto slice =
        parts.topics.log(partition)->read(cursor, static_cast<std::size_t>(-1), true);
    for (const auto& piece : slice.pieces) {
      for (const auto& record : piece.block->records()) {
        if (piece.base + record.offset_delta < cursor) continue;
        records.push_back({partition.partition, std::optional<std::string>(record.key),
                           std::optional<std::string>(record.value)});
      }
    }
    cursor = slice.next;
    return records;
  });
}

/// I6: all partitions of a transaction agree: they carry the same batch, owner and beat.
void Invariants::checkOffsetsAgree(const std::vector<CommittedOffset>& committed) {
  const auto& ledger = committed.back();
  for (const auto& offset : committed) {
    if (offset.offset && offset.metadata == ledger.metadata) continue;
    const bool may_be_new = claimed() || options_.has(Fault::kGrowth) || options_.pattern;
    const bool unknown =
        offset.partition != ledger.partition && may_be_new && !offsets_.contains(offset.partition);
    if (!offset.offset && (unknown || history_.isGone(offset.partition.topic))) continue;
    violated(fmt::format("I6: {} has '{}' where {} has '{}'", toString(offset.partition),
                         offset.offset ? offset.metadata : "nothing", toString(ledger.partition),
                         ledger.metadata));
  }
}

/// I7: committed offsets and batch ids never go back.
void Invariants::checkOffsetsGoForward(const Delta& delta) {
  for (const auto& [partition, offset] : delta.offsets) {
    const auto before = offsetBefore(partition);
    if (offset < before)
      violated(fmt::format("I7: the offset of {} went back from {} to {}", toString(partition),
                           before, offset));
  }
  const auto batch = delta.metadata.batch.value();
  if (batch != last_.batch.value() && batch != last_.batch.value() + 1)
    violated(fmt::format("I7: batch {} follows batch {}", batch, last_.batch.value()));
}

/// I8: once another instance has claimed the application, the older one shows nothing, unless it
/// fences the other in turn and claims anew. So incarnations only grow, each is one owner's, and a
/// new one begins with its claim.
void Invariants::checkOwner(const Delta& delta) {
  const auto& now = delta.metadata;
  if (now.incarnation < last_.incarnation)
    violated(
        fmt::format("I8: incarnation {} committed although incarnation {} had claimed the "
                    "application after it",
                    now.incarnation.value(), last_.incarnation.value()));
  if (now.incarnation == last_.incarnation) {
    if (now.owner != last_.owner) violated("I8: two owners have one incarnation");
    return;
  }
  const auto record = delta.ledger.size() == 1
                          ? decodeLedgerRecord(delta.ledger.front().value.value_or(""))
                          : Result<LedgerRecord>(Status::abort("none"));
  if (!record.ok() || record->kind != LedgerKind::kClaim || record->owner != now.owner)
    violated(fmt::format("I8: incarnation {} committed without a claim", now.incarnation.value()));
  last_claims_[fmt::format("{:016x}", now.owner.value())] = now.incarnation;
}

/// I2: the ranges of committed batches tile each input partition; the offsets move with them.
std::optional<BatchPlan> Invariants::checkTiles(const Delta& delta) {
  const bool is_batch = delta.metadata.batch != last_.batch;
  if (delta.ledger.size() > 1) violated("I3: two ledger records in one transaction");
  if (!is_batch) {
    for (const auto& [partition, offset] : delta.offsets) {
      if (offset != offsetBefore(partition))
        violated(fmt::format("I2: the offset of {} moved from {} to {} without a batch",
                             toString(partition), offsetBefore(partition), offset));
    }
    return std::nullopt;
  }
  if (delta.ledger.empty()) {
    violated(fmt::format("I3: batch {} is committed without its ledger record",
                         delta.metadata.batch.value()));
    return std::nullopt;
  }
  const auto record = decodeLedgerRecord(delta.ledger.front().value.value_or(""));
  if (!record.ok() || record->kind != LedgerKind::kBatch ||
      record->batch.id != delta.metadata.batch) {
    violated("I2: the ledger's record is not of the committed batch");
    return std::nullopt;
  }
  for (const auto& [partition, offset] : delta.offsets) {
    const auto range = std::find_if(record->batch.ranges.begin(), record->batch.ranges.end(),
                                    [&](const auto& one) { return one.partition == partition; });
    const auto before = offsetBefore(partition);
    // A plan from before a topic grew does not name its new partitions.
    if (range == record->batch.ranges.end() && offset == before) continue;
    if (range == record->batch.ranges.end() || range->from.value() != before ||
        range->until.value() != offset)
      violated(fmt::format("I2: batch {} says {}, but offsets of {} went from {} to {}",
                           delta.metadata.batch.value(),
                           range == record->batch.ranges.end() ? "nothing" : toString(*range),
                           toString(partition), before, offset));
  }
  for (const auto& range : record->batch.ranges) {
    if (!delta.offsets.contains(range.partition))
      violated(fmt::format("I6: batch {} has {}, but no offset of it is committed",
                           delta.metadata.batch.value(), toString(range)));
  }
  if (record->batch.time < last_time_) violated("I2: batch time went back");
  last_time_ = record->batch.time;
  return record->batch;
}

/// I1: each input record below the committed offset has its effect once. I3: all of a batch is
/// visible with it, and nothing without. I4: per key, output order is input order.
void Invariants::checkOutputs(const Delta& delta, const Oracle::Expected& expected) {
  checkPartitionOfKeys(delta.outputs);
  const bool by_key = oracle_.ordersKeys();
  const auto wrong = difference(grouped(expected.outputs, by_key), grouped(delta.outputs, by_key));
  if (!wrong.empty())
    violated(fmt::format("I1/I3/I4: outputs of batch {}: {}", delta.metadata.batch.value(), wrong));
}

void Invariants::checkPartitionOfKeys(const std::vector<Seen>& outputs) {
  for (const auto& record : outputs) {
    if (!record.key) continue;
    const auto [known, fresh] = partition_of_key_.emplace(*record.key, record.partition);
    if (!fresh && known->second != record.partition)
      violated(fmt::format("I4: key {} is in two output partitions", *record.key));
  }
}

/// I11: a record that no rule can process reaches the dead letters once, with its batch.
void Invariants::checkDeadLetters(const Delta& delta, const Oracle::Expected& expected) {
  std::vector<std::string> found;
  for (const auto& record : delta.dead_letters) found.push_back(record.value.value_or("null"));
  auto wanted = expected.dead_letters;
  std::sort(found.begin(), found.end());
  std::sort(wanted.begin(), wanted.end());
  if (found != wanted)
    violated(fmt::format("I11: dead letters of batch {}: expected [{}], found [{}]",
                         delta.metadata.batch.value(), fmt::join(wanted, " "),
                         fmt::join(found, " ")));
}

/// I5, in Kafka: the changelog's values are the fold of the input below the committed offsets.
void Invariants::checkChangelog(const Delta& delta, const Oracle::Expected& expected) {
  if (!oracle_.stateful()) return;
  const auto* now = oracle_.stateAt(delta.metadata.batch);
  auto missing = expected.removed;
  for (const auto& [key, value] : expected.state) missing.insert(key);
  for (const auto& record : delta.changelog) {
    const auto key = record.key.value_or("");
    const bool known = now != nullptr && now->contains(key);
    const auto wanted = known ? std::optional(now->at(key)) : std::nullopt;
    const auto found = record.value ? std::optional(stateNumber(*record.value)) : std::nullopt;
    if (found != wanted)
      violated(fmt::format("I5: batch {}: the changelog says {} for key {}, the input {}",
                           delta.metadata.batch.value(), found.value_or(-1), key,
                           wanted.value_or(-1)));
    missing.erase(key);
  }
  if (!missing.empty())
    violated(fmt::format("I5: batch {} changed key {} without a changelog record",
                         delta.metadata.batch.value(), *missing.begin()));
}

/// I5, on a disk: when the positions are replaced, the values are the fold of the input below them.
void Invariants::checkpointWritten(const SimDisk& disk) {
  const auto positions = decodeCheckpointPositions(*disk.positions);
  if (!positions.ok()) {
    violated("I5: the checkpoint's positions cannot be read: " + positions.status().message());
    return;
  }
  std::map<std::string, std::int64_t> found;
  for (const auto& [key, value] : disk.values) found[std::get<2>(key)] = stateNumber(value.first);
  if (options_.at_least_once) return looseCheckpoint(*positions, found);
  if (positions->batch <= last_.batch) {
    checkCheckpoint(positions->batch, found);
    return;
  }
  // Decided, but its last marker is not written yet: looked at when readers can see the batch.
  const auto state = kafka_.admin().transactionState(kTransactionalId);
  const bool decided = state == "PrepareCommit" || state == "CompleteCommit";
  if (!decided || positions->batch != next(last_.batch)) {
    violated(fmt::format("I5: a checkpoint of batch {} before it is committed",
                         positions->batch.value()));
  }
  early_checkpoints_[positions->batch] = std::move(found);
}

void Invariants::checkCheckpoint(BatchId batch, const std::map<std::string, std::int64_t>& found) {
  if (!oracle_.stateful()) return;
  const auto* expected = oracle_.stateAt(batch);
  const auto wanted = expected == nullptr ? std::map<std::string, std::int64_t>() : *expected;
  if (found == wanted || options_.small_parts) return;  // in parts: values may be later
  for (const auto& [key, value] : wanted) {
    const auto stored = found.find(key);
    if (stored == found.end() || stored->second != value)
      violated(fmt::format("I5: the checkpoint of batch {} has {} for key {}, the input says {}",
                           batch.value(), stored == found.end() ? -1 : stored->second, key, value));
  }
  violated("I5: the checkpoint has keys that the input has not");
}

/// Rule 9: a re-run of a batch with side effects has the same content and time.
void Invariants::effectRun(const Effect& effect) {
  if (effect.values.empty()) return;
  const auto text =
      endOf(effect.ranges, effect.time) + fmt::format(": {}", fmt::join(effect.values, " "));
  const auto [known, fresh] = effects_.emplace(beginOf(effect.ranges), text);
  trace_.add("effect {}-> {}", beginOf(effect.ranges), text);
  if (!fresh && known->second != text)
    violated(fmt::format("I1: a side effect was repeated with other content: {} instead of {}",
                         text, known->second));
}

void Invariants::checkEffect(const BatchPlan& plan) {
  if (options_.graph != Graph::kPlan && options_.graph != Graph::kAccumulated) return;
  const auto found = effects_.find(beginOf(plan.ranges));
  if (found == effects_.end()) return;  // a batch without records
  if (!found->second.starts_with(endOf(plan.ranges, plan.time)))
    violated(fmt::format("I1: batch {} was committed with other ranges than its side effect saw",
                         plan.id.value()));
  if (options_.graph == Graph::kAccumulated) checkAccumulatorsRead(plan, found->second);
}

/// Data is never refused, unless an input has really lost some: nothing else that happens in a
/// schedule destroys anything.
bool Invariants::instanceStopped(const std::string& name, const Status& status) {
  if (status.ok()) return false;
  switch (status.exitCode()) {
    case ExitCode::kUnavailable:
    case ExitCode::kOtherOwner:
    case ExitCode::kRestart:
    case ExitCode::kDisk:
      return false;
    default:
      break;
  }
  const auto& codes = expected_codes_;
  const bool expected = std::find(codes.begin(), codes.end(), status.info().code) != codes.end();
  if (!expected) violated(fmt::format("{} refuses to go on: {}", name, status.toString()));
  return expected;
}

void Invariants::loseInput(const std::string& topic, std::vector<std::string> codes) {
  expected_codes_ = std::move(codes);
  trace_.add("input {} is about to lose records", topic);
}

/// A topic that was made anew is another topic, whatever its name: it is never adopted.
void Invariants::checkTopicIds(const Delta& delta) {
  for (const auto& item : delta.ledger) {
    const auto record = decodeLedgerRecord(item.value.value_or(""));
    if (!record.ok()) continue;  // told elsewhere
    for (const auto& topic : inputTopics(options_)) {
      for (const auto& identity : record->topics) {
        if (identity.topic != topic) continue;
        const auto [known, fresh] = topic_ids_.emplace(topic, identity.id);
        if (!fresh && known->second != identity.id)
          violated(fmt::format("I2: input {} is now another topic, with id {} instead of {}", topic,
                               identity.id, known->second));
      }
    }
  }
}

std::map<TopicPartition, std::int64_t> Invariants::ends() const {
  Offsets ends;
  for (const auto& partition : history_.partitions())
    ends[partition] = history_.lastStable(partition);
  return ends;
}

void Invariants::endReached(const std::string& name, const Offsets& ends) {
  trace_.add("{} has ended at its end", name);
  ends_to_reach_ = ends;
}

/// --until-end: everything that was stable at the start is processed when it ends.
void Invariants::checkEndsReached() {
  if (ends_to_reach_.empty()) return;
  if (kafka_.admin().transactionState(kTransactionalId).starts_with("Prepare")) return;
  for (const auto& [partition, end] : std::exchange(ends_to_reach_, {})) {
    if (offsetBefore(partition) < end)
      violated(fmt::format("I1: --until-end has ended at offset {} of {}, below {}",
                           offsetBefore(partition), toString(partition), end));
  }
}

/// I10: no transaction outlives its time-out by more than the coordinator's scan and its markers.
void Invariants::lookAtOpenTransactions(Instant now) {
  std::vector<TopicPartition> partitions{ledgerPartition(kApplication)};
  for (int i = 0; i < options_.partitions; ++i) partitions.push_back({kOutputTopic, Partition{i}});
  for (const auto& partition : partitions) {
    const auto open = kafka_.broker().withParts([&](memory::Broker::Parts& parts) {
      const auto* log = parts.topics.log(partition);
      return log == nullptr || log->lastStable() == log->end() ? std::int64_t{-1}
                                                               : log->lastStable();
    });
    auto& stuck = stuck_[partition];
    if (open != stuck.at) stuck = {open, now};
    const auto allowed = options_.transaction_timeout + std::chrono::seconds(16);
    if (open >= 0 && now - stuck.since > allowed)
      violated(fmt::format("I10: a transaction is open in {} for longer than its time-out",
                           toString(partition)));
  }
}

void Invariants::atEnd() {
  if (options_.at_least_once) return checkDoubles();
  if (!early_checkpoints_.empty()) violated("I5: a checkpoint of a batch that was never committed");
  for (const auto& topic : {kOutputTopic, kDeadLetterTopic}) {
    if (!newRecords(topic).empty())
      violated(fmt::format("I3: records of {} became visible without a commit", topic));
  }
}

bool Invariants::caughtUp() {
  // Between decision and last marker readers see a part: not yet the end.
  if (kafka_.admin().transactionState(kTransactionalId).starts_with("Prepare")) return false;
  for (const auto& partition : history_.partitions()) {
    const auto known = offsets_.find(partition);
    if (known == offsets_.end() || known->second < history_.lastStable(partition)) return false;
  }
  return true;
}

}  // namespace lockstep::sim
