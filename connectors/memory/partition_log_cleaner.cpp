// What removes data from a log: deleting records, retention, compaction.
#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "connectors/memory/partition_log.hpp"

namespace lockstep::memory {

void PartitionLog::deleteBefore(std::int64_t offset) {
  start_ = std::clamp(offset, start_, end_);
  while (!entries_.empty() && entries_.front().last < start_) entries_.pop_front();
}

void PartitionLog::deleteOlderThan(WallTime oldest) {
  const std::int64_t stable = lastStable();
  while (!entries_.empty() && entries_.front().last < stable) {
    const LogEntry& entry = entries_.front();
    if (entry.block)
      for (const RecordBlock::Record& record : entry.block->records())
        if (record.timestamp >= oldest) return;
    start_ = entry.last + 1;
    entries_.pop_front();
  }
}

void PartitionLog::compact(bool drop_tombstones) {
  const std::int64_t stable = lastStable();
  std::unordered_map<std::string_view, std::int64_t> latest;
  for (const LogEntry& entry : entries_) {
    if (!entry.block || entry.aborted || entry.last >= stable) continue;
    for (const RecordBlock::Record& record : entry.block->records())
      if (record.key) latest[*record.key] = entry.base + record.offset_delta;
  }
  std::deque<LogEntry> kept;  // copies: `latest` points into the blocks that the old entries hold
  for (const LogEntry& entry : entries_) {
    const bool is_last = &entry == &entries_.back();
    if (entry.last >= stable || is_last) {
      kept.push_back(entry);
      continue;
    }
    if (!entry.block) {
      if (!drop_tombstones) kept.push_back(entry);
      continue;
    }
    if (entry.aborted) continue;
    std::vector<RecordBlock::Record> records;
    for (const RecordBlock::Record& record : entry.block->records()) {
      if (!record.key || latest[*record.key] != entry.base + record.offset_delta) continue;
      if (drop_tombstones && !record.value) continue;
      records.push_back(record);
    }
    if (records.empty()) continue;
    kept.push_back(entry);
    if (records.size() != entry.block->records().size())
      kept.back().block =
          std::make_shared<RecordBlock>(std::span<const RecordBlock::Record>(records));
  }
  entries_ = std::move(kept);
}

}  // namespace lockstep::memory
