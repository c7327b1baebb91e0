#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "connectors/fetch/broker_set.hpp"
#include "connectors/fetch/leader_finder.hpp"
#include "connectors/fetch/loop_partition.hpp"

namespace lockstep::fetch {

/// Sends Fetch requests and hands what they bring to the feeds: one request at a time to each
/// leader, for all of its partitions that have room. The broker fills an answer in the order of the
/// request, so partitions that got something go to the end. Thread: the fetch loop's.
class PartitionFetcher {
 public:
  PartitionFetcher(const FetchSettings& settings, BrokerSet& brokers, LeaderFinder& leaders,
                   LoopPartitions& partitions, const Clock& clock);

  /// Sends what can be sent. True: something waits for a time that no socket announces.
  bool step();

 private:
  struct Asked {
    LoopPartition* partition = nullptr;
    PartitionFeed::Position position;
  };
  struct Request {
    std::int32_t node = -1;
    BrokerConnection* broker = nullptr;
    std::vector<Asked> asked;
    bool held_back = false;  ///< partitions without room are left out
  };

  /// Adds the partition to its leader's request. False: it has to wait for a while.
  bool collect(LoopPartition& partition, std::vector<Request>& requests, Instant now);
  void send(Request& request);
  void take(const std::vector<Asked>& asked, BrokerConnection& broker,
            const Result<Answer>& answer);
  void takePartition(const Asked& asked, BrokerConnection& broker, const FetchedPartition& fetched,
                     const Answer& answer);
  void takeRecords(const Asked& asked, const FetchedPartition& fetched, const Answer& answer);
  /// Something went wrong that may pass: not at once again, and leaders are asked for.
  void postpone(LoopPartition& partition);
  void moveToEnd(const LoopPartition& partition);

  const FetchSettings& settings_;
  BrokerSet& brokers_;
  LeaderFinder& leaders_;
  LoopPartitions& partitions_;
  const Clock& clock_;
  const PartitionFeed::Limits limits_;
  const std::int32_t partition_bytes_max_;
};

}  // namespace lockstep::fetch
