// MemoryOutput: what a transactional producer does with lost, late and doubled messages, and what
// reaches the log because of it.
#include "connectors/memory/memory_output.hpp"

#include "connectors/memory/memory_kafka.hpp"
#include "connectors/memory/virtual_clock.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scripted_network.hpp"

using namespace lockstep;
using namespace lockstep::memory;
using namespace std::chrono_literals;

namespace {
const TopicPartition kOut{"out", Partition(0)};
const TopicPartition kConsumed{"in", Partition(0)};

OutputOptions options() {
  OutputOptions options;
  options.transactional_id = options.group = "app";
  options.send_bytes = 0;  // what is appended is sent at once
  return options;
}

struct OutputWorld {
  VirtualClock clock;
  ScriptedNetwork network;
  MemoryKafka kafka{clock, &network};
  std::unique_ptr<TransactionalOutputFactory> factory = kafka.outputs(options());

  OutputWorld() {
    kafka.admin().createTopic({"out", 1, -1, {}});
    kafka.admin().createTopic({"in", 1, -1, {}});
  }
  std::unique_ptr<TransactionalOutput> initialised() {
    auto output = std::move(factory->createOutput().value());
    REQUIRE(output->init(30s).ok());
    return output;
  }
  Status append(TransactionalOutput& output, std::string_view value) {
    const EncodedRecord record{std::nullopt, value, clock.wallNow(), {}};
    std::size_t appended = 0;
    return output.append(kOut, {&record, 1}, Deadline::in(clock, 1s), appended);
  }
  Status commit(TransactionalOutput& output, std::int64_t next) {
    const PartitionOffset offset{kConsumed, Offset(next)};
    return output.commit({&offset, 1}, "m" + std::to_string(next), 60s);
  }
  std::vector<std::string> visible() {
    std::vector<std::string> values;
    for (const OwnedRecord& record : kafka.admin().read(kOut, Admin::Isolation::kCommitted))
      values.push_back(record.value.value_or("null"));
    return values;
  }
  std::int64_t committed() {
    const auto offsets = kafka.admin().committed("app", {kConsumed});
    return offsets.front().offset ? offsets.front().offset->value() : -1;
  }
};
using Values = std::vector<std::string>;
}  // namespace

TEST_CASE("a committed transaction shows its records and its offset", "[unit][memory][output]") {
  OutputWorld world;
  auto output = world.initialised();
  REQUIRE(output->begin().ok());
  REQUIRE(world.append(*output, "a").ok());
  REQUIRE(world.commit(*output, 7).ok());
  CHECK(world.visible() == Values{"a"});
  CHECK(world.committed() == 7);
  CHECK_FALSE(output->dirty());
}

TEST_CASE("a late EndTxn commits the next transaction of a producer that was not rebuilt",
          "[unit][memory][output]") {
  OutputWorld world;
  auto output = world.initialised();
  REQUIRE(output->begin().ok());
  REQUIRE(world.append(*output, "a").ok());
  // The first EndTxn arrives after 15 s; the client gave up on it after 10 s and repeated it.
  world.network.next(RequestKind::kEndTxn, late(15s));
  REQUIRE(world.commit(*output, 1).ok());
  REQUIRE(world.visible() == Values{"a"});
  CHECK(output->dirty());

  SECTION("not rebuilt: a transaction that its producer aborts is visible (KAFKA-17754)") {
    REQUIRE(output->begin().ok());
    REQUIRE(world.append(*output, "b").ok());
    world.clock.advance(6s);
    CHECK(world.visible() == Values{"a", "b"});
    CHECK(output->abort(1s).reaction() == Reaction::kFatal);
    CHECK(world.visible() == Values{"a", "b"});
    CHECK(world.committed() == 1);
  }
  SECTION("rebuilt: the late request is fenced") {
    output.reset();
    output = world.initialised();
    REQUIRE(output->begin().ok());
    REQUIRE(world.append(*output, "b").ok());
    world.clock.advance(6s);
    CHECK(world.visible() == Values{"a"});
    CHECK(output->abort(1s).ok());
    CHECK(world.visible() == Values{"a"});
  }
}

namespace {
struct WorldWithoutTransactions : OutputWorld {
  WorldWithoutTransactions() {
    auto plain = options();
    plain.guarantee = Guarantee::kAtLeastOnce;
    factory = kafka.outputs(plain);
  }
};
}  // namespace

TEST_CASE("without transactions a lost reply doubles nothing while the producer lives",
          "[unit][memory][output]") {
  WorldWithoutTransactions world;
  auto output = world.initialised();
  REQUIRE(output->begin().ok());
  REQUIRE(world.append(*output, "first").ok());
  world.network.next(RequestKind::kProduce, {.reply = Fate::Reply::kDisconnected});
  REQUIRE(world.append(*output, "second").ok());
  world.network.next(RequestKind::kOffsetCommit, {.reply = Fate::Reply::kDisconnected});
  REQUIRE(world.commit(*output, 2).ok());
  CHECK(world.visible() == Values{"first", "second"});
  CHECK(world.committed() == 2);
  CHECK_FALSE(output->dirty());
}

TEST_CASE("without transactions offsets are committed only when all records are there",
          "[unit][memory][output]") {
  WorldWithoutTransactions world;
  auto output = world.initialised();
  REQUIRE(output->begin().ok());
  for (int i = 0; i < 400; ++i)
    world.network.next(RequestKind::kProduce,
                       {.arrives = false, .reply = Fate::Reply::kDisconnected});
  REQUIRE(world.append(*output, "late").ok());
  const PartitionOffset offset{kConsumed, Offset(1)};
  CHECK(output->commit({&offset, 1}, "m1", 100ms).reaction() == Reaction::kRetry);
  CHECK(world.committed() == -1);
}
