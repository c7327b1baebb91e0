#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include <lockstep/model/cluster.hpp>

#include "connectors/memory/broker_error.hpp"
#include "connectors/memory/partition_log.hpp"

namespace lockstep::memory {

/// One topic: identity, settings, logs.
struct Topic {
  std::string id;
  std::deque<PartitionLog> partitions;
  std::map<std::string, std::string> config;
  LogLimits limits;  ///< what the logs check, from config
};

/// The topics of the cluster. A topic that is deleted and made again has another id and empty
/// logs.
/// Thread: the broker's.
class Topics {
 public:
  BrokerError create(const NewTopic& topic);
  BrokerError remove(const std::string& name);
  /// Sets the partition count. INVALID_PARTITIONS unless it grows.
  BrokerError grow(const std::string& name, std::int32_t partitions);
  /// Sets one setting of a topic, by Kafka's name.
  BrokerError configure(const std::string& name, const std::string& key, const std::string& value);

  [[nodiscard]] Topic* find(const std::string& name);
  /// Null when the topic or the partition does not exist.
  [[nodiscard]] PartitionLog* log(const TopicPartition& partition);
  [[nodiscard]] TopicDescription describe(const std::string& name) const;
  /// Of all topics, sorted.
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  std::unordered_map<std::string, Topic> topics_;
  std::uint64_t next_id_ = 1;
};

}  // namespace lockstep::memory
