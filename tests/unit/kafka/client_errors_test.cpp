// librdkafka's errors in our terms: reaction, code and exit code decide what the application does.
#include "connectors/kafka/client_errors.hpp"

#include <algorithm>

#include "connectors/kafka/client_error_texts.hpp"
#include "tests/support/catch.hpp"

using namespace lockstep;
using namespace lockstep::kafka;

namespace {

struct Row {
  rd_kafka_resp_err_t error;
  Reaction reaction;
  ExitCode exit_code;
  const char* code;
};

}  // namespace

TEST_CASE("each kind of error has its reaction", "[unit][kafka][client_errors]") {
  const auto row = GENERATE(values<Row>({
      {RD_KAFKA_RESP_ERR__TIMED_OUT, Reaction::kRetry, ExitCode::kUnavailable, "E201"},
      {RD_KAFKA_RESP_ERR__TRANSPORT, Reaction::kRetry, ExitCode::kUnavailable, "E201"},
      {RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT, Reaction::kRetry, ExitCode::kUnavailable, "E201"},
      {RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, Reaction::kRetry, ExitCode::kUnavailable, "E201"},
      {RD_KAFKA_RESP_ERR__AUTHENTICATION, Reaction::kFatal, ExitCode::kPermission, "E241"},
      {RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, Reaction::kFatal, ExitCode::kData, "E203"},
      {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, Reaction::kFatal, ExitCode::kPermission,
       "E242"},
      {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, Reaction::kFatal, ExitCode::kPermission,
       "E242"},
      {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, Reaction::kFatal, ExitCode::kData, "E211"},
      {RD_KAFKA_RESP_ERR__FENCED, Reaction::kFatal, ExitCode::kRestart, "E243"},
      {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, Reaction::kAbort, ExitCode::kData, "E244"},
      {RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT, Reaction::kFatal, ExitCode::kConfiguration,
       "E245"},
  }));
  const auto status = toStatus(row.error, "orders/7");
  CAPTURE(status.toString());
  CHECK(status.reaction() == row.reaction);
  CHECK(status.exitCode() == row.exit_code);
  CHECK(status.info().code == row.code);
  CHECK(status.message().starts_with("orders/7: "));
  CHECK_FALSE(status.info().help.empty());
}

TEST_CASE("an error that nobody foresaw is fatal", "[unit][kafka][client_errors]") {
  const auto status = toStatus(RD_KAFKA_RESP_ERR_INCONSISTENT_VOTER_SET, "x");
  CHECK(status.reaction() == Reaction::kFatal);
  CHECK(status.exitCode() == ExitCode::kBug);
}

TEST_CASE("no error is success", "[unit][kafka][client_errors]") {
  CHECK(toStatus(RD_KAFKA_RESP_ERR_NO_ERROR, "x").ok());
  CHECK(takeError(nullptr, "x").ok());
}

TEST_CASE("an undelivered record loses the transaction, whatever the cause",
          "[unit][kafka][client_errors]") {
  CHECK(deliveryStatus(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, "out/0").reaction() == Reaction::kAbort);
  CHECK(deliveryStatus(RD_KAFKA_RESP_ERR__TRANSPORT, "out/0").reaction() == Reaction::kAbort);
  CHECK(deliveryStatus(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, "out/0").reaction() ==
        Reaction::kAbort);
  CHECK(deliveryStatus(RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE, "out/0").reaction() ==
        Reaction::kAbort);
}

TEST_CASE("an undelivered record stops where repeating is useless",
          "[unit][kafka][client_errors]") {
  CHECK(deliveryStatus(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, "out/0").reaction() ==
        Reaction::kFatal);
  CHECK(deliveryStatus(RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, "out/0").reaction() ==
        Reaction::kFatal);
}

TEST_CASE("every code of the client has its page", "[unit][kafka][client_errors]") {
  const auto texts = clientErrorTexts();
  for (const auto* code : {"E241", "E242", "E243", "E244", "E245", "E246"}) {
    CAPTURE(code);
    CHECK(std::count_if(texts.begin(), texts.end(),
                        [code](const auto& text) { return text.code == code; }) == 1);
  }
}
