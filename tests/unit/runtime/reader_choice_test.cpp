// Which reader an application takes: ours where it can read, never with a key without effect.
#include "src/runtime/reader_choice.hpp"

#include "tests/support/catch.hpp"

using namespace lockstep;

namespace {

kafka::KafkaConnection connectionWith(kafka::ReaderKind reader) {
  kafka::KafkaConnection connection;
  connection.bootstrap = "broker:9092";
  connection.reader = reader;
  return connection;
}

}  // namespace

TEST_CASE("auto takes the native reader where nothing is in its way", "[unit][runtime][reader]") {
  auto connection = connectionWith(kafka::ReaderKind::kAuto);
  connection.client = {{"fetch.wait.max.ms", "50"}, {"linger.ms", "5"}};
  const auto choice = chooseReader(connection);
  REQUIRE(choice.ok());
  CHECK(choice->native);
  CHECK(choice->toString() == "native");
  const auto settings = fetchSettings(connection, kafka::InputUse::kReplay);
  CHECK(settings.wait_max == std::chrono::milliseconds(50));
  CHECK(settings.buffered_bytes_max == connection.replay_queue_bytes_max);
}

TEST_CASE("security, or a key that only the client library knows, takes librdkafka",
          "[unit][runtime][reader]") {
  auto connection = connectionWith(kafka::ReaderKind::kAuto);
  connection.security.protocol = "sasl_ssl";
  CHECK(chooseReader(connection)->toString() ==
        "librdkafka, because kafka.security.protocol is sasl_ssl");
  connection.security.protocol = "plaintext";
  connection.client = {{"debug", "fetch"}};
  CHECK(chooseReader(connection)->toString() == "librdkafka, because kafka.client sets debug");
  CHECK(chooseReader(connectionWith(kafka::ReaderKind::kLibrdkafka))->toString() == "librdkafka");
}

TEST_CASE("native is refused where it cannot read", "[unit][runtime][reader]") {
  auto connection = connectionWith(kafka::ReaderKind::kNative);
  CHECK(chooseReader(connection)->native);
  connection.security.protocol = "ssl";
  const auto choice = chooseReader(connection);
  REQUIRE_FALSE(choice.ok());
  CHECK(choice.status().info().code == "E063");
  CHECK(choice.status().exitCode() == ExitCode::kConfiguration);
}
