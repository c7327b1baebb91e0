#include "src/runtime/reader_choice.hpp"

#include <fmt/format.h>

namespace lockstep {

namespace {

/// Empty when the native reader can read what the connection describes.
std::string obstacle(const kafka::KafkaConnection& connection) {
  const auto& protocol = connection.security.protocol;
  if (protocol != "plaintext") return fmt::format("kafka.security.protocol is {}", protocol);
  fetch::FetchSettings settings;
  const auto unknown = fetch::applyClientKeys(connection.client, settings);
  if (unknown.empty()) return {};
  return fmt::format("kafka.client sets {}", unknown.front());
}

}  // namespace

std::string ReaderChoice::toString() const {
  if (native) return "native";
  return because.empty() ? "librdkafka" : fmt::format("librdkafka, because {}", because);
}

Result<ReaderChoice> chooseReader(const kafka::KafkaConnection& connection) {
  if (connection.reader == kafka::ReaderKind::kLibrdkafka) return ReaderChoice{};
  auto because = obstacle(connection);
  if (because.empty()) return ReaderChoice{true, {}};
  if (connection.reader == kafka::ReaderKind::kAuto) return ReaderChoice{false, std::move(because)};
  return Status::fatal(ExitCode::kConfiguration, "E063",
                       fmt::format("kafka.reader: native cannot read here: {}", because),
                       "write  reader: auto, which takes librdkafka here, or remove the line");
}

fetch::FetchSettings fetchSettings(const kafka::KafkaConnection& connection, kafka::InputUse use) {
  fetch::FetchSettings settings;
  settings.bootstrap = connection.bootstrap;
  settings.request_timeout = kafka::requestTimeout(connection);
  settings.buffered_bytes_max = use == kafka::InputUse::kBatches
                                    ? connection.input_queue_bytes_max
                                    : connection.replay_queue_bytes_max;
  static_cast<void>(fetch::applyClientKeys(connection.client, settings));
  return settings;
}

}  // namespace lockstep
