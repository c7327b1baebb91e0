#include "connectors/kafka/client_errors.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include <fmt/format.h>

#include <lockstep/model/broker_errors.hpp>

namespace lockstep::kafka {

namespace {

struct Rule {
  rd_kafka_resp_err_t error;
  Reaction reaction;
  ExitCode exit_code;
  const char* code;
  const char* help;
};

constexpr auto kRetry = Reaction::kRetry;
constexpr auto kAbort = Reaction::kAbort;
constexpr auto kFatal = Reaction::kFatal;

constexpr const char* kLoginHelp = "check kafka.security: mechanism, username, password";
constexpr const char* kRecordHelp =
    "raise the topic's limit (max.message.bytes, message.timestamp.*), or drop the record";

constexpr Rule transient(rd_kafka_resp_err_t error) {
  return {error, kRetry, ExitCode::kUnavailable, "E201", broker_help::kReach};
}
constexpr Rule login(rd_kafka_resp_err_t error) {
  return {error, kFatal, ExitCode::kPermission, "E241", kLoginHelp};
}
constexpr Rule acl(rd_kafka_resp_err_t error) {
  return {error, kFatal, ExitCode::kPermission, "E242", broker_help::kAcl};
}
constexpr Rule topic(rd_kafka_resp_err_t error) {
  return {error, kFatal, ExitCode::kData, "E211", broker_help::kTopic};
}
constexpr Rule fenced(rd_kafka_resp_err_t error) {
  return {error, kFatal, ExitCode::kRestart, "E243",
          "another instance, or the broker's own timeout, took over the transactional id"};
}
constexpr Rule record(rd_kafka_resp_err_t error) {
  return {error, kAbort, ExitCode::kData, "E244", kRecordHelp};
}
constexpr Rule setting(rd_kafka_resp_err_t error, const char* help) {
  return {error, kFatal, ExitCode::kConfiguration, "E245", help};
}

constexpr std::array kErrorRules{
    // Nothing is known to have failed: ask again.
    transient(RD_KAFKA_RESP_ERR__TIMED_OUT),
    transient(RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE),
    transient(RD_KAFKA_RESP_ERR__TRANSPORT),
    transient(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN),
    transient(RD_KAFKA_RESP_ERR__RESOLVE),
    transient(RD_KAFKA_RESP_ERR__WAIT_COORD),
    transient(RD_KAFKA_RESP_ERR__WAIT_CACHE),
    transient(RD_KAFKA_RESP_ERR__IN_PROGRESS),
    transient(RD_KAFKA_RESP_ERR__PREV_IN_PROGRESS),
    transient(RD_KAFKA_RESP_ERR__NODE_UPDATE),
    transient(RD_KAFKA_RESP_ERR__RETRY),
    transient(RD_KAFKA_RESP_ERR__OUTDATED),
    transient(RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE),
    transient(RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION),
    transient(RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT),
    transient(RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE),
    transient(RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE),
    transient(RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION),
    transient(RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS),
    transient(RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE),
    transient(RD_KAFKA_RESP_ERR_NOT_COORDINATOR),
    transient(RD_KAFKA_RESP_ERR_NOT_CONTROLLER),
    transient(RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS),
    transient(RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT),
    transient(RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE),
    transient(RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR),
    transient(RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH),
    transient(RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH),
    transient(RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED),
    transient(RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS),
    transient(RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND),
    // Who we are, and what we may do.
    login(RD_KAFKA_RESP_ERR__AUTHENTICATION),
    login(RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED),
    login(RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM),
    login(RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE),
    acl(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED),
    acl(RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED),
    acl(RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED),
    acl(RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED),
    // What we asked for.
    topic(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC),
    topic(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION),
    topic(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART),
    topic(RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION),
    Rule{RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, kFatal, ExitCode::kData, "E203",
         broker_help::kOffset},
    Rule{RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, kFatal, ExitCode::kData, "E203",
         broker_help::kOffset},
    // The producer is dead; recovery finds out what happened.
    fenced(RD_KAFKA_RESP_ERR__FENCED),
    fenced(RD_KAFKA_RESP_ERR_PRODUCER_FENCED),
    fenced(RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH),
    fenced(RD_KAFKA_RESP_ERR_INVALID_TXN_STATE),
    fenced(RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING),
    fenced(RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID),
    fenced(RD_KAFKA_RESP_ERR_TRANSACTION_COORDINATOR_FENCED),
    // Records that the broker refuses: the same batch again, then smaller ones.
    record(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE),
    record(RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE),
    record(RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE),
    record(RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP),
    record(RD_KAFKA_RESP_ERR_INVALID_RECORD),
    record(RD_KAFKA_RESP_ERR_INVALID_MSG),
    record(RD_KAFKA_RESP_ERR_POLICY_VIOLATION),
    record(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT),
    // Settings and versions.
    setting(RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT,
            "lower kafka.transaction_timeout, or raise the broker's transaction.max.timeout.ms"),
    setting(RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, broker_help::kVersion),
    setting(RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION, broker_help::kVersion),
    setting(RD_KAFKA_RESP_ERR__INVALID_ARG, "correct kafka.client or kafka.security"),
    setting(RD_KAFKA_RESP_ERR_INVALID_PARTITIONS, "correct the number of partitions"),
    setting(RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR,
            "the cluster has too few brokers for this replication factor"),
    setting(RD_KAFKA_RESP_ERR_INVALID_CONFIG, "correct the topic's settings"),
    setting(RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE,
            "raise the broker's offset.metadata.max.bytes to 4096"),
};

Rule ruleOf(rd_kafka_resp_err_t error) {
  const auto found = std::find_if(kErrorRules.begin(), kErrorRules.end(),
                                  [error](const Rule& rule) { return rule.error == error; });
  if (found != kErrorRules.end()) return *found;
  return {error, kFatal, ExitCode::kBug, "E246", "report it with the log"};
}

Status make(const Rule& rule, std::string_view place, std::string_view detail) {
  const std::string_view what =
      detail.empty() ? std::string_view(rd_kafka_err2str(rule.error)) : detail;
  return Status({rule.reaction, rule.exit_code, rule.code,
                 fmt::format("{}: {} ({})", place, what, rd_kafka_err2name(rule.error)),
                 rule.help});
}

struct ErrorDeleter {
  void operator()(rd_kafka_error_t* error) const { rd_kafka_error_destroy(error); }
};

}  // namespace

Status toStatus(rd_kafka_resp_err_t error, std::string_view place, std::string_view detail) {
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return make(ruleOf(error), place, detail);
}

Status takeError(rd_kafka_error_t* error, std::string_view place) {
  if (error == nullptr) return {};
  const std::unique_ptr<rd_kafka_error_t, ErrorDeleter> owned(error);
  Rule rule = ruleOf(rd_kafka_error_code(error));
  const bool dead = rule.reaction == kFatal && rule.code == std::string_view("E243");
  if (rd_kafka_error_is_fatal(error) != 0 || dead) {
    rule.reaction = kFatal;  // continuing with a lost producer id can duplicate: never abortable
  } else if (rd_kafka_error_txn_requires_abort(error) != 0) {
    rule.reaction = rule.exit_code == ExitCode::kPermission ? kFatal : kAbort;
  } else if (rd_kafka_error_is_retriable(error) != 0) {
    rule.reaction = kRetry;
  } else {
    rule.reaction = kFatal;  // without any flag: the client's documentation says so
  }
  return make(rule, place, rd_kafka_error_string(error));
}

Status deliveryStatus(rd_kafka_resp_err_t error, std::string_view place) {
  Rule rule = ruleOf(error);
  const bool stops =
      rule.exit_code == ExitCode::kPermission || rule.code == std::string_view("E243");
  rule.reaction = stops ? kFatal : kAbort;
  return make(rule, place, {});
}

}  // namespace lockstep::kafka
