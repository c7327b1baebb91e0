// Restore: when the checkpoint is continued, when everything comes from the changelog, and when
// nothing may start.
#include "tests/support/catch.hpp"
#include "tests/support/fake_checkpoint_store.hpp"
#include "tests/support/state_bench.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

/// An application that wrote a checkpoint after batch 2 and went on to batch 3.
struct Before {
  FakeDisk disk;
  StateBench bench;
  StateBench::Items expected;

  Before() {
    REQUIRE(bench.restart(on(disk)).ok());
    bench.batch({{"a", "1"}, {"b", "1"}});
    bench.batch({{"b", "2"}, {"c", "2"}});
    REQUIRE(bench.checkpoint().ok());
    bench.batch({{"a", "-"}, {"d", "3"}});
    expected = bench.items();
  }
  /// The restart has to rebuild for a reason that holds `text`, and to end with the right state.
  void checkRebuilt(const std::string& text) {
    const auto report = bench.restart(on(disk));
    REQUIRE(report.ok());
    CHECK(report->rebuilt);
    CHECK(report->reason.find(text) != std::string::npos);
    CAPTURE(report->reason);
    CHECK(bench.items() == expected);
    CHECK(report->tail > 0);  // what makes the engine ask for the checkpoint
    REQUIRE(bench.checkpoint().ok());
    const auto next = bench.restart(on(disk));
    REQUIRE(next.ok());
    CHECK_FALSE(next->rebuilt);
    CHECK(next->tail == 0);
    CHECK(bench.items() == expected);
  }
  void checkRefused(const std::string& code, const std::string& text) {
    const auto report = bench.restart(on(disk));
    REQUIRE_FALSE(report.ok());
    CHECK(report.status().info().code == code);
    CHECK(report.status().exitCode() == ExitCode::kData);
    CHECK_FALSE(report.status().info().help.empty());
    CAPTURE(report.status().message());
    CHECK(report.status().message().find(text) != std::string::npos);
  }
};

}  // namespace

TEST_CASE("a checkpoint is continued from the changelog's tail", "[unit][checkpoint][restore]") {
  Before before;
  const auto report = before.bench.restart(on(before.disk));
  REQUIRE(report.ok());
  CHECK_FALSE(report->rebuilt);
  CHECK(report->records == 2);
  CHECK(report->keys == 3);
  CHECK(before.bench.items() == before.expected);
}

TEST_CASE("a fresh application starts with nothing", "[unit][checkpoint][restore]") {
  FakeDisk disk;
  StateBench bench;
  const auto report = bench.restart(on(disk));
  REQUIRE(report.ok());
  CHECK_FALSE(report->rebuilt);
  CHECK(report->keys == 0);
}

TEST_CASE("a lost folder is rebuilt", "[unit][checkpoint][restore]") {
  Before before;
  before.disk = FakeDisk();
  before.checkRebuilt("no checkpoint");
}

TEST_CASE("damaged positions are rebuilt", "[unit][checkpoint][restore]") {
  Before before;
  before.disk.setPositions(*before.disk.storedPositions() + "x");
  before.checkRebuilt("checksum");
}

TEST_CASE("damaged values are rebuilt", "[unit][checkpoint][restore]") {
  Before before;
  before.disk.damageValues();
  before.checkRebuilt("damaged");
}

TEST_CASE("another application's folder is rebuilt", "[unit][checkpoint][restore]") {
  Before before;
  FakeDisk foreign;
  StateBench other;
  other.application = "other";
  REQUIRE(other.restart(on(foreign)).ok());
  other.batch({{"a", "foreign"}, {"z", "foreign"}});
  REQUIRE(other.checkpoint().ok());
  before.disk = foreign;
  before.checkRebuilt("'other'");
}

TEST_CASE("a folder of another changelog topic is rebuilt", "[unit][checkpoint][restore]") {
  Before before;
  before.bench.topic_id = "id-2";
  before.checkRebuilt("another topic");
}

TEST_CASE("a folder older than half of delete.retention is rebuilt",
          "[unit][checkpoint][restore]") {
  Before before;
  before.bench.clock.elapsed += std::chrono::hours(24 * 7 / 2);
  CHECK_FALSE(before.bench.restart(on(before.disk))->rebuilt);
  before.bench.clock.elapsed += std::chrono::hours(1);
  before.checkRebuilt("delete.retention.ms");
}

TEST_CASE("a folder from the future is rebuilt", "[unit][checkpoint][restore]") {
  Before before;
  before.bench.clock.elapsed -= std::chrono::hours(2);
  before.checkRebuilt("future");
}

TEST_CASE("a folder ahead of the last committed batch is rebuilt", "[unit][checkpoint][restore]") {
  Before before;
  FakeDisk ahead = before.disk;
  {
    // The same application elsewhere: its batch 5 never happened here.
    Before other;
    other.bench.batch({{"x", "4"}});
    other.bench.batch({{"x", "5"}});
    REQUIRE(other.bench.checkpoint().ok());
    ahead = other.disk;
  }
  before.disk = ahead;
  before.checkRebuilt("ahead");
}

TEST_CASE("a position below the log's start is rebuilt", "[unit][checkpoint][restore]") {
  Before before;
  // Everything below the end was compacted away but the live records, moved up.
  for (std::uint32_t i = 0; i < 2; ++i) {
    auto& log = before.bench.logs.logs[before.bench.partition(i)];
    const auto shift = log.end.value() + 1;
    log.start = log.end;
    for (auto& record : log.records) record.offset = Offset(record.offset.value() + shift);
    log.end = Offset(log.end.value() + shift);
  }
  before.checkRebuilt("outside");
}

TEST_CASE("a truncated changelog is refused", "[unit][checkpoint][restore]") {
  Before before;
  before.bench.known_ahead = 1;
  before.checkRefused("E208", "1 offsets of committed state are gone");
}

TEST_CASE("committed offsets that contradict the state of the same batch are refused",
          "[unit][checkpoint][restore]") {
  Before before;
  REQUIRE(before.bench.checkpoint().ok());
  before.bench.input_shift = -1;
  before.checkRefused("E230", "in/0: the state of batch 3 stands at offset 3");
}

TEST_CASE("state of an application that never committed is refused",
          "[unit][checkpoint][restore]") {
  Before before;
  before.bench.committed = BatchId{0};
  before.checkRefused("E230", "nothing was ever committed");
  before.disk = FakeDisk();
  before.checkRefused("E230", "changelogs hold");
}

TEST_CASE("a changed signature is refused and names what differs", "[unit][checkpoint][restore]") {
  Before before;
  auto& declaration = before.bench.declaration;
  SECTION("operator") {
    declaration.kind = "mapWithState";
    before.checkRefused("E231", "'counts'");
  }
  SECTION("value type") {
    declaration.value_type = "double";
    before.checkRefused("E231", "value type: was long, is double");
  }
  SECTION("key type") {
    declaration.key_type = "bytes";
    before.checkRefused("E231", "key type: was string, is bytes");
  }
  SECTION("reduction") {
    declaration.reduction = "max";
    before.checkRefused("E231", "reduction: was '', is 'max'");
  }
  SECTION("shards") {
    declaration.shards = 3;
    before.checkRefused("E231", "parallelism: was 2, is 3");
  }
}

TEST_CASE("a changelog with another number of partitions is refused",
          "[unit][checkpoint][restore]") {
  Before before;
  auto target = before.bench.target();
  target.changelogs.pop_back();
  const auto report =
      before.bench.state->restore(target, before.bench.logs, std::chrono::seconds(1));
  REQUIRE_FALSE(report.ok());
  CHECK(report.status().info().code == "E232");
}

TEST_CASE("a restore in the same process forgets what was undecided",
          "[unit][checkpoint][restore]") {
  Before before;
  auto& bench = before.bench;
  bench.compute({{"a", "undecided"}, {"d", "-"}});
  bench.compute({{"a", "undecided too"}});
  const auto report = bench.state->restore(bench.target(), bench.logs, std::chrono::seconds(1));
  REQUIRE(report.ok());
  CHECK(bench.items() == before.expected);
}

TEST_CASE("a log that does not move says retry", "[unit][checkpoint][restore]") {
  Before before;
  for (std::uint32_t i = 0; i < 2; ++i) {
    before.bench.logs.logs[before.bench.partition(i)].stable = Offset{0};
  }
  const auto report = before.bench.restart(on(before.disk));
  REQUIRE_FALSE(report.ok());
  CHECK(report.status().reaction() == Reaction::kRetry);
}
