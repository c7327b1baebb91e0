#pragma once

#include <functional>
#include <optional>

#include <lockstep/base/status.hpp>

#include "connectors/fetch/broker_connection.hpp"
#include "connectors/fetch/loop_partition.hpp"

namespace lockstep::fetch {

/// Asks the leader for both ends of the partition's log, to tell why it refuses an offset. `done`
/// gets E203 or E204; nothing when the broker did not answer or the offset is in the log after all.
/// REQUIRES: the partition outlives the connection. Thread: the fetch loop's.
void explainRefusedOffset(BrokerConnection& leader, const LoopPartition& partition, Offset refused,
                          std::function<void(std::optional<Status>)> done);

}  // namespace lockstep::fetch
