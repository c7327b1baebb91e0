// A disk that keeps what was synced, and of the rest a part.
#include "src/simulation/sim_disk.hpp"

#include "src/simulation/sim_clock.hpp"
#include "tests/support/catch.hpp"

using namespace lockstep;
using namespace lockstep::sim;

namespace {

struct DiskFixture {
  Scheduler scheduler;
  SimClock clock{scheduler};
  SimDisk disk{1, 0};
  bool fails = false;

  SimStore store(StoreBug bug = StoreBug::kNone) {
    return {disk, clock, {[](const SimDisk&) {}, [this] { return fails; }, bug}};
  }
  static KeyedValue value(std::string_view key, std::string_view bytes) {
    return {{key, murmur2(key)}, bytes, BatchTime{}};
  }
};

}  // namespace

TEST_CASE("what was synced survives a crash, whatever is torn", "[unit][simulation][sim_disk]") {
  DiskFixture fixture;
  auto store = fixture.store();
  const std::vector values{DiskFixture::value("a", "1"), DiskFixture::value("b", "2")};
  REQUIRE(store.write("counts", ShardId{0}, values).ok());
  REQUIRE(store.sync().ok());
  REQUIRE(store.commit("positions").ok());
  fixture.disk.crash(true);
  CHECK(fixture.disk.values.size() == 2);
  CHECK(fixture.disk.positions == "positions");
}

TEST_CASE("without a sync a torn disk loses some of it", "[unit][simulation][sim_disk]") {
  DiskFixture fixture;
  auto store = fixture.store(StoreBug::kWithoutSync);
  std::vector<std::string> keys;
  for (int i = 0; i < 100; ++i) keys.push_back("k" + std::to_string(i));
  std::vector<KeyedValue> values;
  for (const auto& key : keys) values.push_back(DiskFixture::value(key, "1"));
  REQUIRE(store.write("counts", ShardId{0}, values).ok());
  REQUIRE(store.sync().ok());
  fixture.disk.crash(true);
  CHECK(fixture.disk.values.size() > 20);
  CHECK(fixture.disk.values.size() < 80);
}

TEST_CASE("a disk that fails stops the application", "[unit][simulation][sim_disk]") {
  DiskFixture fixture;
  fixture.fails = true;
  CHECK(fixture.store().sync().exitCode() == ExitCode::kDisk);
}
