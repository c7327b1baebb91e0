#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <lockstep/base/hash.hpp>
#include <lockstep/ports/checkpoint_store.hpp>

namespace lockstep::sim {

/// What a checkpoint store holds, by operator, shard and key: shared by the stores of tests and of
/// the simulator. Slow and obvious.
using StoredValues = std::map<std::tuple<std::string, std::uint32_t, std::string>,
                              std::pair<std::string, BatchTime>>;

struct StoredShardName {
  std::string_view operator_id;
  ShardId shard;
};

/// CheckpointStore::read().
inline void handOutPart(const StoredValues& values, const StoredShardName& from,
                        CheckpointStore::Part part, const CheckpointStore::Sink& sink) {
  std::vector<KeyedValue> found;
  for (const auto& [key, value] : values) {
    if (std::get<0>(key) != from.operator_id || std::get<1>(key) != from.shard.value()) continue;
    const std::string& bytes = std::get<2>(key);
    if (murmur2(bytes) < part.hash) continue;
    found.push_back({{bytes, murmur2(bytes)}, value.first, value.second});
  }
  std::sort(found.begin(), found.end(), [](const KeyedValue& a, const KeyedValue& b) {
    return std::tie(a.key.hash, a.key.bytes) < std::tie(b.key.hash, b.key.bytes);
  });
  std::size_t count = std::min(part.count, found.size());
  while (count > 0 && count < found.size() && found[count].key.hash == found[count - 1].key.hash)
    ++count;
  constexpr std::size_t kChunk = 5;
  for (std::size_t i = 0; i < count; i += kChunk)
    sink(std::span(found).subspan(i, std::min(kChunk, count - i)));
}

/// CheckpointStore::find().
inline void handOutFound(const StoredValues& values, const StoredShardName& from,
                         std::span<const StateKey> keys, const CheckpointStore::Sink& sink) {
  std::vector<KeyedValue> found;
  for (const StateKey& key : keys) {
    const auto value =
        values.find({std::string(from.operator_id), from.shard.value(), std::string(key.bytes)});
    if (value != values.end()) found.push_back({key, value->second.first, value->second.second});
  }
  if (!found.empty()) sink(found);
}

}  // namespace lockstep::sim
