#pragma once

#include <optional>
#include <string>

#include "connectors/memory/memory_kafka.hpp"

namespace lockstep::sim {

/// The time of the last batch in the application's ledger that is committed; none without one.
[[nodiscard]] std::optional<BatchTime> lastCommittedBatch(memory::MemoryKafka& kafka,
                                                          const std::string& application);

/// Whether the transaction that is being decided has the batch that closes `tick`: it may be a
/// keep-alive instead.
[[nodiscard]] bool closedByOpenTransaction(memory::MemoryKafka& kafka,
                                           const std::string& application, BatchTime tick);

}  // namespace lockstep::sim
