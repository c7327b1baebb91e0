#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <lockstep/base/clock.hpp>
#include <lockstep/model/topic_partition.hpp>

#include "connectors/fetch/partition_feed.hpp"

namespace lockstep::fetch {

/// What the fetch loop knows of one partition.
struct LoopPartition {
  TopicPartition source;
  std::shared_ptr<PartitionFeed> feed;
  std::int32_t leader = -1;              ///< node; -1: unknown
  std::int32_t epoch = -1;               ///< of the leader
  Instant not_before{};                  ///< after a failed request
  std::optional<Instant> missing_since;  ///< the cluster does not know it any more
};

/// In the order in which the next request names them. Pointees stay where they are.
using LoopPartitions = std::vector<std::unique_ptr<LoopPartition>>;

}  // namespace lockstep::fetch
