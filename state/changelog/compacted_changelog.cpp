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
constexpr std::chrono::milliseconds kTurn{5};
constexpr std::chrono::milliseconds kPause{1};
/// Of a key in memory, beside its bytes.
constexpr std::size_t kKeyOverhead = 64;

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

/// Reads the partitions in rounds; in each, every partition gives what has arrived of it, so that
/// none waits for another's prefetch.
class Replay {
 public:
  Replay(std::span<const OffsetRange> ranges, Input& input, Clock& clock,
         const Changelog::Replayer& replayer)
      : input_(input), clock_(clock), replayer_(replayer) {
    for (std::size_t i = 0; i < ranges.size(); ++i) open_.push_back({i, &ranges[i]});
  }

  Status run(std::chrono::nanoseconds patience) {
    auto give_up = Deadline::in(clock_, patience);
    while (!open_.empty()) {
      replayer_.run(open_.size(), [this](std::size_t i) { open_[i].status = round(open_[i]); });
      bool moved = false;
      for (const auto& part : open_) {
        LOCKSTEP_TRY(part.status);
        moved |= part.moved;
      }
      LOCKSTEP_TRY(replayer_.pause());
      std::erase_if(open_, [](const Part& part) { return part.complete; });
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
  /// One range on its way. Touched by one job at a time.
  struct Part {
    std::size_t number = 0;
    const OffsetRange* range = nullptr;
    std::vector<KeyedValue> values = {};  ///< used again and again
    Status status = {};
    bool moved = false;
    bool complete = false;
  };

  Status round(Part& part) {
    part.moved = false;
    const auto share = replayer_.round_bytes / open_.size();
    for (std::size_t bytes = 0; bytes <= share && !part.complete;) {
      const auto before = bytes;
      LOCKSTEP_TRY(read(part, bytes));
      if (bytes == before) break;
    }
    return {};
  }

  Status read(Part& part, std::size_t& bytes) {
    auto& partition = input_.partition(part.range->partition);
    auto read = partition.read(part.range->until, Deadline::in(clock_, kTurn));
    if (!read.ok()) {
      const auto where = toString(part.range->partition);
      if (read.status().reaction() == Reaction::kFatal) return read.status().at(where);
      if (read.status().reaction() == Reaction::kRetry) return {};
      return partition.seek(partition.position());
    }
    if (read->chunk != nullptr && !read->chunk->records().empty()) {
      LOCKSTEP_TRY(decode(read->chunk->records(), part.values));
      replayer_.take(part.number, part.values);
      for (const auto& value : part.values)
        bytes += kKeyOverhead + value.key.bytes.size() + (value.value ? value.value->size() : 0);
      part.moved = true;
    }
    part.complete = read->complete;
    part.moved |= part.complete;
    return {};
  }

  Status stuck() {
    const auto& range = *open_.front().range;
    return Status::retry(
        fmt::format("{}: nothing arrived; at offset {} of {}", toString(range.partition),
                    input_.partition(range.partition).position().value(), range.until.value()));
  }

  Input& input_;
  Clock& clock_;
  const Changelog::Replayer& replayer_;
  std::vector<Part> open_;
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
                                  std::chrono::nanoseconds patience, const Replayer& replayer) {
  if (ranges.empty()) return {};
  LOCKSTEP_ASSIGN(const auto input, inputs.createInput());
  std::vector<PartitionOffset> positions;
  for (const auto& range : ranges) positions.push_back({range.partition, range.from});
  LOCKSTEP_TRY(input->assign(positions));
  for (const auto& start : positions) {
    LOCKSTEP_TRY(input->partition(start.partition).seek(start.next));
  }
  return Replay(ranges, *input, clock_, replayer).run(patience);
}

}  // namespace lockstep
