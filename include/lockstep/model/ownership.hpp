#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <lockstep/model/ids.hpp>
#include <lockstep/model/topic_partition.hpp>

namespace lockstep {

/// One shard of one stateful operator.
struct ShardOf {
  std::string operator_id;
  ShardId shard;

  bool operator==(const ShardOf&) const = default;
};

/// Which input partitions and which shards belong to one instance.
struct Ownership {
  /// None = all there are, and all that will be added.
  std::optional<std::vector<TopicPartition>> inputs;
  std::optional<std::vector<ShardOf>> shards;

  [[nodiscard]] bool owns(const TopicPartition& input) const {
    return !inputs || std::find(inputs->begin(), inputs->end(), input) != inputs->end();
  }
  [[nodiscard]] bool ownsAllShards() const { return !shards; }
};

}  // namespace lockstep
