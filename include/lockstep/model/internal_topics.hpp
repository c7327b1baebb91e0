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

}  // namespace lockstep
