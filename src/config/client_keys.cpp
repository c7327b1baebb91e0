#include "src/config/client_keys.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "src/config/suggest.hpp"
#include "src/config/value_reader.hpp"

namespace lockstep::config {
namespace {

using enum ClientScope;
using enum ClientKeyType;

// Sorted by name. A key is allowed when it changes speed, security or diagnostics and nothing else.
constexpr std::array<ClientKeyRule, 135> kRules{{
    {"acks", kProducer, kText, "without it the producer may write twice, reorder or lose"},
    {"allow.auto.create.topics", kBoth, kText,
     "topics are created by the application or by you, never by accident"},
    {"api.version.fallback.ms", kBoth, kText, "the program decides on protocol versions"},
    {"api.version.request", kBoth, kText, "the program decides on protocol versions"},
    {"api.version.request.timeout.ms", kBoth, kText, "the program decides on protocol versions"},
    {"auto.commit.enable", kConsumer, kText,
     "positions are committed with the outputs, never on their own"},
    {"auto.commit.interval.ms", kConsumer, kText,
     "positions are committed with the outputs, never on their own"},
    {"auto.offset.reset", kConsumer, kText,
     "a lost position has to stop the application; see 'start' of a stream"},
    {"batch.num.messages", kProducer, kNumber},
    {"batch.size", kProducer, kNumber},
    {"bootstrap.servers", kBoth, kText, "it has the setting kafka.bootstrap"},
    {"broker.address.family", kBoth, kText},
    {"broker.address.ttl", kBoth, kNumber},
    {"broker.version.fallback", kBoth, kText, "the program decides on protocol versions"},
    {"builtin.features", kBoth, kText, "the program decides on protocol versions"},
    {"check.crcs", kConsumer, kText, "damaged records have to be noticed"},
    {"client.id", kBoth, kText},
    {"client.rack", kBoth, kText, "reading from followers can loop after offsets were lost"},
    {"compression.codec", kProducer, kText},
    {"compression.level", kProducer, kNumber},
    {"compression.type", kProducer, kText},
    {"connections.max.idle.ms", kBoth, kNumber},
    {"coordinator.query.interval.ms", kConsumer, kText,
     "partitions are assigned by the application, not by a group"},
    {"debug", kBoth, kText},
    {"default_topic_conf", kBoth, kText, "the program sets it"},
    {"delivery.report.only.error", kProducer, kText,
     "without it the producer may write twice, reorder or lose"},
    {"delivery.timeout.ms", kProducer, kText, "deliveries are bounded by the transaction"},
    {"enable.auto.commit", kConsumer, kText,
     "positions are committed with the outputs, never on their own"},
    {"enable.auto.offset.store", kConsumer, kText,
     "positions are committed with the outputs, never on their own"},
    {"enable.gapless.guarantee", kProducer, kText,
     "without it the producer may write twice, reorder or lose"},
    {"enable.idempotence", kProducer, kText,
     "without it the producer may write twice, reorder or lose"},
    {"enable.partition.eof", kConsumer, kText, "the end of a range is found by it"},
    {"enable.random.seed", kBoth, kText, "the program sets it"},
    {"enable.sasl.oauthbearer.unsecure.jwt", kBoth, kBoolean},
    {"enable.ssl.certificate.verification", kBoth, kBoolean},
    {"enabled_events", kBoth, kText, "the program sets it"},
    {"fetch.error.backoff.ms", kConsumer, kNumber},
    {"fetch.max.bytes", kConsumer, kNumber},
    {"fetch.message.max.bytes", kConsumer, kNumber},
    {"fetch.min.bytes", kConsumer, kNumber},
    {"fetch.wait.max.ms", kConsumer, kNumber},
    {"group.id", kConsumer, kText, "the identity follows from 'application'"},
    {"group.instance.id", kConsumer, kText,
     "partitions are assigned by the application, not by a group"},
    {"group.protocol.type", kConsumer, kText,
     "partitions are assigned by the application, not by a group"},
    {"heartbeat.interval.ms", kConsumer, kText,
     "partitions are assigned by the application, not by a group"},
    {"interceptors", kBoth, kText, "it loads foreign code into the process"},
    {"internal.termination.signal", kBoth, kText, "the program sets it"},
    {"isolation.level", kConsumer, kText, "records of open and aborted transactions would be read"},
    {"linger.ms", kProducer, kNumber},
    {"log.connection.close", kBoth, kBoolean},
    {"log.queue", kBoth, kText, "the program sets it"},
    {"log.thread.name", kBoth, kBoolean},
    {"log_level", kBoth, kNumber},
    {"max.in.flight", kProducer, kText, "without it the producer may write twice, reorder or lose"},
    {"max.in.flight.requests.per.connection", kProducer, kText,
     "without it the producer may write twice, reorder or lose"},
    {"max.partition.fetch.bytes", kConsumer, kNumber},
    {"max.poll.interval.ms", kConsumer, kText,
     "partitions are assigned by the application, not by a group"},
    {"message.copy.max.bytes", kBoth, kNumber},
    {"message.max.bytes", kProducer, kText,
     "the topics' own limits hold and are checked before sending"},
    {"message.send.max.retries", kProducer, kText,
     "without it the producer may write twice, reorder or lose"},
    {"message.timeout.ms", kProducer, kText, "deliveries are bounded by the transaction"},
    {"metadata.broker.list", kBoth, kText, "it has the setting kafka.bootstrap"},
    {"metadata.max.age.ms", kBoth, kNumber},
    {"offset.store.method", kConsumer, kText,
     "positions are committed with the outputs, never on their own"},
    {"offset.store.path", kConsumer, kText,
     "positions are committed with the outputs, never on their own"},
    {"offset.store.sync.interval.ms", kConsumer, kText,
     "positions are committed with the outputs, never on their own"},
    {"opaque", kBoth, kText, "the program sets it"},
    {"partition.assignment.strategy", kConsumer, kText,
     "partitions are assigned by the application, not by a group"},
    {"partitioner", kProducer, kText, "the partition of a key is murmur2, as in the Java client"},
    {"plugin.library.paths", kBoth, kText, "it loads foreign code into the process"},
    {"queue.buffering.backpressure.threshold", kProducer, kNumber},
    {"queue.buffering.max.kbytes", kProducer, kText, "it has the setting output.queue_bytes_max"},
    {"queue.buffering.max.messages", kProducer, kNumber},
    {"queue.buffering.max.ms", kProducer, kNumber},
    {"queued.max.messages.kbytes", kConsumer, kNumber},
    {"queued.min.messages", kConsumer, kNumber},
    {"queuing.strategy", kProducer, kText,
     "without it the producer may write twice, reorder or lose"},
    {"receive.message.max.bytes", kBoth, kNumber},
    {"reconnect.backoff.max.ms", kBoth, kNumber},
    {"reconnect.backoff.ms", kBoth, kNumber},
    {"request.required.acks", kProducer, kText,
     "without it the producer may write twice, reorder or lose"},
    {"request.timeout.ms", kProducer, kText, "deliveries are bounded by the transaction"},
    {"retries", kProducer, kText, "without it the producer may write twice, reorder or lose"},
    {"retry.backoff.ms", kProducer, kNumber},
    {"sasl.kerberos.keytab", kBoth, kText},
    {"sasl.kerberos.kinit.cmd", kBoth, kText},
    {"sasl.kerberos.min.time.before.relogin", kBoth, kNumber},
    {"sasl.kerberos.principal", kBoth, kText},
    {"sasl.kerberos.service.name", kBoth, kText},
    {"sasl.mechanism", kBoth, kText, "it has the setting kafka.security.mechanism"},
    {"sasl.mechanisms", kBoth, kText, "it has the setting kafka.security.mechanism"},
    {"sasl.oauthbearer.client.id", kBoth, kText},
    {"sasl.oauthbearer.client.secret", kBoth, kText},
    {"sasl.oauthbearer.config", kBoth, kText},
    {"sasl.oauthbearer.extensions", kBoth, kText},
    {"sasl.oauthbearer.method", kBoth, kText},
    {"sasl.oauthbearer.scope", kBoth, kText},
    {"sasl.oauthbearer.token.endpoint.url", kBoth, kText},
    {"sasl.password", kBoth, kText, "it has the setting kafka.security.password"},
    {"sasl.username", kBoth, kText, "it has the setting kafka.security.username"},
    {"security.protocol", kBoth, kText, "it has the setting kafka.security.protocol"},
    {"session.timeout.ms", kConsumer, kText,
     "partitions are assigned by the application, not by a group"},
    {"socket.connection.setup.timeout.ms", kBoth, kNumber},
    {"socket.keepalive.enable", kBoth, kBoolean},
    {"socket.max.fails", kBoth, kNumber},
    {"socket.nagle.disable", kBoth, kBoolean},
    {"socket.receive.buffer.bytes", kBoth, kNumber},
    {"socket.send.buffer.bytes", kBoth, kNumber},
    {"socket.timeout.ms", kBoth, kText, "the doubt about a transaction is measured by it"},
    {"ssl.ca.location", kBoth, kText},
    {"ssl.ca.pem", kBoth, kText},
    {"ssl.certificate.location", kBoth, kText},
    {"ssl.certificate.pem", kBoth, kText},
    {"ssl.cipher.suites", kBoth, kText},
    {"ssl.crl.location", kBoth, kText},
    {"ssl.curves.list", kBoth, kText},
    {"ssl.endpoint.identification.algorithm", kBoth, kText},
    {"ssl.engine.id", kBoth, kText, "it loads foreign code into the process"},
    {"ssl.engine.location", kBoth, kText, "it loads foreign code into the process"},
    {"ssl.key.location", kBoth, kText},
    {"ssl.key.password", kBoth, kText},
    {"ssl.key.pem", kBoth, kText},
    {"ssl.keystore.location", kBoth, kText},
    {"ssl.keystore.password", kBoth, kText},
    {"ssl.providers", kBoth, kText},
    {"ssl.sigalgs.list", kBoth, kText},
    {"statistics.interval.ms", kBoth, kNumber},
    {"sticky.partitioning.linger.ms", kProducer, kNumber},
    {"topic.blacklist", kBoth, kText, "the program sets it"},
    {"topic.metadata.propagation.max.ms", kBoth, kNumber},
    {"topic.metadata.refresh.fast.interval.ms", kBoth, kNumber},
    {"topic.metadata.refresh.interval.ms", kBoth, kNumber},
    {"topic.metadata.refresh.sparse", kBoth, kBoolean},
    {"transaction.timeout.ms", kProducer, kText, "it has the setting kafka.transaction_timeout"},
    {"transactional.id", kProducer, kText, "the identity follows from 'application'"},
}};

bool hasType(ValueReader& reader, const Node& value, const std::string& path, ClientKeyType type) {
  if (type == kBoolean) {
    bool ignored = false;
    return reader.read(value, path, ignored);
  }
  if (type == kNumber) {
    std::uint64_t ignored = 0;
    return reader.read(value, path, ignored);
  }
  SourceText ignored;
  return reader.read(value, path, ignored);
}

}  // namespace

std::span<const ClientKeyRule> clientKeyTable() { return kRules; }

const ClientKeyRule* findClientKey(std::string_view name) {
  const auto* found =
      std::lower_bound(kRules.begin(), kRules.end(), name,
                       [](const ClientKeyRule& rule, std::string_view n) { return rule.name < n; });
  return found != kRules.end() && found->name == name ? found : nullptr;
}

void readClientKeys(const Node& map, std::vector<ClientKey>& keys, Diagnostics& diagnostics) {
  ValueReader reader(diagnostics);
  for (const NodeEntry& entry : map.entries) {
    const ClientKeyRule* rule = findClientKey(entry.key.text);
    if (rule == nullptr) {
      std::vector<std::string_view> names;
      for (const ClientKeyRule& known : kRules) {
        if (known.refused_because.empty()) names.push_back(known.name);
      }
      auto help = didYouMean(entry.key.text, names);
      if (help.empty()) help = "the allowed keys are listed in docs/configuration.md";
      diagnostics.error("E062", entry.key.place,
                        fmt::format("kafka.client: unknown key '{}'", entry.key.text),
                        std::move(help));
    } else if (!rule->refused_because.empty()) {
      diagnostics.error("E061", entry.key.place,
                        fmt::format("kafka.client: '{}' cannot be set: {}", entry.key.text,
                                    rule->refused_because),
                        "remove it");
    } else if (hasType(reader, entry.value, "kafka.client." + entry.key.text, rule->type)) {
      keys.push_back({entry.key, Secret(entry.value.scalar.text)});
    }
  }
}

}  // namespace lockstep::config
