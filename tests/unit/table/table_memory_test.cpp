// The bytes that a table cannot give up: dirty ones until a checkpoint, undecided ones until the
// batch's decision.
#include <string>

#include <lockstep/base/hash.hpp>

#include "state/table/hash_state_table.hpp"
#include "tests/support/catch.hpp"

using namespace lockstep;

namespace {

constexpr BatchId kFirst{1};
constexpr BatchId kSecond{2};
constexpr BatchId kThree{3};
constexpr std::uint64_t kEntry = sizeof(TableEntry);
const std::string kLongKey(50, 'k');

StateEntry& touchKey(StateShard& table, BatchId batch, std::string_view key) {
  const StateKey one{key, murmur2(key)};
  StateEntry* entry = nullptr;
  REQUIRE(
      table.touch(batch, BatchTime{std::chrono::seconds(batch.value())}, {&one, 1}, &entry).ok());
  return *entry;
}

void setSized(StateShard& table, BatchId batch, std::string_view key, std::size_t size) {
  table.assign(touchKey(table, batch, key), std::string(size, 'v'));
}

/// Undecided bytes once the batch is sealed.
std::uint64_t sealed(StateTable& table, BatchId batch) {
  KeyedValue values[8];
  for (std::uint64_t cursor = 0; table.changes(batch, cursor, values) != 0;) continue;
  return table.undecidedBytes(batch);
}

void take(StateTable& table) {
  KeyedValue values[8];
  while (table.takeDue(values) != 0) continue;
}

}  // namespace

TEST_CASE("an undecided batch counts its keys, their values and what these were",
          "[unit][table][memory]") {
  HashStateTable table;
  setSized(table, kFirst, "short", 5);
  const auto per_key = sealed(table, kFirst);
  CHECK(per_key > kEntry);
  setSized(table, kFirst, kLongKey, 200);
  CHECK(sealed(table, kFirst) == 2 * per_key + kLongKey.size() + 200);
  setSized(table, kFirst, kLongKey, 90);  // in place of the 200: they are given back at once
  CHECK(sealed(table, kFirst) == 2 * per_key + kLongKey.size() + 90);
  table.confirm(kFirst);
  CHECK(table.undecidedBytes(kFirst) == 0);

  setSized(table, kSecond, kLongKey, 30);
  CHECK(sealed(table, kSecond) == per_key + kLongKey.size() + 90 + 30);
  table.remove(touchKey(table, kSecond, kLongKey));
  CHECK(sealed(table, kSecond) == per_key + kLongKey.size() + 90);
  table.rollback(kSecond);
  CHECK(table.undecidedBytes(kSecond) == 0);
}

TEST_CASE("two undecided batches count for themselves", "[unit][table][memory]") {
  HashStateTable table;
  setSized(table, kFirst, "a", 100);
  const auto first = sealed(table, kFirst);
  setSized(table, kSecond, "a", 40);
  CHECK(table.undecidedBytes(kFirst) == first);
  CHECK(sealed(table, kSecond) == first + 40);  // the 100 once more: as what it was
  table.confirm(kFirst);
  CHECK(table.undecidedBytes(kFirst) == 0);
  CHECK(table.undecidedBytes(kSecond) == first + 40);
}

TEST_CASE("dirty bytes are those of the committed values until a checkpoint is durable",
          "[unit][table][memory]") {
  HashStateTable table;
  setSized(table, kFirst, kLongKey, 200);
  CHECK(table.dirtyBytes() == 0);
  table.confirm(kFirst);
  CHECK(table.dirtyBytes() == kEntry + kLongKey.size() + 200);
  setSized(table, kSecond, kLongKey, 70);
  CHECK(table.dirtyBytes() == kEntry + kLongKey.size() + 200);
  table.confirm(kSecond);
  CHECK(table.dirtyBytes() == kEntry + kLongKey.size() + 70);
  take(table);
  CHECK(table.dirtyBytes() == kEntry + kLongKey.size() + 70);
  setSized(table, kThree, kLongKey, 20);
  table.confirm(kThree);  // due again while in flight: counted once
  CHECK(table.dirtyBytes() == kEntry + kLongKey.size() + 20);
  table.checkpointEnded(true);
  CHECK(table.dirtyBytes() == kEntry + kLongKey.size() + 20);
  take(table);
  table.checkpointEnded(false);
  CHECK(table.dirtyBytes() == kEntry + kLongKey.size() + 20);
  take(table);
  table.checkpointEnded(true);
  CHECK(table.dirtyBytes() == 0);
}

TEST_CASE("tombstones are dirty, what a changelog loads is, what a checkpoint loads is not",
          "[unit][table][memory]") {
  HashStateTable table;
  const std::string value(100, 'v');
  const std::string other(60, 'w');
  const KeyedValue stored[]{{{"a", murmur2("a")}, value, {}}, {{"b", murmur2("b")}, value, {}}};
  REQUIRE(table.load(stored, StateTable::Source::kCheckpoint).ok());
  CHECK(table.dirtyBytes() == 0);
  const KeyedValue tail[]{{{"a", murmur2("a")}, value, {}},
                          {{"b", murmur2("b")}, std::nullopt, {}},
                          {{"a", murmur2("a")}, other, {}}};
  REQUIRE(table.load(tail, StateTable::Source::kChangelog).ok());
  CHECK(table.dirtyBytes() == 2 * kEntry + 60);
  take(table);
  table.checkpointEnded(true);
  CHECK(table.dirtyBytes() == 0);
}
