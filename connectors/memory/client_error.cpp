#include "connectors/memory/client_error.hpp"

#include <string>

namespace lockstep::memory {

namespace {
std::string text(BrokerError error, RequestKind kind, std::string_view about) {
  std::string message(toString(kind));
  if (!about.empty()) message.append(" for ").append(about);
  return message.append(" failed: ").append(toString(error));
}
}  // namespace

Status producerError(BrokerError error, RequestKind kind, std::string_view about) {
  switch (error) {
    case BrokerError::kInvalidProducerEpoch:
    case BrokerError::kInvalidProducerIdMapping:
    case BrokerError::kInvalidTxnState:  // not open (any more): the outcome is unknown here
      return Status({Reaction::kFatal,
                     ExitCode::kRestart,
                     {},
                     "fenced: another producer with this transactional id was initialised, or the "
                     "broker timed the transaction out (" +
                         text(error, kind, about) + ")",
                     {}});
    case BrokerError::kInvalidTransactionTimeout:
      return Status::fatal(ExitCode::kConfiguration, {}, text(error, kind, about),
                           "set kafka.transaction_timeout to 15 minutes at most");
    case BrokerError::kUnknownTopicOrPartition:
    case BrokerError::kMessageTooLarge:
    case BrokerError::kInvalidTimestamp:
    case BrokerError::kOffsetMetadataTooLarge:
      return Status::abort(text(error, kind, about));
    default:
      return {Reaction::kFatal, text(error, kind, about)};
  }
}

}  // namespace lockstep::memory
