// LongFold, ShortKey: one long per key in order of first sight, and what a rollback takes back.
#include <lockstep/rdd/long_fold.hpp>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace lockstep;

namespace {

struct Add {
  static std::int64_t next(std::int64_t a, std::int64_t b) { return a + b; }
};
using Fold = LongFold<Add>;

std::vector<std::string> contents(Fold& fold) {
  fold.mark();
  std::vector<std::string> all;
  for (std::size_t i = 0; i < fold.size(); ++i)
    all.push_back(std::string(fold.key(i)) + "=" + std::to_string(fold.value(i)));
  return all;
}

/// Texts of length 0 to 40 that differ in one place only, and zeros at their ends.
std::vector<std::string> awkwardKeys() {
  std::vector<std::string> keys;
  for (std::size_t size = 0; size <= 40; ++size) {
    keys.emplace_back(size, 'a');
    for (std::size_t place = 0; place < size; ++place) {
      keys.push_back(keys.back());
      keys.back() = std::string(size, 'a');
      keys.back()[place] = 'b';
    }
    if (size > 0) keys.emplace_back(size, '\0');
  }
  return keys;
}

}  // namespace

TEST_CASE("a short key gives back its bytes and differs from every other",
          "[unit][rdd][long_fold]") {
  std::vector<ShortKey> keys;
  for (const std::string& text : awkwardKeys()) {
    if (text.size() > ShortKey::kBytesMax) continue;
    keys.push_back(ShortKey::of(text));
    CHECK(keys.back().view() == text);
  }
  for (std::size_t i = 0; i < keys.size(); ++i)
    for (std::size_t j = 0; j < keys.size(); ++j) CHECK((keys[i] == keys[j]) == (i == j));
}

TEST_CASE("values fold by key, in order of first sight", "[unit][rdd][long_fold]") {
  Fold fold;
  const std::string longer(1000, 'x');
  fold.add("b", 1);
  fold.add(longer, 10);
  fold.add("", 100);
  fold.add("b", 2);
  fold.add(longer, 20);
  CHECK(contents(fold) == std::vector<std::string>{"b=3", longer + "=30", "=100"});
  fold.clear();
  CHECK(contents(fold).empty());
  fold.add("b", 5);
  CHECK(contents(fold) == std::vector<std::string>{"b=5"});
}

TEST_CASE("a rollback takes back new keys and new values alike", "[unit][rdd][long_fold]") {
  Fold fold;
  const std::string longer(50, 'x');
  fold.add("a", 1);
  fold.add(longer, 2);
  fold.mark();
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 5000; ++i) fold.add("new" + std::to_string(i), 7);
    fold.add(longer + "y", 8);
    fold.add("a", 100);
    fold.add(longer, 100);
    fold.rollback();
  }
  fold.add("a", 1);
  fold.add("new1", 1);
  CHECK(contents(fold) == std::vector<std::string>{"a=2", longer + "=2", "new1=1"});
}

TEST_CASE("long keys count with all of their bytes, until they are taken back",
          "[unit][rdd][long_fold]") {
  Fold fold;
  fold.add(std::string(10'000, 'a'), 1);
  fold.mark();
  const auto one = fold.bytes();
  CHECK(one > 10'000);
  CHECK(one < 11'000);
  fold.add(std::string(10'000, 'a'), 1);
  fold.mark();
  CHECK(fold.bytes() == one);
  fold.add(std::string(10'000, 'b'), 1);
  fold.rollback();
  CHECK(fold.bytes() == one);
  fold.clear();
  CHECK(fold.bytes() == 0);
}

TEST_CASE("a fold agrees with a map over chunks of which some are taken back",
          "[unit][rdd][long_fold]") {
  const auto keys = awkwardKeys();
  const auto seed = GENERATE(range(0U, 5U));
  CAPTURE(seed);
  std::mt19937 random(seed);
  Fold fold;
  std::map<std::string, std::int64_t> kept;
  std::vector<std::string> order;
  for (int chunk = 0; chunk < 200; ++chunk) {
    fold.mark();
    auto sums = kept;
    auto seen = order;
    for (auto left = random() % 300; left > 0; --left) {
      const std::string& key = keys[random() % keys.size()];
      const auto value = static_cast<std::int64_t>(random() % 1000);
      fold.add(key, value);
      if (!sums.contains(key)) seen.push_back(key);
      sums[key] += value;
    }
    if (random() % 3 == 0) {
      fold.rollback();
    } else {
      kept = std::move(sums);
      order = std::move(seen);
    }
  }
  std::vector<std::string> expected;
  for (const std::string& key : order) expected.push_back(key + "=" + std::to_string(kept[key]));
  CHECK(contents(fold) == expected);
}
