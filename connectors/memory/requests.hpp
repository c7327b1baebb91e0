#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <lockstep/model/cluster.hpp>
#include <lockstep/model/offset_range.hpp>

#include "connectors/memory/broker_error.hpp"
#include "connectors/memory/partition_log.hpp"

/// The requests that clients send to the in-process broker, and its replies. Each owns what it
/// refers to, so that a copy can arrive long after its sender gave up.
namespace lockstep::memory {

enum class RequestKind {
  kInitProducerId,
  kAddPartitionsToTxn,
  kAddOffsetsToTxn,
  kProduce,
  kTxnOffsetCommit,
  kOffsetCommit,
  kEndTxn,
  kFetch,
  kListOffsets,
  kOffsetFetch,
  kDescribeTopics,
  kCreateTopics,
  kDeleteRecords,
};

[[nodiscard]] std::string_view toString(RequestKind kind);

/// A partition's name, shared by all that mention it.
using PartitionName = std::shared_ptr<const TopicPartition>;

/// Who sends: its ids, shared by all its requests.
struct ClientName {
  std::string transactional_id;  ///< "" for readers and plain producers
  std::string group;
};
using SharedClient = std::shared_ptr<const ClientName>;

/// The reply that holds nothing but success or failure.
struct Verdict {
  BrokerError error = BrokerError::kNone;
};

/// Without a transactional id (`transactional` false): a producer id of its own, which fences
/// nobody.
struct InitProducerId {
  static constexpr RequestKind kKind = RequestKind::kInitProducerId;
  struct Reply {
    BrokerError error = BrokerError::kNone;
    ProducerSession session;
  };
  SharedClient client;
  std::chrono::milliseconds transaction_timeout{60'000};
  bool transactional = true;
};

struct AddPartitionsToTxn {
  static constexpr RequestKind kKind = RequestKind::kAddPartitionsToTxn;
  using Reply = Verdict;
  SharedClient client;
  ProducerSession session;
  std::vector<PartitionName> partitions;
};

struct AddOffsetsToTxn {
  static constexpr RequestKind kKind = RequestKind::kAddOffsetsToTxn;
  using Reply = Verdict;
  SharedClient client;
  ProducerSession session;
};

struct Produce {
  static constexpr RequestKind kKind = RequestKind::kProduce;
  struct Reply {
    BrokerError error = BrokerError::kNone;
    std::int64_t base = -1;
  };
  SharedClient client;
  PartitionName partition;
  PartitionLog::Append batch;
};

struct TxnOffsetCommit {
  static constexpr RequestKind kKind = RequestKind::kTxnOffsetCommit;
  using Reply = Verdict;
  SharedClient client;
  ProducerSession session;
  std::vector<PartitionOffset> offsets;
  std::string metadata;
};

/// Outside of any transaction, for a group without members: in effect at once, all of it.
struct OffsetCommit {
  static constexpr RequestKind kKind = RequestKind::kOffsetCommit;
  using Reply = Verdict;
  SharedClient client;
  std::vector<PartitionOffset> offsets;
  std::string metadata;
};

struct EndTxn {
  static constexpr RequestKind kKind = RequestKind::kEndTxn;
  using Reply = Verdict;
  SharedClient client;
  ProducerSession session;
  bool commit = false;
};

struct Fetch {
  static constexpr RequestKind kKind = RequestKind::kFetch;
  struct Reply {
    BrokerError error = BrokerError::kNone;
    LogSlice slice;
    std::int64_t log_start = 0;
    std::int64_t high_watermark = 0;
  };
  SharedClient client;
  PartitionName partition;
  std::int64_t offset = 0;
  std::size_t bytes_max = 0;
  bool committed = true;
};

struct ListOffsets {
  static constexpr RequestKind kKind = RequestKind::kListOffsets;
  enum class Which { kLogStart, kLastStable, kHighWatermark };
  struct Reply {
    BrokerError error = BrokerError::kNone;
    std::string place;  ///< the partition that `error` is about
    std::vector<Offset> offsets;
  };
  SharedClient client;
  std::vector<TopicPartition> partitions;
  Which which = Which::kLogStart;
};

struct OffsetFetch {
  static constexpr RequestKind kKind = RequestKind::kOffsetFetch;
  struct Reply {
    BrokerError error = BrokerError::kNone;
    std::vector<CommittedOffset> offsets;
  };
  SharedClient client;
  std::vector<TopicPartition> partitions;
  bool require_stable = true;
};

struct DescribeTopics {
  static constexpr RequestKind kKind = RequestKind::kDescribeTopics;
  struct Reply {
    std::vector<TopicDescription> topics;
  };
  SharedClient client;
  std::vector<std::string> topics;
  bool all = false;  ///< every topic there is, sorted by name; `topics` is empty
};

struct CreateTopics {
  static constexpr RequestKind kKind = RequestKind::kCreateTopics;
  struct Reply {
    std::vector<BrokerError> errors;  ///< one for each topic
  };
  SharedClient client;
  std::vector<NewTopic> topics;
};

struct DeleteRecords {
  static constexpr RequestKind kKind = RequestKind::kDeleteRecords;
  using Reply = Verdict;
  SharedClient client;
  std::vector<PartitionOffset> before;
};

}  // namespace lockstep::memory
