#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <lockstep/model/topic_pattern.hpp>

#include "connectors/memory/memory_kafka.hpp"
#include "tests/sim/options.hpp"
#include "tests/sim/oracle.hpp"

namespace lockstep::sim {

/// The input topics of a schedule, by number.
[[nodiscard]] std::vector<std::string> inputTopics(const Options& options);

/// The pattern that matches all of them, and nothing else.
[[nodiscard]] TopicPattern inputPattern();

/// What the inputs hold and held: also what retention deleted, and what a topic held before it was
/// deleted. Records that only the topic's successor has are not in it.
class InputHistory {
 public:
  InputHistory(memory::MemoryKafka& kafka, const Options& options)
      : kafka_(kafka), topics_(inputTopics(options)) {}

  /// Keeps what the topic holds now: before records of it are deleted.
  void keep(const std::string& topic);
  /// Keeps it, and from now on takes nothing else for the topic: before it is deleted.
  void keepForGood(const std::string& topic);

  /// All partitions that there are, and those of topics that are gone.
  [[nodiscard]] std::vector<TopicPartition> partitions() const;
  /// The end of the stable records; for a topic that is gone, as it was.
  [[nodiscard]] std::int64_t lastStable(const TopicPartition& partition) const;
  [[nodiscard]] std::int64_t end(const TopicPartition& partition) const;
  /// Committed records of [from, until), in order. REQUIRES: until <= end().
  [[nodiscard]] std::vector<Seen> between(const TopicPartition& partition, std::int64_t from,
                                          std::int64_t until) const;
  [[nodiscard]] bool isGone(const std::string& topic) const { return gone_.contains(topic); }

 private:
  template <class Read>
  auto withLog(const TopicPartition& partition, Read read) const;

  memory::MemoryKafka& kafka_;
  const std::vector<std::string> topics_;
  std::map<TopicPartition, memory::PartitionLog> kept_;
  std::set<std::string> gone_;
};

}  // namespace lockstep::sim
