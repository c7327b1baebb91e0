#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <lockstep/base/result.hpp>
#include <lockstep/model/cluster.hpp>

namespace lockstep {

/// Questions to the cluster, and the making of topics. Every call waits at most `timeout`; kRetry =
/// not answered in time or a transient refusal, ask again; kFatal carries code and remedy (E2xx,
/// ACLs). Answers come in the order of the arguments. Thread: the control thread.
class Cluster {
 public:
  using Timeout = std::chrono::milliseconds;
  virtual ~Cluster() = default;

  /// What the topics are like now; a missing topic has exists = false, which is no error.
  virtual Result<std::vector<TopicDescription>> describe(std::span<const std::string> topics,
                                                         Timeout timeout) = 0;

  /// The names of all topics that the application may see, sorted.
  virtual Result<std::vector<std::string>> topicNames(Timeout timeout) = 0;

  /// The ids of the topics as they are now: no value for a topic that does not exist, "" where the
  /// cluster cannot be asked for ids.
  virtual Result<std::vector<std::optional<std::string>>> topicIds(
      std::span<const std::string> topics, Timeout timeout) = 0;

  /// Creates topics; one that exists already is no error.
  virtual Status createTopics(std::span<const NewTopic> topics, Timeout timeout) = 0;

  /// Deletes the records below each offset; an offset at or below the log start does nothing.
  virtual Status deleteRecords(std::span<const PartitionOffset> before, Timeout timeout) = 0;

  /// What the application's group has committed, stable only: kRetry while a transaction that may
  /// move an offset is undecided. REQUIRES: the producer was initialised, so that no older self can
  /// move them.
  virtual Result<std::vector<CommittedOffset>> committed(std::span<const TopicPartition> partitions,
                                                         Timeout timeout) = 0;

  /// First offset that still exists.
  virtual Result<std::vector<Offset>> logStarts(std::span<const TopicPartition> partitions,
                                                Timeout timeout) = 0;
  /// First offset that a read_committed reader cannot pass now.
  virtual Result<std::vector<Offset>> lastStable(std::span<const TopicPartition> partitions,
                                                 Timeout timeout) = 0;
  /// The log's end, whatever is undecided in it.
  virtual Result<std::vector<Offset>> highWatermarks(std::span<const TopicPartition> partitions,
                                                     Timeout timeout) = 0;
};

}  // namespace lockstep
