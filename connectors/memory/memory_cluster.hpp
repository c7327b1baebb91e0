#pragma once

#include <string>
#include <utility>

#include <lockstep/ports/cluster.hpp>

#include "connectors/memory/connection.hpp"

namespace lockstep::memory {

/// Questions to the in-process Kafka. Thread: one.
class MemoryCluster final : public Cluster {
 public:
  MemoryCluster(Connection connection, std::string group);

  Result<std::vector<TopicDescription>> describe(std::span<const std::string> topics,
                                                 Timeout timeout) override;
  Result<std::vector<std::optional<std::string>>> topicIds(std::span<const std::string> topics,
                                                           Timeout timeout) override;
  Result<std::vector<std::string>> topicNames(Timeout timeout) override;
  Status deleteRecords(std::span<const PartitionOffset> before, Timeout timeout) override;
  Status createTopics(std::span<const NewTopic> topics, Timeout timeout) override;
  Result<std::vector<CommittedOffset>> committed(std::span<const TopicPartition> partitions,
                                                 Timeout timeout) override;
  Result<std::vector<Offset>> logStarts(std::span<const TopicPartition> partitions,
                                        Timeout timeout) override;
  Result<std::vector<Offset>> lastStable(std::span<const TopicPartition> partitions,
                                         Timeout timeout) override;
  Result<std::vector<Offset>> highWatermarks(std::span<const TopicPartition> partitions,
                                             Timeout timeout) override;

 private:
  /// Repeats a request until `accept(reply)` or the time is up.
  template <class Request, class Accept>
  Result<typename Request::Reply> ask(const Request& request, Timeout timeout, Accept accept);
  Result<std::vector<Offset>> list(std::span<const TopicPartition> partitions,
                                   ListOffsets::Which which, Timeout timeout);

  Connection connection_;
  SharedClient client_;
};

}  // namespace lockstep::memory
