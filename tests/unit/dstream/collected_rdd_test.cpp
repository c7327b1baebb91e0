// CollectedRdd: the operations on one batch's elements.
#include <lockstep/dstream/collected_rdd.hpp>

#include "tests/support/catch.hpp"

using namespace lockstep;
using Numbers = CollectedRdd<std::int64_t>;
using List = std::vector<std::int64_t>;
using Pair = std::pair<std::string, std::int64_t>;

namespace {
/// Partitions {5, 1}, {}, {3, 1}.
Numbers numbers() { return Numbers({5, 1, 3, 1}, {2, 2, 4}, {}); }

template <class T>
std::vector<std::size_t> sizes(const CollectedRdd<T>& rdd) {
  std::vector<std::size_t> found;
  rdd.foreachPartition([&](auto part) { found.push_back(part.size()); });
  return found;
}
}  // namespace

TEST_CASE("element-wise operations keep order and partitions", "[unit][dstream][collected_rdd]") {
  using Sizes = std::vector<std::size_t>;
  const auto doubled = numbers().map([](std::int64_t n) { return 2 * n; });
  CHECK(doubled.collect() == List{10, 2, 6, 2});
  CHECK(sizes(doubled) == Sizes{2, 0, 2});
  const auto odd = numbers().filter([](std::int64_t n) { return n > 1; });
  CHECK(odd.collect() == List{5, 3});
  CHECK(sizes(odd) == Sizes{1, 0, 1});
  const auto repeated = numbers().flatMap([](std::int64_t n) { return List(n / 2, n); });
  CHECK(repeated.collect() == List{5, 5, 3});
  CHECK(sizes(repeated) == Sizes{2, 0, 1});
  const auto twice = numbers().unite(repeated);
  CHECK(twice.collect() == List{5, 1, 3, 1, 5, 5, 3});
  CHECK(sizes(twice) == Sizes{2, 0, 2, 2, 0, 1});
  CHECK(twice.getNumPartitions() == 6);
  CHECK(numbers().distinct().collect() == List{5, 1, 3});
  const Numbers ranges({1}, {{{"t", Partition{0}}, Offset{3}, Offset{4}}});
  CHECK(ranges.map([](auto n) { return n; })
            .unite(numbers())
            .sortBy([](auto n) { return n; })
            .offsetRanges() == ranges.offsetRanges());
}

TEST_CASE("actions give Spark's results, and say so when there is nothing",
          "[unit][dstream][collected_rdd]") {
  CHECK(numbers().count() == 4);
  CHECK(numbers().first() == 5);
  CHECK(numbers().take(2) == List{5, 1});
  CHECK(numbers().take(9).size() == 4);
  CHECK(numbers().top(2) == List{5, 3});
  CHECK(numbers().top(9, std::greater<>()) == List{1, 1, 3, 5});
  CHECK(numbers().reduce([](auto a, auto b) { return a - b; }) == 0);
  std::int64_t sum = 0;
  numbers().foreach ([&](std::int64_t n) { sum += n; });
  CHECK(sum == 10);
  const Numbers empty(List{});
  CHECK(empty.isEmpty());
  CHECK_FALSE(numbers().isEmpty());
  CHECK_THROWS_AS(empty.first(), std::out_of_range);
  CHECK_THROWS_AS(empty.reduce([](auto a, auto) { return a; }), std::out_of_range);
}

TEST_CASE("sorting is stable in both directions", "[unit][dstream][collected_rdd]") {
  const CollectedRdd<Pair> rdd(std::vector<Pair>{{"b", 1}, {"a", 2}, {"b", 3}, {"a", 4}});
  const auto by_key = [](const Pair& pair) { return pair.first; };
  using Pairs = std::vector<Pair>;
  CHECK(rdd.sortBy(by_key).collect() == Pairs{{"a", 2}, {"a", 4}, {"b", 1}, {"b", 3}});
  CHECK(rdd.sortBy(by_key, false).collect() == Pairs{{"b", 1}, {"b", 3}, {"a", 2}, {"a", 4}});
}

TEST_CASE("pairs are joined, subtracted and folded by key", "[unit][dstream][collected_rdd]") {
  using Pairs = std::vector<Pair>;
  const CollectedRdd<Pair> left(std::vector<Pair>{{"a", 1}, {"b", 2}, {"a", 3}});
  const std::vector<std::pair<std::string, std::string>> data{{"a", "x"}, {"c", "y"}, {"a", "z"}};
  const CollectedRdd<std::pair<std::string, std::string>> right(data);
  const auto joined = left.join(right).collect();
  REQUIRE(joined.size() == 4);
  CHECK(joined[1] == std::pair{std::string("a"), std::pair{std::int64_t{1}, std::string("z")}});
  CHECK(joined[2] == std::pair{std::string("a"), std::pair{std::int64_t{3}, std::string("x")}});
  CHECK(left.subtractByKey(right).collect() == Pairs{{"b", 2}});
  CHECK(left.reduceByKey([](auto a, auto b) { return 10 * a + b; }).collect() ==
        Pairs{{"a", 13}, {"b", 2}});
  CHECK(left.mapValues([](auto v) { return -v; }).collect() ==
        Pairs{{"a", -1}, {"b", -2}, {"a", -3}});
  CHECK(left.map([](const Pair& p) { return p.second; })
            .keyBy([](auto n) { return n % 2; })
            .collect()[1] == std::pair{std::int64_t{0}, std::int64_t{2}});
}
