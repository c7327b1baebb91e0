// The reader of a source with positions, without its thread: what it opens, repeats and ends at.
#include "src/runtime/source_feed.hpp"

#include <optional>

#include "connectors/memory/memory_kafka.hpp"
#include "connectors/memory/virtual_clock.hpp"
#include "tests/support/catch.hpp"

using namespace lockstep;
using namespace lockstep::memory;
using std::chrono::milliseconds;

namespace {

using Texts = std::vector<std::string>;
using Positions = std::map<std::string, std::string>;
const TopicPartition kFedRecords{"app-receiver-r", Partition{0}};
const TopicPartition kFedPositions{"app-receiver-r.positions", Partition{0}};

/// A source of lines, some of which cannot be read at first, and the log that they are fed to.
struct FeedWorld {
  FeedWorld() {
    kafka.admin().createTopic({kFedRecords.topic, 1, 1, {}});
    kafka.admin().createTopic({kFedPositions.topic, 1, 1, {{"cleanup.policy", "compact"}}});
  }
  std::unique_ptr<ReceivedLog> log(std::uint64_t owner) {
    OutputOptions output;
    output.transactional_id = output.group = kFedRecords.topic;
    InputOptions input;
    input.group = kFedRecords.topic;
    return std::make_unique<ReceivedLog>(
        SourcePorts{kafka.inputs(input), kafka.outputs(output), kafka.cluster(kFedRecords.topic)},
        ReceivedLog::Names{kFedRecords, kFedPositions},
        ReceivedLog::Owner{Nonce{owner}, Incarnation{owner}}, clock);
  }
  Result<ReceivedLog::Block> next(std::size_t& read) {
    if (failures > 0) {
      --failures;
      return Status::retry("not now");
    }
    if (broken) return Status::fatal(ExitCode::kData, "E262", "gone", "");
    ReceivedLog::Block block;
    if (read == lines.size()) return block;
    EncodedRecord record;
    record.value = lines[read];
    record.timestamp = clock.wallNow();
    block.records.append(record);
    block.positions["file"] = std::to_string(++read);
    return block;
  }
  /// One life; ends after so many pauses with nothing new.
  Status feed(std::uint64_t owner, bool until_end, int pauses = 5) {
    const auto wait = [&, pauses](milliseconds pause) mutable {
      clock.advance(pause);
      return pause == pause.zero() ? pauses > 0 : --pauses > 0;
    };
    LogWriter writer(log(owner), report, clock, wait);
    const auto open = [&](const Positions& kept) -> Result<SourceFeed::Next> {
      opened_at = kept;
      std::size_t read = kept.empty() ? 0 : std::stoul(kept.at("file"));
      if (before_open) before_open();
      return SourceFeed::Next([this, read]() mutable { return next(read); });
    };
    SourceFeed feed({until_end, milliseconds(50)}, writer, report, open, wait);
    const auto status = feed.run();
    complete = feed.complete();
    return status;
  }
  Texts fed() {
    Texts texts;
    for (const auto& record : kafka.admin().read(kFedRecords, Admin::Isolation::kCommitted))
      texts.push_back(record.value.value());
    return texts;
  }

  VirtualClock clock;
  MemoryKafka kafka{clock, nullptr};
  SourceReport report{{"r", "test", {}}, clock};
  Texts lines{"a", "b", "c"};
  int failures = 0;
  bool broken = false;
  bool complete = false;
  Positions opened_at;
  std::function<void()> before_open;
};

}  // namespace

TEST_CASE("a feed goes on where its log's positions say, in every life",
          "[unit][sources][source_feed]") {
  FeedWorld world;
  REQUIRE(world.feed(1, false).ok());
  CHECK_FALSE(world.complete);
  CHECK(world.opened_at.empty());
  world.lines.emplace_back("d");
  REQUIRE(world.feed(2, false).ok());
  CHECK(world.opened_at == Positions{{"file", "3"}});
  CHECK(world.fed() == Texts{"a", "b", "c", "d"});
}

TEST_CASE("a feed with an end is complete at it", "[unit][sources][source_feed]") {
  FeedWorld world;
  REQUIRE(world.feed(1, true, 1).ok());
  CHECK(world.complete);
  CHECK(world.fed() == Texts{"a", "b", "c"});
}

TEST_CASE("what cannot be read now is told and tried again", "[unit][sources][source_feed]") {
  FeedWorld world;
  world.failures = 2;
  REQUIRE(world.feed(1, true).ok());
  CHECK(world.report.info().errors == 2);
  CHECK(world.report.info().records == 3);
  CHECK(world.report.info().blocks == 3);
  CHECK(world.report.info().bytes == 3);
  CHECK(world.report.info().blocks_waiting == 0);
  CHECK(world.report.info().last_error == "not now");
  CHECK(world.report.info().last_error_time);
  CHECK(world.fed() == Texts{"a", "b", "c"});
}

TEST_CASE("what can never be read ends a feed, which is not complete then",
          "[unit][sources][source_feed]") {
  FeedWorld world;
  world.broken = true;
  const auto status = world.feed(1, true);
  CHECK(status.info().code == "E262");
  CHECK_FALSE(world.complete);
}

TEST_CASE("a feed that another one takes the log from ends, and writes nothing more",
          "[unit][sources][source_feed]") {
  FeedWorld world;
  std::unique_ptr<ReceivedLog> other;
  world.before_open = [&] {
    other = world.log(2);
    REQUIRE(other->open().ok());
  };
  const auto status = world.feed(1, false);
  CHECK(status.info().code == "E202");
  CHECK(world.fed().empty());
}
