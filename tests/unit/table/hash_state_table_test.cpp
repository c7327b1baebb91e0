// HashStateTable, one behaviour at a time; table_model_test.cpp has the random runs.
#include "state/table/hash_state_table.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <lockstep/base/hash.hpp>

#include "tests/support/catch.hpp"

using namespace lockstep;
using Keys = std::vector<std::string>;

namespace {

constexpr BatchId kOne{1};
constexpr BatchId kTwo{2};
BatchTime at(int seconds) { return BatchTime(std::chrono::seconds(seconds)); }
StateKey keyOf(std::string_view bytes) { return {bytes, murmur2(bytes)}; }

StateEntry& touchOne(StateShard& table, BatchId batch, std::string_view key, int seconds = 1) {
  const StateKey one = keyOf(key);
  StateEntry* entry = nullptr;
  REQUIRE(table.touch(batch, at(seconds), {&one, 1}, &entry).ok());
  return *entry;
}

void set(StateShard& table, BatchId batch, std::string_view key, std::string_view value,
         int seconds = 1) {
  table.assign(touchOne(table, batch, key, seconds), value);
}

Keys scanned(StateShard& table) {
  Keys keys;
  std::uint64_t cursor = 0;
  StateShard::Item items[3];
  while (const auto count = table.scan(cursor, items).value()) {
    for (std::size_t i = 0; i < count; ++i) keys.emplace_back(items[i].key.bytes);
  }
  return keys;
}

std::vector<std::pair<std::string, std::string>> changesOf(StateTable& table, BatchId batch) {
  std::vector<std::pair<std::string, std::string>> changes;
  std::uint64_t cursor = 0;
  KeyedValue values[2];
  while (const auto count = table.changes(batch, cursor, values)) {
    for (std::size_t i = 0; i < count; ++i) {
      changes.emplace_back(values[i].key.bytes, values[i].value.value_or("-"));
    }
  }
  return changes;
}

std::vector<std::pair<std::string, std::string>> dueOf(StateTable& table) {
  std::vector<std::pair<std::string, std::string>> due;
  KeyedValue values[2];
  while (const auto count = table.takeDue(values)) {
    for (std::size_t i = 0; i < count; ++i) {
      due.emplace_back(values[i].key.bytes, values[i].value.value_or("-"));
    }
  }
  std::sort(due.begin(), due.end());
  return due;
}
using Pairs = std::vector<std::pair<std::string, std::string>>;

const std::string kLong(100, 'x');
const std::string kLonger(300, 'y');

}  // namespace

TEST_CASE("due keys are handed out in runs, each behind the one before by hash",
          "[unit][table][checkpoint]") {
  constexpr int kKeys = 20000;
  HashStateTable table;
  std::vector<std::string> names;
  for (int i = 0; i < kKeys; ++i) names.push_back("key-" + std::to_string(i));
  std::vector<StateKey> keys;
  for (const auto& name : names) keys.push_back(keyOf(name));
  std::vector<StateEntry*> entries(keys.size());
  REQUIRE(table.touch(BatchId{1}, BatchTime{}, keys, entries.data()).ok());
  for (auto* entry : entries) table.assign(*entry, "1");
  table.confirm(BatchId{1});
  REQUIRE(table.toTake() == kKeys);
  std::vector<KeyedValue> chunk(100);
  std::uint64_t behind = 0;  // every hash of the runs before is below
  std::uint64_t highest = 0;
  std::size_t taken = 0;
  int runs = 0;
  while (const std::size_t count = table.takeDue(chunk)) {
    for (std::size_t i = 0; i < count; ++i) {
      CHECK(chunk[i].key.hash >= behind);
      highest = std::max<std::uint64_t>(highest, chunk[i].key.hash);
    }
    taken += count;
    CHECK(table.toTake() == kKeys - taken);
    if (count == chunk.size()) continue;
    behind = highest + 1;
    ++runs;
  }
  CHECK(taken == kKeys);
  CHECK(runs > 50);
}

TEST_CASE("duplicates in one touch give the same entry", "[unit][table][touch]") {
  HashStateTable table;
  const std::vector<StateKey> keys{keyOf("a"), keyOf("b"), keyOf("a"), keyOf(kLong), keyOf(kLong)};
  std::vector<StateEntry*> entries(keys.size());
  REQUIRE(table.touch(kOne, at(1), keys, entries.data()).ok());
  CHECK(entries[0] == entries[2]);
  CHECK(entries[3] == entries[4]);
  CHECK(entries[0] != entries[1]);
}

TEST_CASE("a key that was touched but not set has no state", "[unit][table][touch]") {
  HashStateTable table;
  CHECK_FALSE(touchOne(table, kOne, "a").present());
  CHECK(table.size() == 0);
  CHECK(scanned(table).empty());
  CHECK(changesOf(table, kOne).empty());
  table.confirm(kOne);
  CHECK(table.due() == 0);
}

TEST_CASE("a rollback gives back value, absence and time of touch", "[unit][table][undo]") {
  HashStateTable table;
  set(table, kOne, "short", "1");
  set(table, kOne, "long", kLong);
  table.confirm(kOne);

  set(table, kTwo, "short", kLonger, 2);
  set(table, kTwo, "long", "2", 2);
  set(table, kTwo, "new", "3", 2);
  CHECK(table.size() == 3);
  table.rollback(kTwo);

  CHECK(table.size() == 2);
  std::uint64_t cursor = 0;
  StateShard::Item items[8];
  REQUIRE(table.scan(cursor, items).value() == 2);
  for (const auto& item : {items[0], items[1]}) {
    CHECK(item.entry->value() == (item.key.bytes == "long" ? kLong : "1"));
    CHECK(item.touched == at(1));
  }
}

TEST_CASE("before() tells what each of two undecided batches found", "[unit][table][undo]") {
  HashStateTable table;
  set(table, kOne, "a", kLong);
  set(table, kTwo, "a", kLonger);
  StateEntry& entry = touchOne(table, kTwo, "a");
  CHECK_FALSE(table.before(kOne, entry).present());
  CHECK(table.before(kTwo, entry).value() == kLong);
  CHECK(entry.value() == kLonger);
  table.confirm(kOne);
  CHECK(table.before(kTwo, entry).value() == kLong);
  table.rollback(kTwo);
  CHECK(entry.value() == kLong);
}

TEST_CASE("changes are values, removals and new times, in order of first touch",
          "[unit][table][changes]") {
  HashStateTable table;
  set(table, kOne, "gone", "1");
  set(table, kOne, "same", "2");
  set(table, kOne, "later", "3");
  CHECK(changesOf(table, kOne) == Pairs{{"gone", "1"}, {"same", "2"}, {"later", "3"}});
  table.confirm(kOne);

  touchOne(table, kTwo, "later", 2);  // same value, another time
  set(table, kTwo, "same", "2");      // same value, same time
  table.remove(touchOne(table, kTwo, "gone"));
  table.remove(touchOne(table, kTwo, "never"));
  CHECK(changesOf(table, kTwo) == Pairs{{"later", "3"}, {"gone", "-"}});
}

TEST_CASE("a checkpoint takes committed values while a later batch is undecided",
          "[unit][table][checkpoint]") {
  HashStateTable table;
  set(table, kOne, "a", "1");
  set(table, kOne, "b", kLong);
  table.confirm(kOne);
  set(table, kTwo, "a", "2");
  set(table, kTwo, "b", kLonger);
  set(table, kTwo, "c", "3");
  CHECK(dueOf(table) == Pairs{{"a", "1"}, {"b", kLong}});
  table.checkpointEnded(true);
  table.confirm(kTwo);
  CHECK(dueOf(table) == Pairs{{"a", "2"}, {"b", kLonger}, {"c", "3"}});
}

TEST_CASE("a tombstone stays due until a checkpoint is durable", "[unit][table][checkpoint]") {
  HashStateTable table;
  set(table, kOne, "a", "1");
  table.confirm(kOne);
  CHECK(dueOf(table).size() == 1);
  table.checkpointEnded(true);
  table.remove(touchOne(table, kTwo, "a"));
  table.confirm(kTwo);

  CHECK(table.keys() == 0);
  CHECK(dueOf(table) == Pairs{{"a", "-"}});
  table.checkpointEnded(false);
  CHECK(dueOf(table) == Pairs{{"a", "-"}});
  table.checkpointEnded(true);
  CHECK(table.due() == 0);
  CHECK(dueOf(table).empty());
}

TEST_CASE("loaded keys are due only when they come from the changelog", "[unit][table][load]") {
  HashStateTable table;
  const std::vector<KeyedValue> stored{{keyOf("a"), "1", at(1)}, {keyOf("b"), kLong, at(1)}};
  REQUIRE(table.load(stored, StateTable::Source::kCheckpoint).ok());
  CHECK(table.due() == 0);
  const std::vector<KeyedValue> tail{{keyOf("b"), kLonger, at(2)},
                                     {keyOf("a"), std::nullopt, at(2)},
                                     {keyOf("unknown"), std::nullopt, at(2)},
                                     {keyOf("b"), kLong, at(3)}};
  REQUIRE(table.load(tail, StateTable::Source::kChangelog).ok());
  CHECK(scanned(table) == Keys{"b"});
  CHECK(table.keys() == 1);
  CHECK(dueOf(table) == Pairs{{"a", "-"}, {"b", kLong}});
}

TEST_CASE("a value can be assigned from its own bytes", "[unit][table][assign]") {
  HashStateTable table;
  set(table, kOne, "a", kLonger + "end");
  StateEntry& entry = touchOne(table, kOne, "a");
  table.assign(entry, entry.value().substr(200));
  CHECK(entry.value() == std::string(100, 'y') + "end");
  table.assign(entry, entry.value().substr(100));
  CHECK(entry.value() == "end");
  table.assign(entry, entry.value().substr(1));
  CHECK(entry.value() == "nd");
}
