// The topic that receivers write ahead to: every block once, whatever gets lost on the way.
#include "src/runtime/received_log.hpp"

#include <optional>

#include "connectors/memory/memory_kafka.hpp"
#include "connectors/memory/virtual_clock.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scripted_network.hpp"

using namespace lockstep;
using namespace lockstep::memory;

namespace {

using Texts = std::vector<std::string>;
const TopicPartition kRecords{"app-receiver-r", Partition{0}};
const TopicPartition kPositions{"app-receiver-r.positions", Partition{0}};

class World {
 public:
  World() {
    kafka.admin().createTopic({kRecords.topic, 1, 1, {}});
    kafka.admin().createTopic({kPositions.topic, 1, 1, {{"cleanup.policy", "compact"}}});
  }
  /// Of the owner-th instance: each claims the application later than those before it.
  ReceivedLog log(std::uint64_t owner) {
    OutputOptions output;
    output.transactional_id = output.group = kRecords.topic;
    InputOptions input;
    input.group = kRecords.topic;
    return {{kafka.inputs(input), kafka.outputs(output), kafka.cluster(kRecords.topic)},
            {kRecords, kPositions},
            {Nonce{owner}, Incarnation{owner}},
            clock};
  }
  /// As its callers do, who have patience.
  Status write(ReceivedLog& log, const std::string& text, const std::string& file = {}) {
    ReceivedLog::Block block;
    EncodedRecord record;
    record.value = text;
    record.timestamp = clock.wallNow();
    block.records.append(record);
    if (!file.empty()) block.positions[file] = text;
    for (int i = 0; i < 20; ++i) {
      const auto status = log.write(block);
      if (status.ok() || status.reaction() == Reaction::kFatal) return status;
      clock.advance(std::chrono::milliseconds(100));
    }
    return Status::abort("never");
  }
  Texts texts() {
    Texts texts;
    for (const auto& record : kafka.admin().read(kRecords, Admin::Isolation::kCommitted))
      texts.push_back(record.value.value());
    return texts;
  }

  VirtualClock clock;
  ScriptedNetwork network;
  MemoryKafka kafka{clock, &network};
};

}  // namespace

TEST_CASE("blocks and positions are committed together", "[unit][sources][received_log]") {
  World world;
  auto log = world.log(1);
  REQUIRE(log.open().ok());
  CHECK(log.readPositions()->empty());
  REQUIRE(world.write(log, "a", "file-1").ok());
  REQUIRE(world.write(log, "b", "file-2").ok());
  ReceivedLog::Block forget;
  forget.positions["file-1"] = std::nullopt;
  REQUIRE(log.write(forget).ok());
  CHECK(world.texts() == Texts{"a", "b"});
  CHECK(*log.readPositions() == std::map<std::string, std::string>{{"file-2", "b"}});
}

TEST_CASE("a block is written once, whichever request or answer is lost",
          "[unit][sources][received_log]") {
  World world;
  auto log = world.log(1);
  REQUIRE(log.open().ok());
  REQUIRE(world.write(log, "a").ok());
  const auto kind =
      GENERATE(RequestKind::kInitProducerId, RequestKind::kAddPartitionsToTxn,
               RequestKind::kProduce, RequestKind::kTxnOffsetCommit, RequestKind::kEndTxn);
  const bool reply = GENERATE(true, false);
  for (int i = 0; i < 8; ++i) world.network.next(kind, reply ? replyLost() : requestLost());
  REQUIRE(world.write(log, "b").ok());
  world.network.reset();
  REQUIRE(world.write(log, "c").ok());
  CHECK(world.texts() == Texts{"a", "b", "c"});
}

TEST_CASE("the next process goes on, and leaves nothing of the last one open",
          "[unit][sources][received_log]") {
  World world;
  auto first = world.log(1);
  REQUIRE(first.open().ok());
  REQUIRE(world.write(first, "a").ok());
  auto second = world.log(2);
  REQUIRE(second.open().ok());
  REQUIRE(world.write(second, "b").ok());
  CHECK(world.texts() == Texts{"a", "b"});
}

TEST_CASE("two that write to one log do not take turns: the later one keeps it",
          "[unit][sources][received_log]") {
  World world;
  auto first = world.log(1);
  REQUIRE(first.open().ok());
  auto second = world.log(2);
  REQUIRE(second.open().ok());
  const auto refused = world.write(first, "a");
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.info().code == "E202");
  REQUIRE(world.write(second, "b").ok());  // though the first one has fenced it
  CHECK(world.texts() == Texts{"b"});
}

TEST_CASE("an instance that comes late does not take the log from its successor",
          "[unit][sources][received_log]") {
  World world;
  auto late = world.log(1);  // was paused behind its claim
  auto successor = world.log(2);
  REQUIRE(successor.open().ok());
  REQUIRE(world.write(successor, "a").ok());
  CHECK(late.open().info().code == "E202");
  REQUIRE(world.write(successor, "b").ok());
  CHECK(world.texts() == Texts{"a", "b"});
}

TEST_CASE("records that were processed are deleted", "[unit][sources][received_log]") {
  World world;
  auto log = world.log(1);
  REQUIRE(log.open().ok());
  REQUIRE(world.write(log, "a").ok());
  const auto end = log.end();
  REQUIRE(end.ok());
  REQUIRE(world.write(log, "b").ok());
  REQUIRE(log.trim(*end).ok());
  CHECK(world.texts() == Texts{"b"});
}
