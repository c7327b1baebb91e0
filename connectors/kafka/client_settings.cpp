#include "connectors/kafka/client_settings.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

namespace lockstep::kafka {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kRequestTimeoutMax{10'000};
constexpr int kHasQueueBackoff = 0x02020000;
constexpr milliseconds kLingerMax{1'000};
constexpr std::uint32_t kQueuedMin = 10'000;
constexpr std::uint64_t kPartitionQueueBytesMin = 1024 * 1024;
constexpr std::uint64_t kPartitionQueueBytesMax = 32ULL * 1024 * 1024;

void set(ClientSettings& settings, const char* key, std::string value) {
  settings[key] = std::move(value);
}
void setNumber(ClientSettings& settings, const char* key, std::int64_t value) {
  settings[key] = std::to_string(value);
}
void setUnlessEmpty(ClientSettings& settings, const char* key, const std::string& value) {
  if (!value.empty()) settings[key] = value;
}

void setConnection(ClientSettings& settings, const KafkaConnection& connection) {
  set(settings, "bootstrap.servers", connection.bootstrap);
  const KafkaSecurity& security = connection.security;
  setUnlessEmpty(settings, "security.protocol", security.protocol);
  setUnlessEmpty(settings, "sasl.mechanisms", security.mechanism);
  setUnlessEmpty(settings, "sasl.username", security.username);
  setUnlessEmpty(settings, "sasl.password", security.password);
  setUnlessEmpty(settings, "ssl.ca.location", security.ca_file);
  setUnlessEmpty(settings, "ssl.certificate.location", security.certificate_file);
  setUnlessEmpty(settings, "ssl.key.location", security.key_file);
  setUnlessEmpty(settings, "ssl.key.password", security.key_password);
  setNumber(settings, "socket.timeout.ms", requestTimeout(connection).count());
}

/// Nagle's algorithm holds small requests back until the last one was acknowledged; the client
/// leaves it on before 2.10.0.
void sendAtOnce(ClientSettings& settings) { set(settings, "socket.nagle.disable", "true"); }

/// Offsets move in the transaction and nowhere else; positions that are gone surface as errors.
void keepOffsetsOurs(ClientSettings& settings, const KafkaConnection& connection) {
  set(settings, "group.id", connection.application);
  set(settings, "enable.auto.commit", "false");
  set(settings, "enable.auto.offset.store", "false");
  set(settings, "auto.offset.reset", "error");
  set(settings, "allow.auto.create.topics", "false");
}

void isolate(ClientSettings& settings, Isolation isolation) {
  set(settings, "isolation.level",
      isolation == Isolation::kReadCommitted ? "read_committed" : "read_uncommitted");
}

/// The end-of-partition event is the second witness that a range is complete: the position stays
/// unset in a partition that has delivered control records only.
void reportPartitionEnds(ClientSettings& settings) {
  set(settings, "enable.partition.eof", "true");
}

/// The client skips checksums by default; compressed bytes are few, so checking costs next to
/// nothing.
void noticeDamage(ClientSettings& settings) { set(settings, "check.crcs", "true"); }

/// A fetch that finds nothing waits at the broker; a new position has to wait for it.
void fetchPromptly(ClientSettings& settings) {
  setNumber(settings, "fetch.wait.max.ms", 10);
  setNumber(settings, "fetch.error.backoff.ms", 50);
  setNumber(settings, "fetch.message.max.bytes", 1'048'576);
  // Responses of aborted data only make the client double its fetch size: cap what one may bring.
  setNumber(settings, "fetch.max.bytes", 32 * 1024 * 1024);
}

/// Reads ahead within bounds. The client counts per partition when queues are read one by one, and
/// a waiting record takes 300 bytes beside its own: 10,000 of them are a third of the memory that
/// 30,000 take, at the same speed, because readers wake the fetcher every 2 ms at most.
void boundReadAhead(ClientSettings& settings, Bytes total, std::size_t partitions) {
  const auto share = total.count / std::max<std::size_t>(1, partitions);
  const auto bytes = std::clamp(share, kPartitionQueueBytesMin, kPartitionQueueBytesMax);
  setNumber(settings, "queued.min.messages", kQueuedMin);
  setNumber(settings, "queued.max.messages.kbytes", static_cast<std::int64_t>(bytes / 1024));
  if (!needsWaking(rd_kafka_version())) setNumber(settings, "fetch.queue.backoff.ms", 2);
}

/// One producer, one transaction at a time; lost messages fail the transaction before it times out.
void produceTransactionally(ClientSettings& settings, const KafkaConnection& connection) {
  const bool own = !connection.transactional_id.empty();
  set(settings, "transactional.id", own ? connection.transactional_id : connection.application);
  setNumber(settings, "transaction.timeout.ms", connection.transaction_timeout.count());
  setNumber(settings, "message.timeout.ms", connection.transaction_timeout.count());
}

/// Without a transaction: each record is in the log once and in order as long as this producer
/// lives. A lost message is known within the time in which a transaction would have to end.
void produceIdempotently(ClientSettings& settings, const KafkaConnection& connection) {
  set(settings, "enable.idempotence", "true");
  setNumber(settings, "message.timeout.ms", connection.transaction_timeout.count());
}

/// Large batches: compression and requests cost per batch. A partition's records come in one run
/// and fill batches, which leave when they are full; the rest goes with the flush that a commit or
/// a full queue brings. Time hardly sends any: a partition has one request under way at a time, and
/// while a record that has lingered long enough waits for it, the client's thread does not sleep
/// (librdkafka 2.0.2). The broker checks sizes against the topic's own limit.
void batchGenerously(ClientSettings& settings, const KafkaConnection& connection) {
  set(settings, "compression.codec", "lz4");
  // The client refuses one that outlasts a message, whose time-out is the transaction's.
  setNumber(settings, "linger.ms",
            std::min(kLingerMax, connection.transaction_timeout / 2).count());
  setNumber(settings, "batch.size",
            static_cast<std::int64_t>(connection.output_batch_bytes_max.count));
  setNumber(settings, "batch.num.messages", kBatchRecordsMax);
  setNumber(settings, "message.max.bytes", 1'000'000'000);
}

void boundSendQueue(ClientSettings& settings, const KafkaConnection& connection) {
  setNumber(settings, "queue.buffering.max.messages", connection.output_queue_records_max);
  setNumber(settings, "queue.buffering.max.kbytes",
            static_cast<std::int64_t>(connection.output_queue_bytes_max.count / 1024));
}

/// A transaction that follows another at once is told to try again: by default after 100 ms, which
/// is 90 ms lost per busy commit.
void retryCommitsSoon(ClientSettings& settings) { setNumber(settings, "retry.backoff.ms", 1); }

/// Reports of failures only, and as events (conf_set_events, where the handle is made): flush()
/// then waits on a condition variable instead of polling every 10 ms.
void reportFailuresOnly(ClientSettings& settings) {
  set(settings, "delivery.report.only.error", "true");
}

Status applyOverrides(ClientSettings& settings, const KafkaConnection& connection,
                      ClientKeyScope scope) {
  for (const auto& [key, value] : connection.client) {
    const auto* rule = findClientKey(key);
    if (rule == nullptr || !rule->allowed) {
      return Status::fatal(
          ExitCode::kConfiguration, "E061", fmt::format("kafka.client may not set '{}'", key),
          rule == nullptr ? "not among the keys that may be passed on" : std::string(rule->reason));
    }
    if (rule->scope == ClientKeyScope::kBoth || rule->scope == scope) settings[key] = value;
  }
  return {};
}

}  // namespace

milliseconds requestTimeout(const KafkaConnection& connection) {
  // The client refuses a request timeout above the transaction's.
  return std::min(kRequestTimeoutMax, connection.transaction_timeout);
}

std::uint32_t queuedMessagesMin(const ClientSettings& settings) {
  const auto found = settings.find("queued.min.messages");
  return found == settings.end() ? 0 : static_cast<std::uint32_t>(std::atol(found->second.c_str()));
}

Result<ClientSettings> inputSettings(const KafkaConnection& connection, InputUse use,
                                     std::size_t partitions) {
  ClientSettings settings;
  setConnection(settings, connection);
  sendAtOnce(settings);
  keepOffsetsOurs(settings, connection);
  isolate(settings, Isolation::kReadCommitted);
  reportPartitionEnds(settings);
  noticeDamage(settings);
  fetchPromptly(settings);
  const bool batches = use == InputUse::kBatches;
  boundReadAhead(settings,
                 batches ? connection.input_queue_bytes_max : connection.replay_queue_bytes_max,
                 partitions);
  LOCKSTEP_TRY(applyOverrides(settings, connection, ClientKeyScope::kInput));
  return settings;
}

Result<ClientSettings> outputSettings(const KafkaConnection& connection) {
  ClientSettings settings;
  setConnection(settings, connection);
  sendAtOnce(settings);
  if (connection.guarantee == Guarantee::kAtLeastOnce) {
    produceIdempotently(settings, connection);
  } else {
    produceTransactionally(settings, connection);
  }
  batchGenerously(settings, connection);
  boundSendQueue(settings, connection);
  retryCommitsSoon(settings);
  reportFailuresOnly(settings);
  LOCKSTEP_TRY(applyOverrides(settings, connection, ClientKeyScope::kOutput));
  return settings;
}

Result<ClientSettings> querySettings(const KafkaConnection& connection, Isolation isolation) {
  ClientSettings settings;
  setConnection(settings, connection);
  sendAtOnce(settings);
  keepOffsetsOurs(settings, connection);
  isolate(settings, isolation);
  LOCKSTEP_TRY(applyOverrides(settings, connection, ClientKeyScope::kBoth));
  return settings;
}

bool needsWaking(int client_version) { return client_version < kHasQueueBackoff; }

}  // namespace lockstep::kafka
