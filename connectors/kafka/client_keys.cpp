#include "connectors/kafka/client_keys.hpp"

#include <algorithm>
#include <array>

namespace lockstep::kafka {

namespace {

constexpr ClientKeyRule allow(std::string_view key, ClientKeyScope scope = ClientKeyScope::kBoth) {
  return {key, true, scope, {}};
}
constexpr ClientKeyRule refuse(std::string_view key, std::string_view reason) {
  return {key, false, ClientKeyScope::kBoth, reason};
}

constexpr auto kIn = ClientKeyScope::kInput;
constexpr auto kOut = ClientKeyScope::kOutput;

constexpr std::string_view kIdentity = "the application's name decides it: write 'application:'";
constexpr std::string_view kConnection = "write it under 'kafka.bootstrap' or 'kafka.security'";
constexpr std::string_view kOffsets =
    "offsets are committed by the transaction and by nothing else";
constexpr std::string_view kAtomicity = "exactly once rests on it";
constexpr std::string_view kReading = "ranges are read without loss only as it is set here";
constexpr std::string_view kOrder = "idempotence keeps order and drops duplicates only as it is";
constexpr std::string_view kGroup = "partitions are assigned, not subscribed to";
constexpr std::string_view kBounds =
    "a setting of its own bounds the queues: 'output.queue_bytes_max'";
constexpr std::string_view kTimeout = "write 'kafka.transaction_timeout'";

// Sorted by key, as a test checks.
constexpr std::array kKeyRules{
    refuse("acks", kAtomicity),
    refuse("allow.auto.create.topics", "missing topics stop the application"),
    refuse("auto.commit.enable", kOffsets),
    refuse("auto.commit.interval.ms", kOffsets),
    refuse("auto.offset.reset",
           "lost offsets stop the application: 'start:' chooses the first ones"),
    allow("batch.num.messages", kOut),
    allow("batch.size", kOut),
    refuse("bootstrap.servers", kConnection),
    allow("broker.address.family"),
    allow("broker.address.ttl"),
    refuse("builtin.features", "not a setting"),
    refuse("check.crcs", "damaged records have to be noticed"),
    allow("client.id"),
    refuse("client.rack", "reading from followers may loop after offsets were lost"),
    allow("compression.codec", kOut),
    allow("compression.level", kOut),
    allow("compression.type", kOut),
    allow("connections.max.idle.ms"),
    allow("debug"),
    refuse("delivery.report.only.error", kAtomicity),
    refuse("delivery.timeout.ms", kTimeout),
    refuse("enable.auto.commit", kOffsets),
    refuse("enable.auto.offset.store", kOffsets),
    refuse("enable.gapless.guarantee", kOrder),
    refuse("enable.idempotence", kAtomicity),
    refuse("enable.partition.eof", kReading),
    allow("enable.sasl.oauthbearer.unsecure.jwt"),
    allow("enable.ssl.certificate.verification"),
    allow("fetch.error.backoff.ms", kIn),
    allow("fetch.max.bytes", kIn),
    allow("fetch.message.max.bytes", kIn),
    allow("fetch.min.bytes", kIn),
    allow("fetch.queue.backoff.ms", kIn),
    allow("fetch.wait.max.ms", kIn),
    refuse("group.id", kIdentity),
    refuse("group.instance.id", kGroup),
    refuse("group.protocol", kGroup),
    refuse("heartbeat.interval.ms", kGroup),
    refuse("isolation.level", kAtomicity),
    allow("linger.ms", kOut),
    allow("log.connection.close"),
    allow("log.thread.name"),
    allow("log_level"),
    refuse("max.in.flight", kOrder),
    refuse("max.in.flight.requests.per.connection", kOrder),
    allow("max.partition.fetch.bytes", kIn),
    refuse("max.poll.interval.ms", kGroup),
    allow("message.copy.max.bytes"),
    refuse("message.max.bytes", "limits are the topics' own and are checked before sending"),
    refuse("message.send.max.retries", kAtomicity),
    refuse("message.timeout.ms", kTimeout),
    refuse("metadata.broker.list", kConnection),
    allow("metadata.max.age.ms"),
    refuse("opaque", "not a setting"),
    refuse("partition.assignment.strategy", kGroup),
    refuse("partitioner", "the output partition is chosen before the client sees the record"),
    refuse("plugin.library.paths", "code in the client could break any guarantee"),
    allow("queue.buffering.backpressure.threshold", kOut),
    refuse("queue.buffering.max.kbytes", kBounds),
    allow("queue.buffering.max.messages", kOut),
    allow("queue.buffering.max.ms", kOut),
    allow("queued.max.messages.kbytes", kIn),
    allow("queued.min.messages", kIn),
    allow("receive.message.max.bytes"),
    allow("reconnect.backoff.max.ms"),
    allow("reconnect.backoff.ms"),
    refuse("request.required.acks", kAtomicity),
    allow("request.timeout.ms", kOut),
    refuse("retries", kAtomicity),
    allow("retry.backoff.ms", kOut),
    allow("sasl.kerberos.keytab"),
    allow("sasl.kerberos.kinit.cmd"),
    allow("sasl.kerberos.min.time.before.relogin"),
    allow("sasl.kerberos.principal"),
    allow("sasl.kerberos.service.name"),
    refuse("sasl.mechanism", kConnection),
    refuse("sasl.mechanisms", kConnection),
    allow("sasl.oauthbearer.client.id"),
    allow("sasl.oauthbearer.client.secret"),
    allow("sasl.oauthbearer.config"),
    allow("sasl.oauthbearer.extensions"),
    allow("sasl.oauthbearer.method"),
    allow("sasl.oauthbearer.scope"),
    allow("sasl.oauthbearer.token.endpoint.url"),
    refuse("sasl.password", kConnection),
    refuse("sasl.username", kConnection),
    refuse("security.protocol", kConnection),
    refuse("session.timeout.ms", kGroup),
    allow("socket.connection.setup.timeout.ms"),
    allow("socket.keepalive.enable"),
    allow("socket.max.fails"),
    allow("socket.nagle.disable"),
    allow("socket.receive.buffer.bytes"),
    allow("socket.send.buffer.bytes"),
    refuse("socket.timeout.ms", "a commit slower than this time rebuilds the producer"),
    allow("ssl.ca.location"),
    allow("ssl.ca.pem"),
    allow("ssl.certificate.location"),
    allow("ssl.certificate.pem"),
    allow("ssl.cipher.suites"),
    allow("ssl.crl.location"),
    allow("ssl.curves.list"),
    allow("ssl.endpoint.identification.algorithm"),
    allow("ssl.key.location"),
    allow("ssl.key.password"),
    allow("ssl.key.pem"),
    allow("ssl.keystore.location"),
    allow("ssl.keystore.password"),
    allow("ssl.providers"),
    allow("ssl.sigalgs.list"),
    allow("statistics.interval.ms"),
    allow("sticky.partitioning.linger.ms", kOut),
    allow("topic.metadata.propagation.max.ms"),
    allow("topic.metadata.refresh.fast.interval.ms"),
    allow("topic.metadata.refresh.interval.ms"),
    allow("topic.metadata.refresh.sparse"),
    refuse("transaction.timeout.ms", kTimeout),
    refuse("transactional.id", kIdentity),
};

}  // namespace

std::span<const ClientKeyRule> clientKeyRules() { return kKeyRules; }

const ClientKeyRule* findClientKey(std::string_view key) {
  const auto rule = std::lower_bound(
      kKeyRules.begin(), kKeyRules.end(), key,
      [](const ClientKeyRule& left, std::string_view right) { return left.key < right; });
  return rule != kKeyRules.end() && rule->key == key ? &*rule : nullptr;
}

bool allowedClientKey(std::string_view key) {
  const auto* rule = findClientKey(key);
  return rule != nullptr && rule->allowed;
}

}  // namespace lockstep::kafka
