// Packed pages: what is appended is read, and merging keeps the newest of each key.
#include "state/rocksdb/packed_page.hpp"

#include <map>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/support/catch.hpp"

using namespace lockstep;

namespace {

using PageKey = std::pair<std::uint32_t, std::string>;
struct PageValue {
  std::optional<std::string> value;
  std::int64_t touched = 0;
  bool operator==(const PageValue&) const = default;
};
using PageMap = std::map<PageKey, PageValue>;

std::string pageWith(const PageMap& entries) {
  std::string page;
  for (const auto& [key, entry] : entries) {
    const auto value = entry.value ? std::optional<std::string_view>(*entry.value) : std::nullopt;
    appendToPage(
        page,
        {{key.second, key.first}, value, BatchTime(std::chrono::milliseconds(entry.touched))});
  }
  return page;
}

PageMap entriesOf(std::string_view page) {
  PageMap entries;
  std::optional<PageKey> last;
  PackedPageReader reader(page);
  for (; reader.valid(); reader.next()) {
    const KeyedValue& entry = reader.entry();
    PageKey key{entry.key.hash, std::string(entry.key.bytes)};
    CHECK((!last || *last < key));
    last = key;
    PageValue value{std::nullopt, entry.touched.time_since_epoch().count()};
    if (entry.value) value.value = std::string(*entry.value);
    entries[std::move(key)] = std::move(value);
  }
  CHECK_FALSE(reader.damaged());
  return entries;
}

PageMap randomEntries(std::mt19937& random) {
  PageMap entries;
  const auto count = random() % 12;
  for (unsigned i = 0; i < count; ++i) {
    PageValue value{std::nullopt, static_cast<std::int64_t>(random()) - (1 << 30)};
    if (random() % 3 != 0) value.value = std::string(random() % 40, static_cast<char>(random()));
    // Few hashes and keys, so that pages share them, and hashes have several keys.
    entries[{random() % 4 * 0x40000000u, std::string(random() % 3, 'k')}] = value;
  }
  return entries;
}

}  // namespace

TEST_CASE("a page gives back what was appended, the largest entries too",
          "[unit][rocksdb][packed_page]") {
  const PageMap entries{{{0, ""}, {"", -1}},
                        {{0, "a"}, {std::nullopt, 0}},
                        {{7, std::string(kPagedBytesMax, 'k')}, {"", 1}},
                        {{8, std::string(kPagedBytesMax, 'k')}, {std::nullopt, 1}},
                        {{8, std::string("\0\xff", 2)}, {std::string("\xff\0", 2), 1LL << 50}},
                        {{0xffffffff, ""}, {std::string(kPagedBytesMax, 'v'), 2}}};
  CHECK(entriesOf(pageWith(entries)) == entries);
  CHECK(entriesOf("").empty());
  const std::string large(kPagedBytesMax, 'x');
  CHECK(fitsPage({{large, 1}, "", {}}));
  CHECK_FALSE(fitsPage({{large, 1}, "y", {}}));
}

TEST_CASE("merged pages have the newest entry of each key", "[unit][rocksdb][packed_page]") {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    INFO("round " << round);
    std::vector<std::string> pages(1 + random() % 5);
    PageMap newest;
    for (auto& page : pages) {
      const PageMap entries = randomEntries(random);
      page = pageWith(entries);
      for (const auto& [key, value] : entries) newest[key] = value;
    }
    const std::vector<std::string_view> views(pages.begin(), pages.end());
    std::string partial;
    REQUIRE(mergePages(views, false, partial));
    CHECK(entriesOf(partial) == newest);
    std::string complete;
    REQUIRE(mergePages(views, true, complete));
    std::erase_if(newest, [](const auto& entry) { return !entry.second.value; });
    CHECK(entriesOf(complete) == newest);
  }
}

TEST_CASE("a page that was cut is seen", "[unit][rocksdb][packed_page]") {
  const std::string page = pageWith({{{1, "key"}, {"value", 1}}});
  for (std::size_t size = 1; size < page.size(); ++size) {
    const std::string_view cut = std::string_view(page).substr(0, size);
    CHECK(PackedPageReader(cut).damaged());
    std::string merged;
    CHECK_FALSE(mergePages(std::vector{std::string_view(page), cut}, false, merged));
  }
}
