// What the clients are configured with, and that nobody can undo what the guarantee rests on.
#include "connectors/kafka/client_settings.hpp"

#include "connectors/kafka/client_handle.hpp"
#include "tests/support/catch.hpp"

using namespace lockstep;
using namespace lockstep::kafka;

namespace {

KafkaConnection connection() {
  KafkaConnection made;
  made.bootstrap = "localhost:1";
  made.application = "shop";
  return made;
}

}  // namespace

TEST_CASE("input: offsets are ours, committed records only", "[unit][kafka][client_settings]") {
  const auto settings = inputSettings(connection(), InputUse::kBatches, 4).value();
  CHECK(settings.at("isolation.level") == "read_committed");
  CHECK(settings.at("enable.auto.commit") == "false");
  CHECK(settings.at("enable.auto.offset.store") == "false");
  CHECK(settings.at("auto.offset.reset") == "error");
  CHECK(settings.at("enable.partition.eof") == "true");
  CHECK(settings.at("check.crcs") == "true");
  CHECK(settings.at("allow.auto.create.topics") == "false");
  CHECK(settings.at("group.id") == "shop");
}

TEST_CASE("input: read-ahead is shared out over the partitions", "[unit][kafka][client_settings]") {
  auto from = connection();
  from.input_queue_bytes_max = Bytes{64 * 1024 * 1024};
  const auto of = [&](InputUse use, std::size_t partitions) {
    return inputSettings(from, use, partitions).value().at("queued.max.messages.kbytes");
  };
  CHECK(of(InputUse::kBatches, 1) == "32768");  // never more than this for one
  CHECK(of(InputUse::kBatches, 4) == "16384");
  CHECK(of(InputUse::kBatches, 1000) == "1024");  // nor less
  CHECK(of(InputUse::kReplay, 4) == "4096");
}

TEST_CASE("output: transactional, with the application's identity",
          "[unit][kafka][client_settings]") {
  auto from = connection();
  from.transaction_timeout = std::chrono::milliseconds{30'000};
  const auto settings = outputSettings(from).value();
  CHECK(settings.at("transactional.id") == "shop");
  CHECK(settings.at("transaction.timeout.ms") == "30000");
  CHECK(settings.at("message.timeout.ms") == "30000");
  CHECK(settings.at("delivery.report.only.error") == "true");
  CHECK(settings.at("retry.backoff.ms") == "1");
  CHECK(settings.at("socket.timeout.ms") == "10000");
}

TEST_CASE("a short transaction time-out bounds that of requests",
          "[unit][kafka][client_settings]") {
  auto from = connection();
  from.transaction_timeout = std::chrono::milliseconds{2'000};
  CHECK(requestTimeout(from) == std::chrono::milliseconds{2'000});
  CHECK(outputSettings(from).value().at("socket.timeout.ms") == "2000");
}

TEST_CASE("records linger for less than the shortest transaction time-out",
          "[unit][kafka][client_settings]") {
  auto from = connection();
  CHECK(outputSettings(from).value().at("linger.ms") == "1000");
  from.transaction_timeout = std::chrono::milliseconds{1'000};
  const auto settings = outputSettings(from).value();
  CHECK(settings.at("linger.ms") == "500");
  CHECK(ClientHandle::create(RD_KAFKA_PRODUCER, settings).ok());
}

TEST_CASE("without transactions the producer is idempotent and has no transactional id",
          "[unit][kafka][client_settings]") {
  auto from = connection();
  from.guarantee = Guarantee::kAtLeastOnce;
  from.transaction_timeout = std::chrono::milliseconds(7000);
  const auto settings = outputSettings(from).value();
  CHECK_FALSE(settings.contains("transactional.id"));
  CHECK_FALSE(settings.contains("transaction.timeout.ms"));
  CHECK(settings.at("enable.idempotence") == "true");
  CHECK(settings.at("message.timeout.ms") == "7000");
  CHECK(ClientHandle::create(RD_KAFKA_PRODUCER, settings).ok());
}

TEST_CASE("a query handle sees transactions as asked", "[unit][kafka][client_settings]") {
  const auto of = [](Isolation isolation) {
    return querySettings(connection(), isolation).value().at("isolation.level");
  };
  CHECK(of(Isolation::kReadCommitted) == "read_committed");
  CHECK(of(Isolation::kReadUncommitted) == "read_uncommitted");
}

TEST_CASE("allowed client keys reach the clients that they are for",
          "[unit][kafka][client_settings]") {
  auto from = connection();
  from.client = {{"fetch.wait.max.ms", "20"}, {"linger.ms", "3"}, {"client.id", "me"}};
  const auto input = inputSettings(from, InputUse::kBatches, 1).value();
  const auto output = outputSettings(from).value();
  const auto query = querySettings(from, Isolation::kReadCommitted).value();
  CHECK(input.at("fetch.wait.max.ms") == "20");
  CHECK_FALSE(input.contains("linger.ms"));
  CHECK(output.at("linger.ms") == "3");
  CHECK_FALSE(output.contains("fetch.wait.max.ms"));
  CHECK(query.at("client.id") == "me");
  CHECK_FALSE(query.contains("linger.ms"));
}

TEST_CASE("a refused client key stops every client", "[unit][kafka][client_settings]") {
  auto from = connection();
  from.client = {{"isolation.level", "read_uncommitted"}};
  const auto error = inputSettings(from, InputUse::kBatches, 1).status();
  CHECK(error.info().code == "E061");
  CHECK(error.exitCode() == ExitCode::kConfiguration);
  CHECK(error.message().find("isolation.level") != std::string::npos);
  CHECK_FALSE(outputSettings(from).ok());
  CHECK_FALSE(querySettings(from, Isolation::kReadCommitted).ok());
}

TEST_CASE("security passes on what is set and nothing else", "[unit][kafka][client_settings]") {
  auto from = connection();
  from.security = {.protocol = "sasl_ssl",
                   .mechanism = "SCRAM-SHA-512",
                   .username = "shop",
                   .password = "secret"};
  const auto settings = outputSettings(from).value();
  CHECK(settings.at("security.protocol") == "sasl_ssl");
  CHECK(settings.at("sasl.mechanisms") == "SCRAM-SHA-512");
  CHECK(settings.at("sasl.username") == "shop");
  CHECK(settings.at("sasl.password") == "secret");
  CHECK_FALSE(settings.contains("ssl.ca.location"));
}

TEST_CASE("the client accepts the settings as they are", "[unit][kafka][client_settings]") {
  CHECK(ClientHandle::create(RD_KAFKA_PRODUCER, outputSettings(connection()).value()).ok());
  CHECK(ClientHandle::create(RD_KAFKA_CONSUMER,
                             inputSettings(connection(), InputUse::kBatches, 3).value())
            .ok());
}

TEST_CASE("a refused value names the key and never the value", "[unit][kafka][client_settings]") {
  auto from = connection();
  from.security.protocol = "sesame";
  const auto handle = ClientHandle::create(RD_KAFKA_PRODUCER, outputSettings(from).value());
  REQUIRE_FALSE(handle.ok());
  CHECK(handle.status().info().code == "E245");
  CHECK(handle.status().message().find("security.protocol") != std::string::npos);
  CHECK(handle.status().message().find("sesame") == std::string::npos);
}

TEST_CASE("waking a full queue's fetcher is for old clients", "[unit][kafka][client_settings]") {
  CHECK(needsWaking(0x020002ff));
  CHECK_FALSE(needsWaking(0x020200ff));
}
