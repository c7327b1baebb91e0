// MemoryInput: what is particular to it; exact ranges are the contract's (tests/contract).
#include "connectors/memory/memory_input.hpp"

#include "connectors/memory/memory_kafka.hpp"
#include "connectors/memory/virtual_clock.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scripted_network.hpp"

using namespace lockstep;
using namespace lockstep::memory;
using namespace std::chrono_literals;

namespace {
const TopicPartition kInput{"in", Partition(0)};

struct InputWorld {
  VirtualClock clock;
  ScriptedNetwork network;
  MemoryKafka kafka{clock, &network};
  std::unique_ptr<Input> input = std::move(kafka.inputs({})->createInput().value());

  InputWorld() {
    kafka.admin().createTopic({"in", 1, -1, {}});
    const PartitionOffset start{kInput, Offset(0)};
    REQUIRE(input->assign({&start, 1}).ok());
    produce("first");
  }
  void produce(const std::string& value) {
    kafka.admin().produce(kInput, {{Offset(0), std::nullopt, value, clock.wallNow(), {}}});
  }
  Result<RangeRead> read(std::int64_t until, std::chrono::milliseconds patience = 1s) {
    return input->partition(kInput).read(Offset(until), Deadline::in(clock, patience));
  }
};
}  // namespace

TEST_CASE("a chunk keeps its records when the log and the reader go on", "[unit][memory][input]") {
  InputWorld world;
  const auto read = world.read(1);
  REQUIRE(read.ok());
  REQUIRE(read->chunk);
  world.kafka.admin().deleteRecords(kInput, Offset(1));
  REQUIRE(world.input->partition(kInput).seek(Offset(1)).ok());
  CHECK(read->chunk->records().front().value == "first");
}

TEST_CASE("a topic that was made again is shorter than the position", "[unit][memory][input]") {
  InputWorld world;
  REQUIRE(world.read(1).ok());
  world.kafka.admin().recreateTopic("in");
  const auto read = world.read(2);
  REQUIRE_FALSE(read.ok());
  CHECK(read.status().reaction() == Reaction::kFatal);
  CHECK(read.status().info().code == "E204");
  CHECK(world.read(2).status().info().code == "E204");  // and stays so
}

TEST_CASE("a topic that is gone is fatal", "[unit][memory][input]") {
  InputWorld world;
  world.kafka.admin().deleteTopic("in");
  const auto read = world.read(1);
  REQUIRE_FALSE(read.ok());
  CHECK(read.status().reaction() == Reaction::kFatal);
  CHECK(read.status().info().code == "E211");
}

TEST_CASE("lost fetches delay a range, and lose nothing of it", "[unit][memory][input]") {
  InputWorld world;
  world.network.next(RequestKind::kFetch, requestLost());
  const auto nothing = world.read(1, 500ms);
  REQUIRE(nothing.ok());
  CHECK_FALSE(nothing->chunk);
  CHECK_FALSE(nothing->complete);
  world.network.next(RequestKind::kFetch, replyLost());
  const auto read = world.read(1, 30s);
  REQUIRE(read.ok());
  REQUIRE(read->chunk);
  CHECK(read->chunk->records().size() == 1);
  CHECK(read->complete);
}

TEST_CASE("what was fetched ahead is delivered without asking again", "[unit][memory][input]") {
  InputWorld world;
  world.produce("second");
  REQUIRE(world.read(1).ok());
  const std::size_t asked = world.network.calls.size();
  const auto read = world.read(2);
  REQUIRE(read.ok());
  CHECK(read->chunk->records().front().value == "second");
  CHECK(world.network.calls.size() == asked);
}
