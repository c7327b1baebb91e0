// CheckpointStore: the fake and the real one do the same.
#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <tuple>

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
  std::pair<std::uint32_t, std::string> last;
  REQUIRE(store
              .read(id, ShardId{shard}, {},
                    [&](std::span<const KeyedValue> chunk) {
                      for (const auto& item : chunk) {
                        CHECK(item.key.hash == murmur2(item.key.bytes));
                        CHECK((values.empty() ||
                               last < std::pair(item.key.hash, std::string(item.key.bytes))));
                        last = {item.key.hash, std::string(item.key.bytes)};
                        values[last.second] = {std::string(*item.value), item.touched};
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

/// Keys in the order of a scan.
std::vector<StateKey> sorted(const std::vector<std::string>& names) {
  std::vector<StateKey> keys;
  for (const auto& name : names) keys.push_back({name, murmur2(name)});
  std::sort(keys.begin(), keys.end(), [](const StateKey& a, const StateKey& b) {
    return std::tie(a.hash, a.bytes) < std::tie(b.hash, b.bytes);
  });
  return keys;
}

void readsParts(CheckpointStore& store) {
  REQUIRE(store.open().ok());
  std::vector<std::string> names;
  for (int i = 0; i < 3000; ++i) names.push_back("key" + std::to_string(i));
  std::vector<KeyedValue> values;
  for (const auto& name : names) values.push_back(put(name, name, 7));
  REQUIRE(write(store, "a", 1, values).ok());
  REQUIRE(write(store, "a", 0, {put("other", "shard", 1)}).ok());
  REQUIRE(store.sync().ok());
  const auto keys = sorted(names);

  // In parts: each begins behind the last hash of the one before.
  std::vector<std::string> read;
  for (std::uint64_t hash = 0;;) {
    const auto before = read.size();
    REQUIRE(store
                .read("a", ShardId{1}, {static_cast<std::uint32_t>(hash), 70},
                      [&](std::span<const KeyedValue> chunk) {
                        for (const auto& item : chunk) {
                          read.emplace_back(item.key.bytes);
                          hash = std::uint64_t{item.key.hash} + 1;
                        }
                      })
                .ok());
    if (read.size() == before) break;
    CHECK((read.size() - before >= 70 || read.size() == names.size()));
  }
  REQUIRE(read.size() == names.size());
  for (std::size_t i = 0; i < read.size(); ++i) REQUIRE(read[i] == keys[i].bytes);

  // By key, those that are there and those that are not.
  for (int i = 0; i < 3000; i += 2) names.push_back("none" + std::to_string(i));
  const auto asked = sorted(names);
  std::vector<std::string> found;
  const auto collect = [&](std::span<const KeyedValue> chunk) {
    for (const auto& item : chunk) {
      CHECK(*item.value == item.key.bytes);
      CHECK(item.touched == at(7));
      found.emplace_back(item.key.bytes);
    }
  };
  REQUIRE(store.find("a", ShardId{1}, asked, collect).ok());
  CHECK(found == read);
  found.clear();
  REQUIRE(store.find("a", ShardId{0}, asked, collect).ok());
  REQUIRE(store.find("b", ShardId{1}, asked, collect).ok());
  CHECK(found.empty());
}

/// Values of all sizes, written again and again at other sizes, against a map.
void changesSizes(const std::function<std::unique_ptr<CheckpointStore>()>& restart) {
  std::mt19937 random(5);
  std::vector<std::string> names;
  for (int i = 0; i < 400; ++i)
    names.push_back((i % 20 == 0 ? std::string(260, 'n') : std::string("n")) + std::to_string(i));
  const auto keys = sorted(names);
  Values expected;
  for (int round = 0; round < 24; ++round) {
    INFO("round " << round);
    auto store = restart();
    REQUIRE(store->open().ok());
    std::vector<std::string> texts(names.size());
    std::vector<KeyedValue> values;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (random() % 3 == 0) continue;
      if (random() % 4 == 0) {
        values.push_back(removed(names[i]));
        expected.erase(names[i]);
        continue;
      }
      // Large values only from the second round on, none in the last.
      const bool large = round > 0 && round < 23 && random() % 3 == 0;
      texts[i] = std::string(random() % (large ? 2000 : 40), static_cast<char>('a' + round));
      values.push_back(put(names[i], texts[i], round));
      expected[names[i]] = {texts[i], at(round)};
    }
    std::shuffle(values.begin(), values.end(), random);
    const auto half = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    REQUIRE(write(*store, "a", 3, {values.begin(), half}).ok());
    if (round % 2 == 0) REQUIRE(store->sync().ok());
    REQUIRE(write(*store, "a", 3, {half, values.end()}).ok());
    REQUIRE(store->sync().ok());
    REQUIRE(readAll(*store, "a", 3) == expected);
    Values found;
    REQUIRE(
        store
            ->find(
                "a", ShardId{3}, keys,
                [&](std::span<const KeyedValue> chunk) {
                  for (const auto& item : chunk)
                    found[std::string(item.key.bytes)] = {std::string(*item.value), item.touched};
                })
            .ok());
    REQUIRE(found == expected);
  }
}

}  // namespace

TEST_CASE("the fake store reads parts and finds keys", "[unit][rocksdb][contract]") {
  FakeDisk disk;
  FakeCheckpointStore store(disk);
  readsParts(store);
}

TEST_CASE("the RocksDB store reads parts and finds keys", "[unit][rocksdb][contract]") {
  const TempFolder folder;
  RocksdbStore store(folder.path().string());
  readsParts(store);
}

TEST_CASE("the fake store has each key once, whatever sizes its values had",
          "[unit][rocksdb][contract]") {
  FakeDisk disk;
  changesSizes([&] { return std::make_unique<FakeCheckpointStore>(disk); });
}

TEST_CASE("the RocksDB store has each key once, whatever sizes its values had",
          "[unit][rocksdb][contract]") {
  const TempFolder folder;
  changesSizes([&] { return std::make_unique<RocksdbStore>(folder.path().string()); });
}

TEST_CASE("the fake store keeps the contract", "[unit][rocksdb][contract]") {
  FakeDisk disk;
  script([&] { return std::make_unique<FakeCheckpointStore>(disk); });
}

TEST_CASE("the RocksDB store keeps the contract", "[unit][rocksdb][contract]") {
  const TempFolder folder;
  script([&] { return std::make_unique<RocksdbStore>(folder.path().string()); });
}
