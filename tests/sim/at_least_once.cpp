// What has to hold without transactions (Guarantee::kAtLeastOnce): nothing is lost, what is twice
// comes from a batch that was sent twice, and each key's records come in order for the first time.
#include <algorithm>

#include <lockstep/model/checkpoint_positions.hpp>
#include <lockstep/model/internal_topics.hpp>

#include "tests/sim/invariants.hpp"
#include "tests/sim/mutants.hpp"

namespace lockstep::sim {
namespace {

/// The index in "p2:17:5", and what stands before it.
std::int64_t indexOf(const std::string& value) {
  return std::stoll(value.substr(value.find(':') + 1));
}
std::string sourceOf(const std::string& value) { return value.substr(0, value.find(':')); }

}  // namespace

void Invariants::batchSent(const std::vector<OffsetRange>& ranges) {
  sent_.insert(sent_.end(), ranges.begin(), ranges.end());
}

/// How often the record at this offset was in a batch that was sent.
std::int64_t Invariants::timesSent(const TopicPartition& partition, std::int64_t offset) const {
  return std::count_if(sent_.begin(), sent_.end(), [&](const OffsetRange& range) {
    return range.partition == partition && range.from.value() <= offset &&
           offset < range.until.value();
  });
}

void Invariants::takeNewRecords() {
  for (const auto& topic : {kOutputTopic, kDeadLetterTopic}) {
    for (const auto& record : newRecords(topic)) {
      if (oracle_.stateful()) {
        written_[record.key.value_or("")] = numberIn(record.value.value_or(""));
      } else if (++times_written_[record.value.value_or("")] == 1 && record.key) {
        const auto& value = *record.value;
        auto& last = last_index_[*record.key + " from " + sourceOf(value)];
        if (indexOf(value) < last)
          violated(fmt::format("A3: key {}: {} comes for the first time, but after index {}",
                               *record.key, value, last));
        last = indexOf(value);
      }
    }
  }
  for (const auto& record : newRecords(changelogTopic(kApplication, kStateId)))
    changelog_[record.key.value_or("")] = numberIn(record.value.value_or(""));
}

/// Offsets were committed: everything below them has to be there by now.
void Invariants::offsetsCommitted() {
  auto owned = history_.partitions();
  owned.push_back(ledgerPartition(kApplication));
  const auto committed = kafka_.admin().committed(kApplication, owned);
  checkOffsetsAgree(committed);
  const auto metadata = parseCommitMetadata(committed.back().metadata);
  if (!metadata) violated("I6: offsets were committed without Lockstep's metadata");
  if (violation_) return;
  for (const auto& offset : committed) {
    if (!offset.offset || offset.partition.topic == ledgerTopic(kApplication)) continue;
    auto& known = offsets_[offset.partition];
    // Where offsets have expired, the last batch of the ledger is read again.
    if (offset.offset->value() < known && !options_.has(Fault::kExpiredOffsets))
      violated(fmt::format("I7: the offset of {} went back from {} to {}",
                           toString(offset.partition), known, offset.offset->value()));
    known = offset.offset->value();
  }
  last_ = *metadata;
  takeNewRecords();
  checkNothingLost();
}

/// A1: all input below the committed offsets has had its effect, at least once.
void Invariants::checkNothingLost() {
  const auto least = leastState(offsets_);
  if (oracle_.stateful()) {
    checkAtLeast("output", least, written_);
    checkAtLeast("changelog", least, changelog_);
    return;
  }
  for (const auto& [partition, until] : offsets_) {
    for (const auto& record : history_.between(partition, 0, until)) {
      if (times_written_[*record.value] == 0)
        violated(fmt::format("A1: offset {} of {} is committed, but {} was never written", until,
                             toString(partition), *record.value));
    }
  }
}

/// Each key's sum over the input below these offsets.
std::map<std::string, std::int64_t> Invariants::leastState(const Offsets& offsets) const {
  std::map<std::string, std::int64_t> sums;
  for (const auto& [partition, until] : offsets) {
    for (const auto& record : history_.between(partition, 0, until))
      sums[record.key.value_or("")] += amountOf(*record.value);
  }
  return sums;
}

void Invariants::checkAtLeast(std::string_view what,
                              const std::map<std::string, std::int64_t>& least,
                              const std::map<std::string, std::int64_t>& found) {
  for (const auto& [key, sum] : least) {
    const auto known = found.find(key);
    if (known == found.end() || known->second < sum)
      violated(fmt::format("A1: the {} has {} for key {}, below the input's {}", what,
                           known == found.end() ? -1 : known->second, key, sum));
  }
}

/// A checkpoint holds at least the input below its offsets.
void Invariants::looseCheckpoint(const CheckpointPositions& positions,
                                 const std::map<std::string, std::int64_t>& found) {
  Offsets offsets;
  for (const auto& input : positions.inputs) offsets[input.partition] = input.next.value();
  checkAtLeast("checkpoint", leastState(offsets), found);
}

/// A2: what is there more than once was sent more than once.
void Invariants::checkDoubles() {
  takeNewRecords();
  std::map<std::string, std::int64_t> most;
  for (const auto& [partition, until] : offsets_) {
    for (std::int64_t at = 0; at < until; ++at) {
      for (const auto& record : history_.between(partition, at, at + 1)) {
        const auto times = timesSent(partition, at);
        most[record.key.value_or("")] += times * amountOf(*record.value);
        const auto written = times_written_.find(*record.value);
        if (written != times_written_.end() && written->second > times)
          violated(fmt::format("A2: {} was written {} times, and sent {} times", *record.value,
                               written->second, times));
      }
    }
  }
  for (const auto& [key, value] : changelog_) {
    if (value > most[key])
      violated(fmt::format("A2: the changelog has {} for key {}, above {}", value, key, most[key]));
  }
}

}  // namespace lockstep::sim
