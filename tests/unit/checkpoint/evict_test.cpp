// State that memory has no room for: evicted into the checkpoint, read back, restored, walked over.
#include "tests/support/catch.hpp"
#include "tests/support/fake_checkpoint_store.hpp"
#include "tests/support/state_bench.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

constexpr std::uint64_t kNothing = 1;  ///< room for no key: whatever may go, goes

StateBench::Changes numbered(int from, int until, const std::string& value) {
  StateBench::Changes changes;
  for (int i = from; i < until; ++i) changes.emplace_back("key" + std::to_string(i), value);
  return changes;
}

}  // namespace

TEST_CASE("keys are evicted once a checkpoint holds them, and read back when touched",
          "[unit][checkpoint][evict]") {
  FakeDisk disk;
  StateBench bench;
  bench.residence.table_bytes_max = kNothing;
  REQUIRE(bench.restart(on(disk)).ok());
  bench.batch(numbered(0, 50, "1"));
  bench.batch(numbered(40, 60, "2"));
  CHECK(disk.finds() == 0);  // nothing is in a checkpoint yet, and so nothing was evicted
  const auto all = bench.items();
  REQUIRE(bench.checkpoint().ok());
  bench.batch({{"other", "x"}});  // a decision: clean keys go
  bench.batch({{"other", "y"}});
  const int before = disk.finds();
  auto expected = all;
  bench.batch({{"key45", "3"}, {"key7", "-"}, {"new", "4"}});
  CHECK(disk.finds() > before);
  auto items = bench.items();
  CHECK(items.at("key45").first == "3");
  CHECK_FALSE(items.contains("key7"));
  for (const auto* key : {"key45", "key7", "new", "other"}) {
    items.erase(key);
    expected.erase(key);
  }
  CHECK(items == expected);
  CHECK(bench.state->keys() == 61);
}

TEST_CASE("a rolled back batch leaves evicted keys as they were", "[unit][checkpoint][evict]") {
  FakeDisk disk;
  StateBench bench;
  bench.residence.table_bytes_max = kNothing;
  REQUIRE(bench.restart(on(disk)).ok());
  bench.batch(numbered(0, 20, std::string(100, 'v')));
  REQUIRE(bench.checkpoint().ok());
  bench.batch({{"other", "x"}});
  bench.batch({{"other", "y"}});
  const auto expected = bench.items();
  bench.compute({{"key3", "-"}, {"key4", "changed"}, {"fresh", "1"}});
  bench.rollbackAll();
  CHECK(bench.items() == expected);
  bench.batch({{"key5", "-"}});
  REQUIRE(bench.checkpoint().ok());
  REQUIRE(bench.restart(on(disk)).ok());
  CHECK(bench.keys().size() == expected.size() - 1);
}

TEST_CASE("a state that does not fit stays in the checkpoint when it is restored",
          "[unit][checkpoint][evict]") {
  FakeDisk disk;
  StateBench bench;
  REQUIRE(bench.restart(on(disk)).ok());
  bench.batch(numbered(0, 20'000, "1"));
  REQUIRE(bench.checkpoint().ok());
  bench.batch({{"key1", "2"}, {"key2", "-"}, {"new", "1"}});
  const auto expected = bench.items();
  const auto all_in_memory = bench.state->bytes();

  bench.residence.table_bytes_max = 200'000;  // the whole takes ten times as much
  const auto report = bench.restart(on(disk));
  REQUIRE(report.ok());
  CHECK_FALSE(report->rebuilt);
  CHECK(report->records == 3);
  CHECK(report->keys == 20'000);
  CHECK(bench.state->bytes() < all_in_memory / 3);
  CHECK(bench.items() == expected);
  CHECK(bench.state->bytes() < all_in_memory / 3);  // a walk keeps nothing
}

namespace {

/// A folder whose positions tell of 100 keys while its values are those of 20,000: a checkpoint was
/// cut short between the two.
struct CutShort {
  FakeDisk disk;
  StateBench bench;
  StateBench::Items expected;
  std::uint64_t all_in_memory = 0;

  CutShort() {
    REQUIRE(bench.restart(on(disk)).ok());
    bench.batch(numbered(0, 100, "1"));
    REQUIRE(bench.checkpoint().ok());
    const auto positions = disk.storedPositions();
    bench.batch(numbered(100, 20'000, "2"));
    REQUIRE(bench.checkpoint().ok());
    disk.setPositions(positions);
    REQUIRE(disk.values() == 20'000);
    expected = bench.items();
    all_in_memory = bench.state->bytes();
  }
  void restart(std::uint64_t table_bytes_max) {
    bench.residence.table_bytes_max = table_bytes_max;
    const auto report = bench.restart(on(disk));
    REQUIRE(report.ok());
    CHECK_FALSE(report->rebuilt);
    CHECK(report->records == 19'900);  // the older positions stand
  }
};

}  // namespace

TEST_CASE("more keys than the positions tell of are loaded all the same when they fit",
          "[unit][checkpoint][evict]") {
  CutShort cut;
  cut.restart(4 * cut.all_in_memory);
  CHECK(cut.disk.finds() == 0);  // the replay reads no key back
  CHECK(cut.bench.state->keys() == 20'000);
  CHECK(cut.bench.items() == cut.expected);
  cut.bench.batch(numbered(0, 20'000, "3"));
  CHECK(cut.disk.finds() == 0);
}

TEST_CASE("more keys than the positions tell of stay in the checkpoint when they do not fit",
          "[unit][checkpoint][evict]") {
  CutShort cut;
  cut.restart(200'000);  // room for a tenth, and for all that the positions tell of
  CHECK(cut.disk.finds() > 0);
  CHECK(cut.bench.state->bytes() < cut.all_in_memory / 3);
  CHECK(cut.bench.items() == cut.expected);
}

TEST_CASE("a state that does not fit is built from the changelog without filling memory",
          "[unit][checkpoint][evict]") {
  FakeDisk disk;
  StateBench bench;
  REQUIRE(bench.restart(on(disk)).ok());
  for (int i = 0; i < 10; ++i)
    bench.batch(numbered(i * 2'000, i * 2'000 + 3'000, std::to_string(i)));
  const auto expected = bench.items();
  const auto all_in_memory = bench.state->bytes();

  FakeDisk empty;
  bench.residence.table_bytes_max = 200'000;
  const auto report = bench.restart(on(empty));
  REQUIRE(report.ok());
  CHECK(report->rebuilt);
  CHECK(report->keys == expected.size());
  CHECK(bench.state->bytes() < all_in_memory / 3);
  CHECK(bench.items() == expected);
  REQUIRE(bench.restart(on(empty)).ok());
  CHECK(bench.items() == expected);
}

TEST_CASE("a checkpoint that cannot be read back stops with E704", "[unit][checkpoint][evict]") {
  FakeDisk disk;
  StateBench bench;
  bench.residence.table_bytes_max = kNothing;
  REQUIRE(bench.restart(on(disk)).ok());
  bench.batch(numbered(0, 20, "1"));
  REQUIRE(bench.checkpoint().ok());
  bench.batch({{"other", "x"}});
  bench.batch({{"other", "y"}});
  disk.damageValues();
  const std::string name = "key3";
  const StateKey key{name, murmur2(name)};
  StateEntry* entry = nullptr;
  const auto touched = bench.state->shard("counts", bench.shardOf(name))
                           .touch(next(bench.committed), BatchTime{}, {&key, 1}, &entry);
  REQUIRE_FALSE(touched.ok());
  CHECK(touched.info().code == "E704");
  CHECK(touched.exitCode() == ExitCode::kDisk);
  CHECK_FALSE(touched.info().help.empty());
}
