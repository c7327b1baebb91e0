#include "src/cli/fed_streams.hpp"

#include <utility>

namespace lockstep::cli {
namespace {

/// No stream's name has a dot, so no topic of the file is called so by chance.
config::KafkaInput fedTopic(const std::string& stream, config::DataFormat key,
                            config::DataFormat value) {
  config::KafkaInput input;
  input.topics.emplace_back().text = "lockstep.fed." + stream;
  input.key = key;
  input.value = value;
  return input;
}

}  // namespace

config::ApplicationConfig fedByHand(config::ApplicationConfig application) {
  for (auto& stream : application.streams) {
    const auto& name = stream.name.text;
    if (const auto* files = stream.files()) {
      stream.source = fedTopic(name, config::DataFormat::kString, files->value);
    } else if (const auto* socket = stream.socket()) {
      stream.source = fedTopic(name, config::DataFormat::kString, socket->value);
    } else if (stream.kafka() != nullptr && stream.kafka()->pattern) {
      stream.source = fedTopic(name, stream.kafka()->key, stream.kafka()->value);
    }
  }
  return application;
}

std::set<std::string> fedTopics(const config::ApplicationConfig& application) {
  std::set<std::string> topics;
  for (const auto& stream : application.streams) {
    if (stream.kafka() == nullptr) continue;
    for (const auto& topic : stream.kafka()->topics) topics.insert(topic.text);
  }
  return topics;
}

NewTopic newFedTopic(const std::string& topic) {
  return {topic, 1, 1, {{"max.message.bytes", "9223372036854775807"}}};
}

}  // namespace lockstep::cli
