#include "connectors/fetch/fetch_errors.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <lockstep/model/broker_errors.hpp>

#include "connectors/fetch/protocol.hpp"

namespace lockstep::fetch {

namespace {

struct Rule {
  std::int16_t error;
  const char* name;
  Reaction reaction;
  ExitCode exit_code;
  const char* code;
  const char* help;
};

constexpr const char* kReaderHelp = "set 'kafka.reader: librdkafka', which reads every format";

constexpr Rule transient(std::int16_t error, const char* name) {
  return {error, name, Reaction::kRetry, ExitCode::kUnavailable, "E201", broker_help::kReach};
}
constexpr Rule fatal(std::int16_t error, const char* name, ExitCode exit_code, const char* code,
                     const char* help) {
  return {error, name, Reaction::kFatal, exit_code, code, help};
}

constexpr std::array kRules{
    transient(-1, "UNKNOWN_SERVER_ERROR"),
    transient(wire_error::kLeaderNotAvailable, "LEADER_NOT_AVAILABLE"),
    transient(wire_error::kNotLeader, "NOT_LEADER_OR_FOLLOWER"),
    transient(7, "REQUEST_TIMED_OUT"),
    transient(8, "BROKER_NOT_AVAILABLE"),
    transient(9, "REPLICA_NOT_AVAILABLE"),
    transient(13, "NETWORK_EXCEPTION"),
    transient(56, "KAFKA_STORAGE_ERROR"),
    transient(70, "FETCH_SESSION_ID_NOT_FOUND"),
    transient(71, "INVALID_FETCH_SESSION_EPOCH"),
    transient(74, "FENCED_LEADER_EPOCH"),
    transient(75, "UNKNOWN_LEADER_EPOCH"),
    transient(78, "OFFSET_NOT_AVAILABLE"),
    transient(89, "THROTTLING_QUOTA_EXCEEDED"),
    fatal(wire_error::kUnknownTopicOrPartition, "UNKNOWN_TOPIC_OR_PARTITION", ExitCode::kData,
          "E211", broker_help::kTopic),
    fatal(wire_error::kInvalidTopic, "INVALID_TOPIC_EXCEPTION", ExitCode::kData, "E211",
          broker_help::kTopic),
    fatal(wire_error::kTopicAuthorizationFailed, "TOPIC_AUTHORIZATION_FAILED",
          ExitCode::kPermission, "E242", broker_help::kAcl),
    fatal(wire_error::kClusterAuthorizationFailed, "CLUSTER_AUTHORIZATION_FAILED",
          ExitCode::kPermission, "E242", broker_help::kAcl),
    fatal(wire_error::kUnsupportedVersion, "UNSUPPORTED_VERSION", ExitCode::kConfiguration, "E245",
          broker_help::kVersion),
};

constexpr ErrorText kTexts[] = {
    {"E247", "a record batch is damaged",
     "The checksum of a batch that the broker sent does not fit its bytes, or its lengths do not "
     "fit each other: a disk, memory or network has changed it. Nothing of it was processed. "
     "Compare the partition's replicas (`kafka-dump-log`); if another one is sound, move the "
     "leader to it. What no replica has any more is skipped with `lockstep reset`."},
    {"E248", "records of an old message format",
     "The log holds batches of message format v0 or v1, written before Kafka 0.11. The native "
     "reader reads format v2 only. `kafka.reader: librdkafka` reads all of them."},
};

}  // namespace

Status toStatus(std::int16_t wire_error, std::string_view place) {
  if (wire_error == wire_error::kNone) return {};
  const auto found = std::find_if(kRules.begin(), kRules.end(),
                                  [&](const Rule& rule) { return rule.error == wire_error; });
  if (found == kRules.end()) {
    return Status::fatal(ExitCode::kBug, "E246",
                         fmt::format("{}: the broker answers with error {}", place, wire_error),
                         "report it with the log");
  }
  return Status({found->reaction, found->exit_code, found->code,
                 fmt::format("{}: the broker answers {}", place, found->name), found->help});
}

Status damagedBatch(const PartitionOffset& at, std::string_view what) {
  return Status::fatal(ExitCode::kData, "E247",
                       fmt::format("{}: the record batch at offset {} is damaged: {}. Nothing of "
                                   "it was processed.",
                                   toString(at.partition), at.next.value(), what),
                       "compare the replicas with kafka-dump-log and move the leader to a sound "
                       "one; lockstep reset goes on behind the batch");
}

Status oldFormat(const PartitionOffset& at, int format) {
  return Status::fatal(ExitCode::kData, "E248",
                       fmt::format("{}: the records at offset {} are of message format v{}",
                                   toString(at.partition), at.next.value(), format),
                       kReaderHelp);
}

Status noAnswer(std::string_view place, std::string_view why) {
  return Status({Reaction::kRetry, ExitCode::kUnavailable, "E201",
                 fmt::format("{}: no broker has answered{}{}", place, why.empty() ? "" : ": ", why),
                 broker_help::kReach});
}

Status brokerTooOld(std::string_view broker, std::string_view missing) {
  return Status::fatal(ExitCode::kConfiguration, "E245",
                       fmt::format("{} does not speak {}", broker, missing), broker_help::kVersion);
}

std::span<const ErrorText> fetchErrorTexts() { return kTexts; }

}  // namespace lockstep::fetch
