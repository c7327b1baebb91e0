// CheckpointStore: the fake and the real one do the same.
#include <functional>
#include <map>

#include "state/rocksdb/rocksdb_store.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_checkpoint_store.hpp"
#include "tests/support/temp_folder.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

struct Stored {
  std::string value;
  BatchTime touched;
  bool operator==(const Stored&) const = default;
};
using Values = std::map<std::string, Stored>;

BatchTime at(int milliseconds) { return BatchTime(std::chrono::milliseconds(milliseconds)); }
KeyedValue put(std::string_view key, std::string_view value, int time) {
  return {{key, murmur2(key)}, value, at(time)};
}
KeyedValue removed(std::string_view key) { return {{key, murmur2(key)}, {}, at(9)}; }

Status write(CheckpointStore& store, std::string_view id, std::uint32_t shard,
             const std::vector<KeyedValue>& values) {
  return store.write(id, ShardId{shard}, values);
}

Values readAll(CheckpointStore& store, std::string_view id, std::uint32_t shard) {
  Values values;
  std::string last;
  REQUIRE(store
              .read(id, ShardId{shard},
                    [&](std::span<const KeyedValue> chunk) {
                      for (const auto& item : chunk) {
                        CHECK(item.key.hash == murmur2(item.key.bytes));
                        CHECK((values.empty() || last < item.key.bytes));
                        last = item.key.bytes;
                        values[last] = {std::string(*item.value), item.touched};
                      }
                    })
              .ok());
  return values;
}

void script(const std::function<std::unique_ptr<CheckpointStore>()>& restart) {
  const std::string binary("\0\xff\0", 3);
  const std::string large(100'000, 'v');
  {
    auto store = restart();
    REQUIRE(store->open().ok());
    CHECK_FALSE(store->positions()->has_value());
    CHECK(readAll(*store, "none", 0).empty());
    // Keys unsorted, shards beside each other, empty and binary keys and values, two operators.
    REQUIRE(
        write(*store, "a", 1, {put("k2", "two", 2), put("", "", 1), put(binary, binary, -5)}).ok());
    REQUIRE(write(*store, "a", 0, {put("k2", "zero", 3)}).ok());
    REQUIRE(write(*store, "b", 1, {put("k2", large, 4)}).ok());
    REQUIRE(write(*store, "a", 1, {put("k2", "newer", 5), put("gone", "x", 1)}).ok());
    REQUIRE(store->sync().ok());
    REQUIRE(store->commit("first").ok());
    REQUIRE(write(*store, "a", 1, {removed("gone"), removed("never")}).ok());
    REQUIRE(store->sync().ok());
    REQUIRE(store->commit("second").ok());
  }
  auto store = restart();
  REQUIRE(store->open().ok());
  REQUIRE(store->open().ok());
  CHECK(*store->positions() == "second");
  CHECK(readAll(*store, "a", 0) == Values{{"k2", {"zero", at(3)}}});
  CHECK(readAll(*store, "a", 1) ==
        Values{{"", {"", at(1)}}, {binary, {binary, at(-5)}}, {"k2", {"newer", at(5)}}});
  CHECK(readAll(*store, "b", 1) == Values{{"k2", {large, at(4)}}});

  REQUIRE(store->forget("b").ok());
  CHECK(readAll(*store, "b", 1).empty());
  CHECK(readAll(*store, "a", 0).size() == 1);
  REQUIRE(store->clear().ok());
  CHECK_FALSE(store->positions()->has_value());
  CHECK(readAll(*store, "a", 1).empty());
  REQUIRE(write(*store, "a", 1, {put("again", "1", 1)}).ok());
  REQUIRE(store->sync().ok());
  CHECK(readAll(*store, "a", 1) == Values{{"again", {"1", at(1)}}});
}

}  // namespace

TEST_CASE("the fake store keeps the contract", "[unit][rocksdb][contract]") {
  FakeDisk disk;
  script([&] { return std::make_unique<FakeCheckpointStore>(disk); });
}

TEST_CASE("the RocksDB store keeps the contract", "[unit][rocksdb][contract]") {
  const TempFolder folder;
  script([&] { return std::make_unique<RocksdbStore>(folder.path().string()); });
}
