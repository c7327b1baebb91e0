// Checkpoints on a disk that fails or is cut off at any call: a restart always finds exactly the
// last committed batch.
#include "tests/support/catch.hpp"
#include "tests/support/fake_checkpoint_store.hpp"
#include "tests/support/state_bench.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

StateBench::Changes changesOf(int i) {
  const auto key = [&](int k) { return "key" + std::to_string(k % 11); };
  return {{key(i), std::to_string(i)},
          {key(3 * i + 1), i % 4 == 0 ? "-" : std::string(40, static_cast<char>('a' + i))},
          {key(5 * i + 2), i % 3 == 0 ? "-" : "x"}};
}

/// 12 batches, a checkpoint after every third, each beside an undecided batch. Stops at a fault.
void run(StateBench& bench, FakeDisk& disk) {
  for (int i = 1; i <= 12; ++i) {
    bench.batch(changesOf(i));
    if (i % 3 != 0) continue;
    bench.compute({{"key1", "undecided"}, {"key2", "-"}, {"other", "undecided"}});
    static_cast<void>(bench.checkpoint());
    bench.rollbackAll();
    if (disk.down()) return;
  }
}

}  // namespace

TEST_CASE("a disk that is cut off at any call leaves what the replay repairs",
          "[unit][checkpoint][crash]") {
  const auto fault = GENERATE(FakeDisk::Fault::kCutBefore, FakeDisk::Fault::kCut);
  int calls = 0;
  {
    FakeDisk disk;
    StateBench bench;
    REQUIRE(bench.restart(on(disk)).ok());
    run(bench, disk);
    calls = disk.calls();
  }
  REQUIRE(calls > 10);
  for (int cut = 1; cut <= calls; ++cut) {
    for (unsigned seed = 0; seed < 5; ++seed) {
      CAPTURE(cut, seed);
      FakeDisk disk;
      StateBench bench;
      REQUIRE(bench.restart(on(disk)).ok());
      disk.inject(fault, cut);
      run(bench, disk);
      const auto expected = bench.items();
      disk.crash(seed);

      const auto report = bench.restart(on(disk));
      REQUIRE(report.ok());
      CHECK(bench.items() == expected);
      bench.batch(changesOf(20));
      REQUIRE(bench.checkpoint().ok());
      const auto later = bench.items();
      const auto again = bench.restart(on(disk));
      REQUIRE(again.ok());
      CHECK_FALSE(again->rebuilt);
      CHECK(again->records == 0);
      CHECK(bench.items() == later);
    }
  }
}

TEST_CASE("keys of a failed checkpoint are in the next one", "[unit][checkpoint][crash]") {
  const auto call = GENERATE(range(1, 5));
  FakeDisk disk;
  StateBench bench;
  REQUIRE(bench.restart(on(disk)).ok());
  bench.batch({{"a", "1"}, {"b", "1"}, {"c", "1"}, {"key2", "1"}, {"key3", "1"}});
  disk.inject(FakeDisk::Fault::kFails, call);
  const Status failed = bench.checkpoint();
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.exitCode() == ExitCode::kDisk);
  bench.batch({{"d", "1"}});
  const auto expected = bench.items();
  REQUIRE(bench.checkpoint().ok());
  REQUIRE(bench.restart(on(disk)).ok());
  CHECK(bench.items() == expected);
}

TEST_CASE("a checkpoint writes only what changed since the last one", "[unit][checkpoint][crash]") {
  FakeDisk disk;
  StateBench bench;
  REQUIRE(bench.restart(on(disk)).ok());
  for (int i = 0; i < 100; ++i) bench.batch({{"key" + std::to_string(i), "1"}});
  REQUIRE(bench.checkpoint().ok());
  disk.inject(FakeDisk::Fault::kNone, 0);
  const int before = disk.calls();
  REQUIRE(bench.checkpoint().ok());
  CHECK(disk.calls() - before == 2);  // sync and positions
}

TEST_CASE("the later parts of a large checkpoint are narrow pieces of one shard after the other",
          "[unit][checkpoint][parts]") {
  FakeDisk disk;
  StateBench bench;
  bench.residence.checkpoint_part = 200;
  REQUIRE(bench.restart(on(disk)).ok());
  StateBench::Changes changes;
  for (int i = 0; i < 4000; ++i) changes.emplace_back("key" + std::to_string(i), "1");
  bench.batch(changes);
  const auto expected = bench.items();
  REQUIRE(bench.checkpoint().ok());
  const auto& written = disk.written();
  CHECK(written.size() >= 16);
  CHECK(written.size() <= 40);
  std::map<ShardId, std::uint32_t> highest;
  for (std::size_t i = 0; i < written.size(); ++i) {
    CAPTURE(i);
    const auto& part = written[i];
    if (const auto before = highest.find(part.shard); before != highest.end())
      CHECK(part.lowest > before->second);
    highest[part.shard] = part.highest;
    if (i > 2) CHECK(part.shard >= written[i - 1].shard);
  }
  REQUIRE(bench.restart(on(disk)).ok());
  CHECK(bench.items() == expected);
}

TEST_CASE("a rebuild that is cut off before its checkpoint is begun again",
          "[unit][checkpoint][crash]") {
  for (int cut = 1; cut <= 5; ++cut) {
    CAPTURE(cut);
    FakeDisk disk;
    StateBench bench;
    REQUIRE(bench.restart(on(disk)).ok());
    for (int i = 1; i < 10; ++i) bench.batch(changesOf(i));
    REQUIRE(bench.checkpoint().ok());
    const auto expected = bench.items();
    disk.setPositions("damaged");
    disk.inject(FakeDisk::Fault::kCut, cut);
    const bool rebuilt = bench.restart(on(disk)).ok();
    CHECK(rebuilt == (cut > 1));  // the first call clears the disk
    if (rebuilt) REQUIRE_FALSE(bench.checkpoint().ok());
    disk.crash(static_cast<unsigned>(cut));
    const auto report = bench.restart(on(disk));
    REQUIRE(report.ok());
    // Only the last call, the positions, leaves something whole behind.
    CHECK(report->rebuilt == (cut < 5));
    CHECK(bench.items() == expected);
  }
}
