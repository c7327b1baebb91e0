// HashIndex: always sorted by hash, whatever was inserted and erased in which order.
#include "state/table/hash_index.hpp"

#include <map>
#include <random>
#include <vector>

#include "tests/support/catch.hpp"

using namespace lockstep;

namespace {

std::vector<std::uint32_t> walk(const HashIndex& index) {
  std::vector<std::uint32_t> hashes;
  for (std::size_t i = 0; i < index.end(); ++i) {
    if (index.slot(i).reference != 0) hashes.push_back(index.slot(i).hash);
  }
  return hashes;
}

void insert(HashIndex& index, std::uint32_t hash, std::uint32_t reference) {
  index.reserve(1);
  index.insertAt(index.lowerBound(hash), {hash, reference});
}

}  // namespace

TEST_CASE("a walk gives the hashes in order after random insertions and erasures",
          "[unit][table][index]") {
  const auto seed = GENERATE(1U, 2U, 3U);
  // Narrow ranges crowd the array: all in one place, or all at its end.
  const auto mask = GENERATE(0xffffffffU, 0x0000ffffU);
  const auto base = GENERATE(0U, 0xffff0000U);
  CAPTURE(seed, mask, base);
  std::mt19937 random(seed);
  HashIndex index;
  std::map<std::uint32_t, std::uint32_t> model;
  for (std::uint32_t i = 1; i <= 3000; ++i) {
    const std::uint32_t hash = (static_cast<std::uint32_t>(random()) & mask) | base;
    const auto known = model.find(hash);
    if (known == model.end()) {
      insert(index, hash, i);
      model[hash] = i;
    } else {
      const auto position = index.lowerBound(hash);
      REQUIRE(index.slot(position).reference == known->second);
      index.eraseAt(position);
      model.erase(known);
    }
    if (i % 3 == 0) {
      const auto victim = model.begin();
      if (victim == model.end()) continue;
      index.eraseAt(index.lowerBound(victim->first));
      model.erase(victim);
    }
  }
  std::vector<std::uint32_t> expected;
  for (const auto& [hash, reference] : model) {
    expected.push_back(hash);
    CHECK(index.slot(index.lowerBound(hash)).reference == reference);
  }
  CHECK(walk(index) == expected);
  CHECK(index.size() == model.size());
}
