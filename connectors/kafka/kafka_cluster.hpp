#pragma once

#include <memory>

#include <lockstep/base/clock.hpp>
#include <lockstep/ports/cluster.hpp>

#include "connectors/kafka/client_handle.hpp"
#include "connectors/kafka/topic_id_probe.hpp"

namespace lockstep::kafka {

/// Asks the cluster with two idle consumers: what a reader sees depends on its isolation, so the
/// last stable offset comes from a read_committed one and the high watermark from the other.
/// Thread: the control thread.
class KafkaCluster final : public Cluster {
 public:
  [[nodiscard]] static Result<std::unique_ptr<KafkaCluster>> create(
      const KafkaConnection& connection, Clock& clock);

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
  KafkaCluster(std::unique_ptr<ClientHandle> committed, std::unique_ptr<ClientHandle> uncommitted,
               std::unique_ptr<TopicIdProbe> ids, Clock& clock)
      : committed_(std::move(committed)),
        uncommitted_(std::move(uncommitted)),
        ids_(std::move(ids)),
        clock_(clock) {}

  /// Partitions and replicas, by one request for all.
  Result<std::vector<TopicDescription>> describeAll(std::span<const std::string> names,
                                                    Deadline deadline);
  void addTopicIds(std::span<TopicDescription> topics, Deadline deadline);
  Status awaitTopics(std::span<const NewTopic> topics, Deadline deadline);

  const std::unique_ptr<ClientHandle> committed_;
  const std::unique_ptr<ClientHandle> uncommitted_;
  const std::unique_ptr<TopicIdProbe> ids_;  ///< null where that would need security
  Clock& clock_;
};

}  // namespace lockstep::kafka
