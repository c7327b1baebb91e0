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
  kCoordinatorNotAvailable,
  kNotCoordinator,
  kCoordinatorLoadInProgress,
};

[[nodiscard]] std::string_view toString(BrokerError error);

/// The coordinator is being replaced: clients look for it and ask again, as often as it takes.
[[nodiscard]] constexpr bool coordinatorMoves(BrokerError error) {
  return error == BrokerError::kCoordinatorNotAvailable || error == BrokerError::kNotCoordinator ||
         error == BrokerError::kCoordinatorLoadInProgress;
}

}  // namespace lockstep::memory
