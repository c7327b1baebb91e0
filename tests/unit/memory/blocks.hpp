#pragma once

#include <string>
#include <utility>
#include <vector>

#include "connectors/memory/record_block.hpp"

namespace lockstep::memory {

inline constexpr WallTime kNow{std::chrono::hours(24 * 365 * 55)};

/// A batch of records with these values, all with the timestamp `time`, and no keys.
inline SharedBlock values(const std::vector<std::string>& texts, WallTime time = kNow) {
  std::vector<EncodedRecord> records;
  for (const std::string& text : texts) records.push_back({std::nullopt, text, time, {}});
  return std::make_shared<RecordBlock>(std::span<const EncodedRecord>(records));
}

/// A batch of one record with a key; "-" as value stands for a tombstone.
inline SharedBlock keyed(const std::string& key, const std::string& value) {
  EncodedRecord record{key, value, kNow, {}};
  if (value == "-") record.value.reset();
  return std::make_shared<RecordBlock>(std::span<const EncodedRecord>(&record, 1));
}

}  // namespace lockstep::memory
