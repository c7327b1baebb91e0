// The keys of kafka.client: what a user may pass on to librdkafka.
#include "connectors/kafka/client_keys.hpp"

#include <algorithm>
#include <string>

#include <librdkafka/rdkafka.h>

#include "tests/support/catch.hpp"

using namespace lockstep::kafka;

TEST_CASE("keys that carry the guarantee are refused with a reason", "[unit][kafka][client_keys]") {
  const auto key = GENERATE(as<std::string>{}, "acks", "enable.idempotence", "isolation.level",
                            "enable.auto.commit", "auto.offset.reset", "transactional.id",
                            "group.id", "transaction.timeout.ms", "max.in.flight", "retries",
                            "socket.timeout.ms", "enable.partition.eof", "plugin.library.paths");
  CAPTURE(key);
  REQUIRE(findClientKey(key) != nullptr);
  CHECK_FALSE(allowedClientKey(key));
  CHECK_FALSE(findClientKey(key)->reason.empty());
}

TEST_CASE("keys that only tune may be passed on", "[unit][kafka][client_keys]") {
  CHECK(allowedClientKey("fetch.wait.max.ms"));
  CHECK(allowedClientKey("linger.ms"));
  CHECK(allowedClientKey("compression.codec"));
  CHECK(findClientKey("linger.ms")->scope == ClientKeyScope::kOutput);
  CHECK(findClientKey("fetch.wait.max.ms")->scope == ClientKeyScope::kInput);
}

TEST_CASE("keys outside the table are refused", "[unit][kafka][client_keys]") {
  CHECK_FALSE(allowedClientKey("no.such.key"));
  CHECK_FALSE(allowedClientKey(""));
  CHECK(findClientKey("linger.m") == nullptr);
}

TEST_CASE("the table is sorted and has each key once", "[unit][kafka][client_keys]") {
  const auto rules = clientKeyRules();
  const auto unordered =
      std::adjacent_find(rules.begin(), rules.end(),
                         [](const auto& left, const auto& right) { return left.key >= right.key; });
  CHECK((unordered == rules.end() ? "" : std::string(unordered->key)) == "");
}

TEST_CASE("every allowed key is one that the client knows", "[unit][kafka][client_keys]") {
  for (const auto& rule : clientKeyRules()) {
    if (!rule.allowed || rule.key == "fetch.queue.backoff.ms") continue;  // from 2.2.0
    CAPTURE(rule.key);
    auto* conf = rd_kafka_conf_new();
    const auto known = rd_kafka_conf_set(conf, std::string(rule.key).c_str(), "1", nullptr, 0);
    rd_kafka_conf_destroy(conf);
    CHECK(known != RD_KAFKA_CONF_UNKNOWN);  // the value may be wrong
  }
}
