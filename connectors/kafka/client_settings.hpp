#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include <lockstep/base/result.hpp>

#include "connectors/kafka/client_keys.hpp"
#include "connectors/kafka/kafka_connection.hpp"

namespace lockstep::kafka {

/// A produce batch with so many records is full; one with `output_batch_bytes_max` is, too.
inline constexpr int kBatchRecordsMax = 10'000;

/// librdkafka keys and values of one client, secrets included: never print the values.
using ClientSettings = std::map<std::string, std::string>;

/// What a consumer sees of transactions.
enum class Isolation { kReadCommitted, kReadUncommitted };

/// Longest time that one request may take; a commit that took longer leaves its producer in doubt.
[[nodiscard]] std::chrono::milliseconds requestTimeout(const KafkaConnection& connection);

/// Fewer waiting records per partition than this let the client fetch more; readers wake it then.
[[nodiscard]] std::uint32_t queuedMessagesMin(const ClientSettings& settings);

/// What an input is for: it decides how much is read ahead.
enum class InputUse { kBatches, kReplay };

/// Settings of the reader of `partitions` partitions. E061 (kFatal) for a key that `kafka.client`
/// may not set, here and below.
[[nodiscard]] Result<ClientSettings> inputSettings(const KafkaConnection& connection, InputUse use,
                                                   std::size_t partitions);
/// Settings of the batch producer: transactional, or idempotent only (at_least_once).
[[nodiscard]] Result<ClientSettings> outputSettings(const KafkaConnection& connection);
/// Settings of a handle that only asks (metadata, offsets, admin requests).
[[nodiscard]] Result<ClientSettings> querySettings(const KafkaConnection& connection,
                                                   Isolation isolation);

/// Whether readers have to wake a client that stopped fetching because its queue was full. Before
/// librdkafka 2.2.0 it looks again only once a second; from there fetch.queue.backoff.ms does it.
[[nodiscard]] bool needsWaking(int client_version);

}  // namespace lockstep::kafka
