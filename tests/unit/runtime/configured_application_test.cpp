// From a file's settings to what runs: each setting that is accepted arrives where it has effect.
// What the parts do with it is shown by their own tests.
#include "src/runtime/configured_application.hpp"

#include "src/config/loader.hpp"
#include "tests/support/catch.hpp"

using namespace lockstep;
using namespace std::chrono_literals;

namespace {

/// Every setting of this version, none at its default.
const std::string kEverything =
    "lockstep: 1\n"
    "application: shop\n"
    "batch: { interval: 250ms, max_records_per_partition: 77, catch_up: whole }\n"
    "rate: { max_per_partition: 88, backpressure: pid, initial: 900, pid: { integral: 0.3 } }\n"
    "kafka:\n"
    "  bootstrap: a:1\n"
    "  security: { protocol: sasl_ssl, mechanism: PLAIN, username: u, password: p }\n"
    "  client: { fetch.wait.max.ms: 21 }\n"
    "  transaction_timeout: 90s\n"
    "state: { dir: /tmp/shop, memory_limit: 32MiB, checkpoint_interval: 3s }\n"
    "errors: { decode: dead_letter, eval: dead_letter, produce: dead_letter, "
    "dead_letter_topic: shop.dlq }\n"
    "threads: 3\n"
    "start_timeout: 31s\n"
    "commit_timeout: 32s\n"
    "shutdown_timeout: 33s\n"
    "ledger: { batches: 5000 }\n"
    "output: { queue_bytes_max: 7MiB }\n"
    "guarantee: exactly_once\n"
    "streams:\n"
    "  in: { kafka: { topics: [t], start: latest } }\n"
    "  other: { kafka: { topics: [x], start: stop } }\n"
    "outputs: [ { from: in, kafka: { topic: out } }, { from: other, kafka: { topic: out } } ]\n";

config::ApplicationConfig load(const std::string& text) {
  auto loaded = config::loadText("shop.yaml", text);
  LOCKSTEP_CHECK(loaded.diagnostics.all().empty(), loaded.diagnostics.print());
  return std::move(loaded.application);
}

ApplicationSpec specOfText(const std::string& text) {
  return specOf(load(text), std::make_shared<DStreamGraph>(), {true, true, true});
}

}  // namespace

TEST_CASE("at_least_once arrives at engine and clients, with a warning",
          "[unit][runtime][configured_application]") {
  auto text = kEverything;
  text.replace(text.find("exactly_once"), std::string("exactly_once").size(), "at_least_once");
  const auto loaded = config::loadText("shop.yaml", text);
  REQUIRE(loaded.diagnostics.all().size() == 1);
  CHECK(loaded.diagnostics.all().front().code == "W061");
  const auto spec = specOf(loaded.application, std::make_shared<DStreamGraph>(), {});
  CHECK(spec.engine.guarantee == Guarantee::kAtLeastOnce);
  CHECK(connectionOf(loaded.application).guarantee == Guarantee::kAtLeastOnce);
  CHECK(connectionOf(load(kEverything)).guarantee == Guarantee::kExactlyOnce);
}

TEST_CASE("every setting arrives at the engine, the graph or the folder",
          "[unit][runtime][configured_application]") {
  const auto spec = specOfText(kEverything);
  const auto& engine = spec.engine;
  CHECK(engine.application == "shop");
  CHECK(engine.batch_interval == 250ms);
  CHECK(engine.max_records_per_partition == 77);
  CHECK(engine.catch_up_whole);
  CHECK(engine.rate.max_per_partition == 88.0);
  REQUIRE(engine.rate.backpressure);
  CHECK(engine.rate.initial == 900.0);
  CHECK(engine.rate.backpressure->proportional == 1.0);
  CHECK(engine.rate.backpressure->integral == 0.3);
  CHECK(engine.rate.backpressure->min_rate == 100.0);
  CHECK(engine.transaction_timeout == 90s);
  CHECK(engine.checkpoint_interval == 3s);
  CHECK(engine.start_timeout == 31s);
  CHECK(engine.commit_timeout == 32s);
  CHECK(engine.ledger_batches == 5000);
  CHECK((engine.until_end && engine.takeover && engine.accept_changed_plan));
  REQUIRE(engine.inputs.size() == 2);
  CHECK(engine.inputs[0].topic == "t");
  CHECK(engine.inputs[0].start == StartFrom::kLatest);
  CHECK(engine.inputs[1].start == StartFrom::kStop);
  CHECK(spec.state_dir == "/tmp/shop");
  CHECK(engine.state_memory_limit.count == 32 << 20);
  CHECK(spec.threads == 3);
  CHECK(spec.engine.output_queue_bytes_max.count == 7 << 20);
  CHECK(spec.errors.decode == OnError::kDeadLetter);
  CHECK(spec.errors.eval == OnError::kDeadLetter);
  CHECK(spec.errors.produce == OnError::kDeadLetter);
  CHECK(spec.errors.dead_letter_topic == "shop.dlq");
  CHECK(load(kEverything).shutdownTimeout() == 33s);
}

TEST_CASE("every setting of the connection arrives at the client",
          "[unit][runtime][configured_application]") {
  const auto connection = connectionOf(load(kEverything));
  CHECK(connection.application == "shop");
  CHECK(connection.bootstrap == "a:1");
  CHECK(connection.security.protocol == "sasl_ssl");
  CHECK(connection.security.mechanism == "PLAIN");
  CHECK(connection.security.username == "u");
  CHECK(connection.security.password == "p");
  CHECK(connection.client ==
        std::vector<std::pair<std::string, std::string>>{{"fetch.wait.max.ms", "21"}});
  CHECK(connection.transaction_timeout == 90s);
  CHECK(connection.output_queue_bytes_max.count == 7 << 20);
}

TEST_CASE("two starts have two nonces", "[unit][runtime][configured_application]") {
  CHECK(specOfText(kEverything).engine.nonce != specOfText(kEverything).engine.nonce);
}
