#include "src/runtime/configured_application.hpp"

#include <algorithm>
#include <random>
#include <thread>

namespace lockstep {
namespace {

std::chrono::milliseconds millis(config::Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration);
}

Nonce freshNonce() {
  std::random_device device;
  const auto high = static_cast<std::uint64_t>(device()) << 32;
  return Nonce{high | device()};
}

StartFrom startOf(config::StartPosition position) {
  switch (position) {
    case config::StartPosition::kLatest:
      return StartFrom::kLatest;
    case config::StartPosition::kStop:
      return StartFrom::kStop;
    case config::StartPosition::kEarliest:
      break;
  }
  return StartFrom::kEarliest;
}

RateOptions rateOf(const config::RateConfig& config) {
  RateOptions rate;
  if (config.max_per_partition)
    rate.max_per_partition = static_cast<double>(*config.max_per_partition);
  if (config.backpressure == config::Backpressure::kNone) return rate;
  if (config.initial) rate.initial = static_cast<double>(*config.initial);
  rate.backpressure =
      RateOptions::Pid{config.pid.proportional, config.pid.integral, config.pid.derived,
                       static_cast<double>(config.pid.min_rate)};
  return rate;
}

kafka::ReaderKind readerOf(config::KafkaReader reader) {
  switch (reader) {
    case config::KafkaReader::kNative:
      return kafka::ReaderKind::kNative;
    case config::KafkaReader::kLibrdkafka:
      return kafka::ReaderKind::kLibrdkafka;
    case config::KafkaReader::kAuto:
      break;
  }
  return kafka::ReaderKind::kAuto;
}

std::string_view protocolName(config::SecurityProtocol protocol) {
  switch (protocol) {
    case config::SecurityProtocol::kSsl:
      return "ssl";
    case config::SecurityProtocol::kSaslPlaintext:
      return "sasl_plaintext";
    case config::SecurityProtocol::kSaslSsl:
      return "sasl_ssl";
    case config::SecurityProtocol::kPlaintext:
      break;
  }
  return "plaintext";
}

std::uint32_t threadsOf(const config::ApplicationConfig& application) {
  const auto cores = std::max(1U, std::thread::hardware_concurrency());
  return static_cast<std::uint32_t>(application.threads.value_or(cores));
}

EngineOptions engineOptionsOf(const config::ApplicationConfig& application,
                              const RunOptions& options) {
  EngineOptions engine;
  engine.application = application.application.text;
  for (const auto& stream : application.streams) {
    const auto* kafka = stream.kafka();
    if (kafka == nullptr) continue;
    if (kafka->pattern) engine.patterns.push_back({kafka->pattern->text, startOf(kafka->start)});
    for (const auto& topic : kafka->topics) {
      engine.inputs.push_back({topic.text, startOf(kafka->start)});
    }
  }
  engine.nonce = freshNonce();
  engine.batch_interval = millis(application.batch.interval);
  engine.catch_up_whole = application.batch.catch_up == config::CatchUp::kWhole;
  if (application.batch.max_records_per_partition) {
    engine.max_records_per_partition =
        static_cast<std::int64_t>(*application.batch.max_records_per_partition);
  }
  engine.rate = rateOf(application.rate);
  engine.checkpoint_interval = millis(application.state.checkpoint_interval);
  engine.state_memory_limit = application.state.memory_limit;
  engine.start_timeout = millis(application.start_timeout);
  engine.commit_timeout = millis(application.commit_timeout);
  engine.transaction_timeout = millis(application.kafka.transaction_timeout);
  engine.ledger_batches = application.ledger_batches;
  engine.guarantee = application.guarantee;
  engine.until_end = options.until_end;
  engine.flush = options.flush;
  engine.takeover = options.takeover;
  engine.accept_changed_plan = options.accept_changed_plan;
  return engine;
}

}  // namespace

kafka::KafkaConnection connectionOf(const config::ApplicationConfig& application) {
  const auto& kafka = application.kafka;
  kafka::KafkaConnection connection;
  connection.bootstrap = kafka.bootstrap;
  connection.security.protocol = protocolName(kafka.security.protocol);
  connection.security.mechanism = kafka.security.mechanism.value_or("");
  connection.security.username = kafka.security.username.value_or("");
  if (kafka.security.password) connection.security.password = kafka.security.password->reveal();
  for (const auto& key : kafka.client) {
    connection.client.emplace_back(key.name.text, key.value.reveal());
  }
  connection.application = application.application.text;
  connection.transaction_timeout = millis(kafka.transaction_timeout);
  connection.guarantee = application.guarantee;
  connection.reader = readerOf(kafka.reader);
  connection.output_queue_bytes_max = application.output_queue_bytes_max;
  return connection;
}

ApplicationSpec specOf(const config::ApplicationConfig& application,
                       std::shared_ptr<DStreamGraph> graph, const RunOptions& options) {
  ApplicationSpec spec;
  spec.engine = engineOptionsOf(application, options);
  spec.graph = std::move(graph);
  spec.errors = errorPolicyOf(application);
  spec.state_dir = application.state.dir;
  spec.threads = threadsOf(application);
  if (application.rate.max_per_receiver)
    spec.receiver_rate = static_cast<double>(*application.rate.max_per_receiver);
  spec.engine.output_queue_bytes_max = application.output_queue_bytes_max;
  if (const auto& marker = application.stop_marker; marker.file)
    spec.stop_marker = {*marker.file, millis(marker.poll)};
  return spec;
}

}  // namespace lockstep
