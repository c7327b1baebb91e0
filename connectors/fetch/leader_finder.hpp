#pragma once

#include <optional>
#include <string>
#include <vector>

#include <lockstep/base/mutex.hpp>
#include <lockstep/base/status.hpp>

#include "connectors/fetch/broker_set.hpp"
#include "connectors/fetch/loop_partition.hpp"

namespace lockstep::fetch {

/// Keeps the leaders of the partitions up to date: asks at the start, when an answer says that they
/// have changed, and now and then. Thread: the fetch loop's, but for awaitFirst().
class LeaderFinder {
 public:
  LeaderFinder(const FetchSettings& settings, BrokerSet& brokers, LoopPartitions& partitions,
               const Clock& clock);

  /// Asks again soon.
  void want() { wanted_ = true; }
  /// Sends the question when it is due. True: something is wanted that no socket announces.
  bool step();

  /// Waits for the first answer. Errors: E211, E242, E245, and E201 (kRetry) when none came.
  [[nodiscard]] Status awaitFirst(Deadline deadline);

 private:
  void take(const Result<Answer>& answer);
  [[nodiscard]] Status apply(const ClusterView& view);
  /// Sets one partition's leader. The error that the cluster reports for it.
  [[nodiscard]] std::int16_t place(LoopPartition& partition, const ClusterView& view);
  /// The partition is unknown. Fatal at the first answer, or when it has been so for long.
  [[nodiscard]] Status miss(LoopPartition& partition, const Status& why);
  void answerFirst(Status status);

  const FetchSettings& settings_;
  BrokerSet& brokers_;
  LoopPartitions& partitions_;
  const Clock& clock_;
  const std::vector<std::string> topics_;
  bool wanted_ = true;
  bool asked_ = false;
  bool known_ = false;  ///< a first answer has come
  Instant not_before_{};
  Instant refresh_at_{};

  Mutex mutex_;
  std::condition_variable_any answered_;
  std::optional<Status> first_ GUARDED_BY(mutex_);
  Status trouble_ GUARDED_BY(mutex_);
};

}  // namespace lockstep::fetch
