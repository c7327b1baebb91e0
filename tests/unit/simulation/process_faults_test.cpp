// What a seed decides before its schedule begins.
#include "src/simulation/process_faults.hpp"

#include <vector>

#include "tests/support/catch.hpp"

using namespace lockstep;
using namespace lockstep::sim;

namespace {

/// The upsets of all ticks, each with 100 requests, and the tick that they came with.
std::vector<std::pair<int, Fault>> upsetsOf(std::uint64_t seed,
                                            const std::vector<std::int64_t>& steps) {
  const auto faults = faultPlanOf(seed, Guarantee::kExactlyOnce);
  Upsets upsets(faults, steps, seed);
  std::vector<std::pair<int, Fault>> seen;
  int tick = 0;
  for (const auto ticks : steps) {
    for (std::int64_t i = 0; i < ticks; ++i, ++tick) {
      upsets.tickReleased();
      for (int request = 0; request < 100; ++request) {
        upsets.requested();
        while (const auto kind = upsets.due()) seen.emplace_back(tick, *kind);
      }
    }
  }
  return seen;
}

}  // namespace

TEST_CASE("a seed stands for the same faults every time, another one for others",
          "[unit][simulation][process_faults]") {
  CHECK(upsetsOf(7, {1, 1, 30}) == upsetsOf(7, {1, 1, 30}));
  int different = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed)
    different += upsetsOf(seed, {1, 1, 1}) != upsetsOf(seed + 1, {1, 1, 1}) ? 1 : 0;
  CHECK(different > 15);
}

TEST_CASE("most schedules kill a process, and most faults come with records",
          "[unit][simulation][process_faults]") {
  int kills = 0;
  int with_records = 0;
  int all = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    bool killed = false;
    for (const auto& [tick, kind] : upsetsOf(seed, {1, 1'000, 1})) {
      killed = killed || kind == Fault::kCrashes;
      ++all;
      with_records += tick <= 1 || tick == 1'001 ? 1 : 0;
    }
    kills += killed ? 1 : 0;
  }
  CHECK(kills > 80);
  CHECK(with_records * 2 > all);
}

TEST_CASE("without transactions nothing arrives after its sender gave up",
          "[unit][simulation][process_faults]") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const auto plan = faultPlanOf(seed, Guarantee::kAtLeastOnce).requests;
    CHECK_FALSE(plan.has(Fault::kLateRequests));
    CHECK_FALSE(plan.has(Fault::kDuplicates));
    CHECK_FALSE(plan.has(Fault::kZombies));
  }
}
