#include "state/checkpoint/restore.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include <lockstep/base/failpoint.hpp>
#include <lockstep/base/log.hpp>
#include <lockstep/model/internal_topics.hpp>

#include "state/checkpoint/positions.hpp"

namespace lockstep {
namespace {

Failpoint kRestoreBegin{"restore.begin"};
Failpoint kMid{"restore.mid"};
Failpoint kBeforeReady{"restore.before_ready"};

constexpr std::size_t kRestoreChunk = 1024;
constexpr std::size_t kLoadPart = 4096;  ///< keys that are read to see how large they are
constexpr std::uint64_t kLoadBytes = 16 << 20;
constexpr std::size_t kLoadPartMax = 1 << 20;

}  // namespace

const StateTarget::Changelog* Restore::logOf(const std::string& operator_id,
                                             std::uint32_t shard) const {
  const TopicPartition partition{changelogTopic(context_.application, operator_id),
                                 Partition{static_cast<std::int32_t>(shard)}};
  const auto found =
      std::find_if(target_.changelogs.begin(), target_.changelogs.end(),
                   [&](const auto& changelog) { return changelog.partition == partition; });
  return found == target_.changelogs.end() ? nullptr : &*found;
}

Result<RestoreReport> Restore::run() {
  kRestoreBegin.hit();
  for (auto& state : context_.operators) {
    for (auto& shard : state.shards) shard.reset();
  }
  LOCKSTEP_TRY(checkTarget());
  LOCKSTEP_ASSIGN(auto stored, openCheckpoint());
  if (stored) {
    const Status loaded = loadCheckpoint(*stored);
    if (!loaded.ok() && loaded.reaction() != Reaction::kAbort) return loaded;
    if (!loaded.ok()) {
      stored.reset();
      LOCKSTEP_TRY(startOver(loaded.message()));
    }
  }
  kMid.hit();
  LOCKSTEP_TRY(replay(stored));
  for (auto& state : context_.operators) {
    for (auto& shard : state.shards) report_.keys += shard.table().keys();
  }
  kBeforeReady.hit();
  return report_;
}

Status Restore::checkTarget() const {
  for (const auto& state : context_.operators) {
    const auto topic = changelogTopic(context_.application, state.declaration.id);
    const auto partitions = static_cast<std::size_t>(
        std::count_if(target_.changelogs.begin(), target_.changelogs.end(),
                      [&](const auto& log) { return log.partition.topic == topic; }));
    if (partitions == state.shards.size()) continue;
    return Status::fatal(
        ExitCode::kData, "E232",
        fmt::format("'{}' has parallelism {}, but its changelog {} has {} partitions",
                    state.declaration.id, state.shards.size(), topic, partitions),
        "the number of shards is pinned at the first start: set parallelism to that of the "
        "changelog, or give the operator a new id");
  }
  for (const auto& log : target_.changelogs) {
    if (log.known_end <= log.high_watermark) continue;
    return Status::fatal(
        ExitCode::kData, "E208",
        fmt::format("{} ends at {}, but the ledger knows that it reached {}: {} offsets of "
                    "committed state are gone",
                    toString(log.partition), log.high_watermark.value(), log.known_end.value(),
                    span(log.high_watermark, log.known_end)),
        "bring the lost replica back; else the state has to be built again: lockstep reset FILE "
        "--to-earliest --state clear");
  }
  return {};
}

Result<std::optional<CheckpointPositions>> Restore::openCheckpoint() {
  using Found = std::optional<CheckpointPositions>;
  const bool nothing_to_read =
      std::all_of(target_.changelogs.begin(), target_.changelogs.end(),
                  [](const auto& log) { return log.log_start == log.high_watermark; });
  if (context_.store == nullptr) {
    report_.rebuilt = !nothing_to_read;
    if (report_.rebuilt) report_.reason = "no state is kept on a disk";
    return Found{};
  }
  LOCKSTEP_ASSIGN(report_.reason, context_.store->open());
  LOCKSTEP_ASSIGN(const auto record, context_.store->positions());
  if (!record) {
    if (report_.reason.empty() && nothing_to_read) return Found{};  // a fresh application
    if (report_.reason.empty()) report_.reason = "the state folder holds no checkpoint";
  } else if (auto stored = decodeCheckpointPositions(*record); !stored.ok()) {
    report_.reason = stored.status().message();
  } else {
    if (stored->application == context_.application)
      LOCKSTEP_TRY(checkAgainst(*stored, context_.declarations, target_));
    report_.reason = reasonToRebuild(*stored, context_.application, target_);
    if (report_.reason.empty()) return Found{std::move(*stored)};
  }
  LOCKSTEP_TRY(startOver(report_.reason));
  return Found{};
}

Status Restore::startOver(const std::string& reason) {
  report_.rebuilt = true;
  report_.reason = reason;
  log::warn("state: {}; building it from the changelog", reason);
  for (auto& state : context_.operators) {
    for (auto& shard : state.shards) shard.reset();
  }
  return context_.store->clear();
}

std::size_t Restore::shards() const {
  std::size_t shards = 0;
  for (const auto& state : context_.operators) shards += state.shards.size();
  return shards;
}

Status Restore::loadCheckpoint(const CheckpointPositions& stored) {
  std::deque<Load> loads;
  for (auto& state : context_.operators) {
    const auto& id = state.declaration.id;
    const bool known = std::any_of(stored.operators.begin(), stored.operators.end(),
                                   [&](const auto& old) { return old.id == id; });
    if (!known) {
      // Whatever is there under this id belongs to no checkpoint.
      LOCKSTEP_TRY(context_.store->forget(id));
      continue;
    }
    for (std::uint32_t i = 0; i < state.shards.size(); ++i) {
      const auto keys = keysIn(stored, logOf(id, i)->partition);
      loads.push_back({id, ShardId{i}, state.shards[i].table(), keys, {}});
    }
  }
  sideBySide(loads.size(), [&](std::size_t i) { loads[i].status = loadShard(loads[i]); });
  for (const Load& load : loads) LOCKSTEP_TRY(load.status);
  for (const auto& state : context_.operators) {
    for (const auto& shard : state.shards) report_.loaded += shard.table().keys();
  }
  log::debug("state: {} keys of the checkpoint loaded", report_.loaded);
  return {};
}

void Restore::sideBySide(std::size_t count, const std::function<void(std::size_t)>& job) const {
  std::vector<TaskJob> jobs;
  jobs.reserve(count);
  for (std::size_t i = 0; i < count; ++i)
    jobs.push_back({[&job, i](std::uint32_t) { job(i); }, std::nullopt});
  InlineTaskRunner inline_runner;
  TaskRunner* const runner = context_.residence.runner;
  (runner == nullptr ? inline_runner : *runner).run(jobs);
}

/// All of it, or nothing: a part would have to be chosen evenly over the hashes, and costs more
/// than reading back what is needed.
Status Restore::loadShard(const Load& load) const {
  StateTable& table = load.table;
  const std::uint64_t max = context_.residence.table_bytes_max / shards();
  table.reserve(load.keys);
  const std::uint64_t part_bytes = max == 0 ? kLoadBytes : std::min(kLoadBytes, max / 4);
  std::size_t part = kLoadPart;
  for (std::uint64_t hash = 0;;) {
    std::size_t count = 0;
    const std::uint64_t before = table.entryBytes();
    Status status;
    LOCKSTEP_TRY(
        context_.store->read(load.operator_id, load.shard, {static_cast<std::uint32_t>(hash), part},
                             [&](std::span<const KeyedValue> values) {
                               count += values.size();
                               hash = std::uint64_t{values.back().key.hash} + 1;
                               if (status.ok())
                                 status = table.load(values, StateTable::Source::kCheckpoint);
                             }));
    LOCKSTEP_TRY(status);
    if (count < part || hash > std::numeric_limits<std::uint32_t>::max()) return {};
    // A read that goes on is far cheaper than a new one, but nobody judges the memory meanwhile.
    const auto bytes = std::max<std::uint64_t>(table.entryBytes() - before, 1);
    part =
        std::clamp(static_cast<std::size_t>(part_bytes * count / bytes), kLoadPart, kLoadPartMax);
    if (context_.residence.table_bytes_max == 0) continue;
    // Keys come in the order of their hashes, which are even. How many the positions know of says
    // less: a checkpoint that was cut short has left more.
    const double share = static_cast<double>(hash) / 0x1p32;
    if (static_cast<double>(table.entryBytes()) / share <= static_cast<double>(max)) continue;
    table.clear();
    table.leaveStored(load.keys);
    return {};
  }
}

Status Restore::replay(const std::optional<CheckpointPositions>& stored) {
  std::vector<OffsetRange> ranges;
  std::vector<StateTable*> tables;
  for (auto& state : context_.operators) {
    for (std::uint32_t i = 0; i < state.shards.size(); ++i) {
      const auto& log = *logOf(state.declaration.id, i);  // checkTarget() found all
      OffsetRange range{log.partition, log.log_start, log.high_watermark};
      if (stored) {
        for (const auto& old : stored->changelogs) {
          if (old.partition == log.partition) range.from = old.next;
        }
      }
      if (range.empty()) continue;
      ranges.push_back(range);
      tables.push_back(&state.shards[i].table());
    }
  }
  std::vector<Status> loaded(ranges.size());
  std::vector<std::uint64_t> records(ranges.size());
  std::vector<std::uint64_t> bytes(ranges.size());
  Changelog::Replayer replayer;
  replayer.take = [&](std::size_t range, std::span<const KeyedValue> values) {
    records[range] += values.size();
    for (const KeyedValue& value : values)
      bytes[range] += value.key.bytes.size() + (value.value ? value.value->size() : 0);
    if (loaded[range].ok())
      loaded[range] = tables[range]->load(values, StateTable::Source::kChangelog);
  };
  replayer.pause = [&]() -> Status {
    for (const Status& status : loaded) LOCKSTEP_TRY(status);
    return relieve();
  };
  if (const auto max = context_.residence.table_bytes_max; max != 0)
    replayer.round_bytes = std::min<std::size_t>(replayer.round_bytes, max / 16);
  replayer.run = [this](std::size_t count, const auto& job) { sideBySide(count, job); };
  LOCKSTEP_TRY(context_.changelog.replay(ranges, context_.inputs, context_.patience, replayer));
  report_.records = std::accumulate(records.begin(), records.end(), report_.records);
  report_.tail = std::accumulate(bytes.begin(), bytes.end(), report_.tail);
  log::debug("state: {} records of the changelogs replayed", report_.records);
  if (target_.batch.value() == 0 && report_.records != 0 && !target_.as_found) {
    return Status::fatal(
        ExitCode::kData, "E230",
        fmt::format("the changelogs hold {} records, but nothing was ever committed",
                    report_.records),
        "the ledger is not the application's, or was deleted; else: lockstep reset FILE --state "
        "clear");
  }
  return {};
}

Status Restore::relieve() {
  const std::uint64_t max = context_.residence.table_bytes_max;
  if (context_.store == nullptr || max == 0) return {};
  std::uint64_t dirty = 0;
  std::uint64_t entries = 0;
  for (auto& state : context_.operators) {
    for (auto& shard : state.shards) {
      dirty += shard.table().dirtyBytes();
      entries += shard.table().entryBytes();
    }
  }
  if (dirty > max / 2) {
    // They are absolute: a start from the older positions replays over them.
    LOCKSTEP_TRY(writeDue());
    LOCKSTEP_TRY(context_.store->sync());
    for (auto& state : context_.operators) {
      for (auto& shard : state.shards) shard.table().checkpointEnded(true);
    }
  }
  if (entries > max) evict();
  return {};
}

void Restore::evict() {
  // Well below the limit, so that it need not be done again for every chunk.
  const std::uint64_t max = context_.residence.table_bytes_max / 4 * 3;
  std::uint64_t entries = 0;
  for (auto& state : context_.operators) {
    for (auto& shard : state.shards) entries += shard.table().entryBytes();
  }
  const double share = std::min(1.0, static_cast<double>(max) / static_cast<double>(entries));
  for (auto& state : context_.operators) {
    for (auto& shard : state.shards) {
      StateTable& table = shard.table();
      table.evict(static_cast<std::uint64_t>(share * static_cast<double>(table.entryBytes())));
    }
  }
}

Status Restore::writeDue() {
  std::vector<KeyedValue> chunk(kRestoreChunk);
  for (auto& state : context_.operators) {
    for (std::uint32_t i = 0; i < state.shards.size(); ++i) {
      StateTable& table = state.shards[i].table();
      while (const std::size_t count = table.takeDue(chunk)) {
        LOCKSTEP_TRY(
            context_.store->write(state.declaration.id, ShardId{i}, std::span(chunk).first(count)));
      }
    }
  }
  return {};
}

}  // namespace lockstep
