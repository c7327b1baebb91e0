#include "connectors/memory/broker_error.hpp"

namespace lockstep::memory {

std::string_view toString(BrokerError error) {
  switch (error) {
    case BrokerError::kNone:
      return "NONE";
    case BrokerError::kOffsetOutOfRange:
      return "OFFSET_OUT_OF_RANGE";
    case BrokerError::kUnknownTopicOrPartition:
      return "UNKNOWN_TOPIC_OR_PARTITION";
    case BrokerError::kTopicAlreadyExists:
      return "TOPIC_ALREADY_EXISTS";
    case BrokerError::kMessageTooLarge:
      return "MESSAGE_TOO_LARGE";
    case BrokerError::kInvalidTimestamp:
      return "INVALID_TIMESTAMP";
    case BrokerError::kInvalidPartitions:
      return "INVALID_PARTITIONS";
    case BrokerError::kOutOfOrderSequence:
      return "OUT_OF_ORDER_SEQUENCE_NUMBER";
    case BrokerError::kInvalidProducerEpoch:
      return "INVALID_PRODUCER_EPOCH";
    case BrokerError::kInvalidProducerIdMapping:
      return "INVALID_PRODUCER_ID_MAPPING";
    case BrokerError::kInvalidTxnState:
      return "INVALID_TXN_STATE";
    case BrokerError::kInvalidTransactionTimeout:
      return "INVALID_TRANSACTION_TIMEOUT";
    case BrokerError::kConcurrentTransactions:
      return "CONCURRENT_TRANSACTIONS";
    case BrokerError::kOffsetMetadataTooLarge:
      return "OFFSET_METADATA_TOO_LARGE";
    case BrokerError::kUnstableOffsetCommit:
      return "UNSTABLE_OFFSET_COMMIT";
    case BrokerError::kCoordinatorNotAvailable:
      return "COORDINATOR_NOT_AVAILABLE";
    case BrokerError::kNotCoordinator:
      return "NOT_COORDINATOR";
    case BrokerError::kCoordinatorLoadInProgress:
      return "COORDINATOR_LOAD_IN_PROGRESS";
  }
  return "UNKNOWN";
}

}  // namespace lockstep::memory
