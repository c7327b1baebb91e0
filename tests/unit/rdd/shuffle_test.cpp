// ByteLog, Shuffle, KeyIndex: order, marks, memory that is used again.
#include <lockstep/rdd/shuffle.hpp>

#include <cstring>
#include <string>
#include <vector>

#include <lockstep/rdd/key_index.hpp>

#include "tests/support/catch.hpp"

using namespace lockstep;

namespace {

std::vector<std::string> contents(const ShuffleBucket& bucket) {
  std::vector<std::string> all;
  bucket.forEach([&](const ShuffledElement& e) {
    all.push_back(std::to_string(e.hash) + std::string(e.key) + "=" + std::string(e.value));
  });
  return all;
}

}  // namespace

TEST_CASE("a bucket gives back its elements in order, of any size", "[unit][rdd][shuffle]") {
  ShuffleBucket bucket;
  const std::string huge(1'000'000, 'x');
  bucket.append({1, "a", ""});
  bucket.append({2, "", huge});
  bucket.append({3, "c", "3"});
  CHECK(contents(bucket) == std::vector<std::string>{"1a=", "2=" + huge, "3c=3"});
  bucket.clear();
  CHECK(contents(bucket).empty());
  bucket.append({4, "d", "4"});
  CHECK(contents(bucket) == std::vector<std::string>{"4d=4"});
}

TEST_CASE("rollback forgets what came after the mark, over many blocks", "[unit][rdd][shuffle]") {
  ShuffleBucket bucket;
  bucket.mark();
  bucket.append({9, "gone", ""});
  bucket.rollback();  // to the very start
  bucket.append({1, "kept", "v"});
  bucket.mark();
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 100'000; ++i) bucket.append({7, "key", "value"});
    bucket.rollback();
    CHECK(bucket.size() == 1);
  }
  bucket.append({2, "next", "w"});
  CHECK(contents(bucket) == std::vector<std::string>{"1kept=v", "2next=w"});
}

TEST_CASE("a shard reads the map tasks by stage and task, not by time of arrival",
          "[unit][rdd][shuffle]") {
  Shuffle shuffle;
  shuffle.resize(2);
  shuffle.writer(1, 0)[0].append({0, "third", ""});
  shuffle.writer(0, 1)[0].append({0, "second", ""});
  shuffle.writer(0, 0)[0].append({0, "first", ""});
  shuffle.writer(0, 0)[1].append({0, "other shard", ""});
  std::vector<std::string> order;
  shuffle.forEachBucket(0, [&](const ShuffleBucket& bucket) {
    for (const auto& text : contents(bucket)) order.push_back(text);
  });
  CHECK(order == std::vector<std::string>{"0first=", "0second=", "0third="});
  CHECK(shuffle.size(1) == 1);
}

TEST_CASE("keys are numbered in order of first sight, equal hashes kept apart",
          "[unit][rdd][shuffle]") {
  KeyIndex index;
  for (int round = 0; round < 3; ++round) {
    std::vector<std::string> keys;
    const int count = round == 1 ? 3 : 5000;
    for (int i = 0; i < count; ++i) keys.push_back("key" + std::to_string(i));
    for (std::uint32_t pass = 0; pass < 2; ++pass)
      for (std::uint32_t i = 0; i < keys.size(); ++i)
        REQUIRE(index.find(i % 10, keys[i]) == i);  // ten hashes for all
    CHECK(index.size() == keys.size());
    CHECK(index.key(2) == "key2");
    CHECK(index.hash(2) == 2);
    index.clear();
    CHECK(index.size() == 0);
  }
}
