// Connection and Broker: when requests arrive, whatever their sender sees.
#include "connectors/memory/connection.hpp"

#include <thread>

#include "connectors/memory/memory_kafka.hpp"
#include "connectors/memory/virtual_clock.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scripted_network.hpp"

using namespace lockstep;
using namespace lockstep::memory;
using namespace std::chrono_literals;

namespace {
struct ConnectedWorld {
  VirtualClock clock;
  ScriptedNetwork network;
  Broker broker{clock, network};
  Connection connection{broker, network, clock};
  CreateTopics request{std::make_shared<ClientName>(), {{"topic", 1, -1, {}}}};

  auto create(Fate fate) {
    network.next(RequestKind::kCreateTopics, fate);
    return connection.call(request, 10s);
  }
  bool exists() {
    return broker.withParts(
        [](Broker::Parts& parts) { return parts.topics.find("topic") != nullptr; });
  }
  std::chrono::nanoseconds passed() const { return clock.now().time_since_epoch(); }
};
}  // namespace

TEST_CASE("a lost request costs the time-out and changes nothing", "[unit][memory][connection]") {
  ConnectedWorld world;
  CHECK_FALSE(world.create(requestLost()));
  CHECK(world.passed() == 10s);
  CHECK_FALSE(world.exists());
}

TEST_CASE("a lost reply costs the time-out, but the request arrived",
          "[unit][memory][connection]") {
  ConnectedWorld world;
  CHECK_FALSE(world.create(replyLost()));
  CHECK(world.passed() == 10s);
  CHECK(world.exists());
}

TEST_CASE("a broken connection is seen at once", "[unit][memory][connection]") {
  ConnectedWorld world;
  Fate fate;
  fate.reply = Fate::Reply::kDisconnected;
  fate.request_delay = 1s;
  CHECK_FALSE(world.create(fate));
  CHECK(world.passed() == 0s);
  CHECK_FALSE(world.exists());
  CHECK(world.broker.nextDue() == Instant(1s));
  world.clock.advance(1s);
  CHECK(world.exists());
}

TEST_CASE("a request may arrive after its sender gave up", "[unit][memory][connection]") {
  ConnectedWorld world;
  CHECK_FALSE(world.create(late(15s)));
  CHECK(world.passed() == 10s);
  CHECK_FALSE(world.exists());
  world.clock.advance(5s);
  CHECK(world.exists());
}

TEST_CASE("a slow request is answered when its reply is back", "[unit][memory][connection]") {
  ConnectedWorld world;
  Fate fate;
  fate.request_delay = 2s;
  fate.reply_delay = 3s;
  const auto reply = world.create(fate);
  REQUIRE(reply);
  CHECK(reply->errors == std::vector{BrokerError::kNone});
  CHECK(world.passed() == 5s);
}

TEST_CASE("a doubled request arrives twice", "[unit][memory][connection]") {
  ConnectedWorld world;
  Fate fate;
  fate.repeated_after = 4s;
  REQUIRE(world.create(fate));
  world.broker.withParts([](Broker::Parts& parts) { return parts.topics.remove("topic"); });
  CHECK_FALSE(world.exists());
  world.clock.advance(4s);
  CHECK(world.exists());
}

TEST_CASE("markers are written when the network says", "[unit][memory][connection]") {
  VirtualClock clock;
  ScriptedNetwork network;
  network.marker_delay = 50ms;
  MemoryKafka kafka(clock, &network);
  kafka.admin().createTopic({"out", 1, -1, {}});
  std::vector<TransactionOutcome> outcomes;
  kafka.broker().observe([&](const TransactionOutcome& outcome) { outcomes.push_back(outcome); });
  auto producer = kafka.foreignProducer("other");
  const TopicPartition out{"out", Partition(0)};
  REQUIRE(producer.send(out, {{{}, {}, "a", clock.wallNow(), {}}}) == BrokerError::kNone);
  REQUIRE(producer.commit() == BrokerError::kNone);
  CHECK(kafka.admin().dump(out) == "0 data pid=1000 epoch=0 txn 1 records\n");
  CHECK(kafka.admin().read(out, Admin::Isolation::kCommitted).empty());
  CHECK(outcomes.empty());
  clock.advance(50ms);
  CHECK(kafka.admin().dump(out) ==
        "0 data pid=1000 epoch=0 txn 1 records\n1 COMMIT pid=1000 epoch=0\n");
  CHECK(kafka.admin().read(out, Admin::Isolation::kCommitted).size() == 1);
  REQUIRE(outcomes.size() == 1);
  CHECK(outcomes.front().committed);
}

TEST_CASE("readers on several threads and a writer share one broker",
          "[unit][memory][connection]") {
  constexpr int kPartitions = 3;
  constexpr int kBatches = 50;
  MemoryKafka kafka(systemClock());
  kafka.admin().createTopic({"log", kPartitions, -1, {}});
  std::vector<PartitionOffset> starts;
  for (int i = 0; i < kPartitions; ++i) starts.push_back({{"log", Partition(i)}, Offset(0)});
  auto input = std::move(kafka.inputs({})->createInput().value());
  REQUIRE(input->assign(starts).ok());

  std::vector<std::size_t> seen(kPartitions, 0);
  std::vector<std::jthread> readers;
  for (int i = 0; i < kPartitions; ++i)
    readers.emplace_back([&, i] {
      PartitionInput& reader = input->partition(starts[i].partition);
      const Deadline deadline = Deadline::in(systemClock(), 20s);
      for (bool complete = false; !complete && !deadline.passed(systemClock());) {
        const auto read = reader.read(Offset(2 * kBatches), deadline);
        if (!read.ok()) break;
        if (read->chunk) seen[i] += read->chunk->records().size();
        complete = read->complete;
      }
    });
  OutputOptions options;
  options.transactional_id = options.group = "app";
  auto output = std::move(kafka.outputs(options)->createOutput().value());
  bool all_committed = output->init(10s).ok();
  for (int batch = 0; batch < kBatches && all_committed; ++batch) {
    all_committed = output->begin().ok();
    for (const PartitionOffset& start : starts) {
      const EncodedRecord record{std::nullopt, "v", systemClock().wallNow(), {}};
      std::size_t appended = 0;
      all_committed &=
          output->append(start.partition, {&record, 1}, Deadline::in(systemClock(), 10s), appended)
              .ok();
    }
    all_committed &= output->commit(starts, "m", 10s).ok();
  }
  readers.clear();  // joins
  CHECK(all_committed);
  CHECK(seen == std::vector<std::size_t>(kPartitions, kBatches));
}
