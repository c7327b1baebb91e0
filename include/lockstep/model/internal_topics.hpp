#pragma once

#include <string>
#include <string_view>

#include <lockstep/model/topic_partition.hpp>

namespace lockstep {

/// Names of the topics that an application owns. docs/formats.md describes what is in them.

/// The ledger: compacted, one partition.
[[nodiscard]] inline std::string ledgerTopic(std::string_view application) {
  return std::string(application) + "-ledger";
}
[[nodiscard]] inline TopicPartition ledgerPartition(std::string_view application) {
  return {ledgerTopic(application), Partition{0}};
}

/// The changelog of one stateful operator: compacted, partition = shard.
[[nodiscard]] inline std::string changelogTopic(std::string_view application,
                                                std::string_view operator_id) {
  return std::string(application) + "-changelog-" + std::string(operator_id);
}

/// Whether an application of that name owns the topic, in this version or a later one.
[[nodiscard]] inline bool isInternalTopic(std::string_view topic, std::string_view application) {
  if (topic.substr(0, application.size()) != application) return false;
  topic.remove_prefix(application.size());
  if (topic == "-ledger") return true;
  for (const std::string_view role : {"-changelog-", "-receiver-", "-outbox-"})
    if (topic.substr(0, role.size()) == role) return true;
  return false;
}

/// What the receiver or file reader `id` has received, until it was processed: one partition.
[[nodiscard]] inline std::string receiverTopic(std::string_view application, std::string_view id) {
  return std::string(application) + "-receiver-" + std::string(id);
}
[[nodiscard]] inline TopicPartition receiverPartition(std::string_view application,
                                                      std::string_view id) {
  return {receiverTopic(application, id), Partition{0}};
}

/// How far the file reader `id` has read which file: compacted, one partition. Ids have no dot.
[[nodiscard]] inline TopicPartition positionsPartition(std::string_view application,
                                                       std::string_view id) {
  return {receiverTopic(application, id) + ".positions", Partition{0}};
}

}  // namespace lockstep
