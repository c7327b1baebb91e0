#include "state/changelog/compacted_changelog.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <lockstep/base/hash.hpp>

namespace lockstep {
namespace {

/// How long one read may wait while other partitions could have something.
constexpr std::chrono::milliseconds kTurn{20};
constexpr std::chrono::milliseconds kPause{1};

Status unreadable(const RecordView& record, std::string_view why) {
  return Status::fatal(
      ExitCode::kData, "E233",
      fmt::format("{} offset {}: {}", toString(*record.source), record.offset.value(), why),
      "another program wrote to the changelog, or a newer version of Lockstep did");
}

Status decode(std::span<const RecordView> records, std::vector<KeyedValue>& values) {
  values.clear();
  for (const RecordView& record : records) {
    if (!record.key) return unreadable(record, "a changelog record without key");
    KeyedValue& decoded = values.emplace_back();
    decoded.key = {*record.key, murmur2(*record.key)};
    decoded.touched = record.timestamp;
    if (!record.value) continue;
    if (record.value->empty()) return unreadable(record, "a changelog record with an empty value");
    if (record.value->front() != kChangelogValueVersion) {
      return unreadable(record, fmt::format("unknown version {} of a changelog record",
                                            static_cast<int>(record.value->front())));
    }
    decoded.value = record.value->substr(1);
  }
  return {};
}

/// Reads the partitions in turns, so that none waits for another's prefetch.
class Replay {
 public:
  Replay(std::span<const OffsetRange> ranges, Input& input, Clock& clock,
         const Changelog::Sink& sink)
      : ranges_(ranges), input_(input), clock_(clock), sink_(sink), complete_(ranges.size()) {}

  Status run(std::chrono::nanoseconds patience) {
    auto give_up = Deadline::in(clock_, patience);
    while (open_ > 0) {
      bool moved = false;
      for (std::size_t i = 0; i < ranges_.size(); ++i) {
        if (!complete_[i]) LOCKSTEP_TRY(turn(i, moved));
      }
      if (moved) {
        give_up = Deadline::in(clock_, patience);
        continue;
      }
      if (give_up.passed(clock_)) return stuck();
      clock_.sleep(kPause);
    }
    return {};
  }

 private:
  Status turn(std::size_t i, bool& moved) {
    auto& partition = input_.partition(ranges_[i].partition);
    auto read = partition.read(ranges_[i].until, Deadline::in(clock_, kTurn));
    if (!read.ok()) {
      const auto where = toString(ranges_[i].partition);
      if (read.status().reaction() == Reaction::kFatal) return read.status().at(where);
      if (read.status().reaction() == Reaction::kRetry) return {};
      return partition.seek(partition.position());
    }
    if (read->chunk != nullptr && !read->chunk->records().empty()) {
      LOCKSTEP_TRY(decode(read->chunk->records(), values_));
      sink_(i, values_);
      moved = true;
    }
    if (read->complete) {
      complete_[i] = true;
      --open_;
      moved = true;
    }
    return {};
  }

  Status stuck() {
    for (std::size_t i = 0; i < ranges_.size(); ++i) {
      if (complete_[i]) continue;
      const auto position = input_.partition(ranges_[i].partition).position();
      return Status::retry(fmt::format("{}: nothing arrived; at offset {} of {}",
                                       toString(ranges_[i].partition), position.value(),
                                       ranges_[i].until.value()));
    }
    return {};
  }

  std::span<const OffsetRange> ranges_;
  Input& input_;
  Clock& clock_;
  const Changelog::Sink& sink_;
  std::vector<bool> complete_;
  std::size_t open_ = ranges_.size();
  std::vector<KeyedValue> values_;
};

}  // namespace

void CompactedChangelog::encode(std::span<const KeyedValue> changes, RecordBatch& out) const {
  std::string value;
  for (const KeyedValue& change : changes) {
    EncodedRecord record{change.key.bytes, {}, change.touched, {}};
    if (change.value) {
      value.assign(1, kChangelogValueVersion);
      value.append(*change.value);
      record.value = value;
    }
    out.append(record);
  }
}

Status CompactedChangelog::replay(std::span<const OffsetRange> ranges, InputFactory& inputs,
                                  std::chrono::nanoseconds patience, const Sink& sink) {
  if (ranges.empty()) return {};
  LOCKSTEP_ASSIGN(const auto input, inputs.createInput());
  std::vector<PartitionOffset> positions;
  for (const auto& range : ranges) positions.push_back({range.partition, range.from});
  LOCKSTEP_TRY(input->assign(positions));
  for (const auto& start : positions) {
    LOCKSTEP_TRY(input->partition(start.partition).seek(start.next));
  }
  return Replay(ranges, *input, clock_, sink).run(patience);
}

}  // namespace lockstep
