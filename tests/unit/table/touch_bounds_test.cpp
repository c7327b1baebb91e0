// TouchBounds: which ranges of hashes a time-out has to look at, and that a table finds all.
#include "state/table/touch_bounds.hpp"

#include <array>
#include <string>
#include <vector>

#include <lockstep/base/hash.hpp>

#include "state/table/hash_state_table.hpp"
#include "tests/support/catch.hpp"

using namespace lockstep;

namespace {
BatchTime at(std::int64_t s) { return BatchTime(std::chrono::seconds(s)); }
}  // namespace

TEST_CASE("ranges that are not known are looked at, others once a key may be old enough",
          "[unit][table][touch_bounds]") {
  TouchBounds bounds;
  CHECK_FALSE(bounds.active());
  bounds.fit(16);  // four ranges
  REQUIRE(bounds.active());
  const std::uint64_t range = std::uint64_t{1} << 30;
  CHECK(bounds.firstBefore(0, at(1)) == 0);
  CHECK(bounds.firstBefore(range + 7, at(1)) == range + 7);
  CHECK(bounds.rangeBegin(range + 7) == range);
  CHECK(bounds.rangeEnd(range + 7) == 2 * range);
  for (const std::uint64_t i : {0, 1, 2, 3}) bounds.set(i * range, BatchTime::max());
  CHECK(bounds.firstBefore(0, at(1)) == TouchBounds::kEnd);
  bounds.lower(static_cast<std::uint32_t>(2 * range + 5), at(10));
  CHECK(bounds.firstBefore(0, at(10)) == TouchBounds::kEnd);
  CHECK(bounds.firstBefore(0, at(11)) == 2 * range);
  bounds.lower(static_cast<std::uint32_t>(2 * range + 6), at(12));  // a touch raises nothing
  CHECK(bounds.firstBefore(0, at(11)) == 2 * range);
  bounds.set(2 * range, at(12));
  CHECK(bounds.firstBefore(0, at(12)) == TouchBounds::kEnd);
}

TEST_CASE("more ranges keep what is known of fewer, over groups too",
          "[unit][table][touch_bounds]") {
  TouchBounds bounds;
  bounds.fit(4);
  bounds.set(0, at(5));
  bounds.fit(4 * 4096);
  CHECK(bounds.firstBefore(0, at(5)) == TouchBounds::kEnd);
  CHECK(bounds.firstBefore(0, at(6)) == 0);
  const std::uint64_t range = TouchBounds::kEnd / 4096;
  for (std::uint64_t i = 0; i < 4096; ++i) bounds.set(i * range, at(7));
  CHECK(bounds.firstBefore(0, at(7)) == TouchBounds::kEnd);
  bounds.lower(static_cast<std::uint32_t>(4000 * range), at(3));
  CHECK(bounds.firstBefore(0, at(4)) == 4000 * range);
}

TEST_CASE("keys that are touched all the time stay, others go after exactly the time-out",
          "[unit][table][touch_bounds]") {
  HashStateTable table;
  std::vector<std::string> names;
  for (int i = 0; i < 4000; ++i) names.push_back(std::to_string(i));
  std::vector<StateKey> keys;
  for (const auto& name : names) keys.push_back({name, murmur2(name)});
  std::vector<StateEntry*> entries(keys.size());
  // Half of the keys are touched in every batch, the others come and go: five at a time.
  std::size_t expired = 0;
  for (std::uint64_t batch = 1; batch <= 300; ++batch) {
    const BatchTime now = at(static_cast<std::int64_t>(batch));
    std::vector<StateKey> touched(keys.begin(), keys.begin() + 2000);
    for (std::size_t i = 0; i < 5; ++i) touched.push_back(keys[2000 + (5 * batch + i) % 2000]);
    REQUIRE(table.touch(BatchId{batch}, now, touched, entries.data()).ok());
    for (std::size_t i = 0; i < touched.size(); ++i) entries[i]->setInline("v", 1);
    std::array<StateShard::Item, 64> items;
    std::uint64_t cursor = 0;
    while (const auto count =
               table.scanTouchedBefore(now - std::chrono::seconds(20), cursor, items).value()) {
      for (StateShard::Item& item : std::span(items).first(count)) {
        CHECK(item.touched == now - std::chrono::seconds(21));
        table.touchItems(BatchId{batch}, now, {&item, 1});
        table.remove(*item.entry);
        ++expired;
      }
    }
    table.confirm(BatchId{batch});
  }
  CHECK(expired == 5 * (300 - 21));
}
