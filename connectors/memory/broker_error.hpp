#pragma once

#include <string_view>

namespace lockstep::memory {

/// The error codes of Kafka's protocol that this broker gives, by their names there.
enum class BrokerError {
  kNone,
  kOffsetOutOfRange,
  kUnknownTopicOrPartition,
  kTopicAlreadyExists,
  kMessageTooLarge,
  kInvalidTimestamp,
  kInvalidPartitions,
  kOutOfOrderSequence,
  kInvalidProducerEpoch,
  kInvalidProducerIdMapping,
  kInvalidTxnState,
  kInvalidTransactionTimeout,
  kConcurrentTransactions,
  kOffsetMetadataTooLarge,
  kUnstableOffsetCommit,
};

[[nodiscard]] std::string_view toString(BrokerError error);

}  // namespace lockstep::memory
