#pragma once

#include <memory>
#include <stop_token>
#include <thread>

#include "connectors/fetch/broker_set.hpp"
#include "connectors/fetch/leader_finder.hpp"
#include "connectors/fetch/loop_partition.hpp"
#include "connectors/fetch/partition_fetcher.hpp"

namespace lockstep::fetch {

/// The thread `ls-fetch` of one input: owns all of its sockets and waits for them and for readers.
/// Runs from construction to destruction.
class FetchLoop {
 public:
  FetchLoop(const FetchSettings& settings, LoopPartitions partitions,
            std::shared_ptr<LoopWaker> waker, std::shared_ptr<BufferPool> buffers,
            const Clock& clock);
  ~FetchLoop();
  FetchLoop(const FetchLoop&) = delete;
  FetchLoop& operator=(const FetchLoop&) = delete;

  /// See LeaderFinder::awaitFirst(). Thread: any.
  [[nodiscard]] Status awaitLeaders(Deadline deadline) { return leaders_.awaitFirst(deadline); }

 private:
  void run(const std::stop_token& stop);
  /// Waits for sockets and for the waker, not beyond what is due, and serves them.
  void serve(bool restless);

  const FetchSettings settings_;
  const std::shared_ptr<LoopWaker> waker_;
  const std::shared_ptr<BufferPool> buffers_;
  const Clock& clock_;
  LoopPartitions partitions_;
  BrokerSet brokers_;
  LeaderFinder leaders_;
  PartitionFetcher fetcher_;
  std::jthread thread_;
};

}  // namespace lockstep::fetch
