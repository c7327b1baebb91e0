#include "src/simulation/process_faults.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace lockstep::sim {
namespace {

using std::chrono::milliseconds;

constexpr std::array kOfRequests{Fault::kLostRequests, Fault::kLostReplies, Fault::kDisconnects,
                                 Fault::kLateRequests, Fault::kDuplicates,  Fault::kSlowReplies,
                                 Fault::kSlowMarkers,  Fault::kDiskErrors,  Fault::kTornDisk,
                                 Fault::kLostDisk};
constexpr std::array kOfProcesses{Fault::kPauses,  Fault::kZombies,  Fault::kRestarts,
                                  Fault::kOutages, Fault::kFailover, Fault::kCompaction};

}  // namespace

ScheduleFaults faultPlanOf(std::uint64_t seed, Guarantee guarantee) {
  Prng random(seed, 1);
  ScheduleFaults schedule;
  auto& plan = schedule.requests;
  plan.seed = seed;
  const auto draw = [&](Fault fault) {
    plan.faults.at(static_cast<std::size_t>(fault)) = random.chance(500);
  };
  for (const auto fault : kOfRequests) draw(fault);
  for (const auto fault : kOfProcesses) draw(fault);
  plan.faults.at(static_cast<std::size_t>(Fault::kCrashes)) = random.chance(850);
  plan.fault_per_thousand = random.between(3, 60);
  schedule.small_requests = random.chance(500);
  schedule.commit_timeout = milliseconds(random.between(1'200, 5'000));
  schedule.checkpoint_interval = milliseconds(random.between(200, 2'000));
  schedule.overlap = guarantee == Guarantee::kExactlyOnce && random.chance(400);
  if (guarantee == Guarantee::kExactlyOnce) return schedule;
  for (const auto fault : {Fault::kLateRequests, Fault::kDuplicates, Fault::kZombies})
    plan.faults.at(static_cast<std::size_t>(fault)) = false;
  return schedule;
}

Upsets::Upsets(const ScheduleFaults& faults, const std::vector<std::int64_t>& steps,
               std::uint64_t seed)
    : random_(seed, 5) {
  constexpr std::int64_t kUpsetsMax = 12;
  // A kill is what everything else has to stand: as often as two others.
  if (faults.requests.has(Fault::kCrashes)) kinds_ = {Fault::kCrashes, Fault::kCrashes};
  for (const auto kind : kOfProcesses)
    if (faults.requests.has(kind)) kinds_.push_back(kind);
  const auto ticks = std::accumulate(steps.begin(), steps.end(), std::int64_t{0});
  if (kinds_.empty() || ticks == 0) return;
  std::vector<std::int64_t> first_ticks;
  std::int64_t before = 0;
  for (const auto count : steps) {
    first_ticks.push_back(before);
    before += count;
  }
  const auto upsets =
      random_.between(1, std::min(kUpsetsMax, 2 + static_cast<std::int64_t>(steps.size())));
  for (std::int64_t i = 0; i < upsets; ++i) {
    const auto step = random_.below(static_cast<std::int64_t>(steps.size()));
    const auto tick =
        random_.chance(700) ? first_ticks[static_cast<std::size_t>(step)] : random_.below(ticks);
    ++by_tick_[tick];
  }
}

void Upsets::tickReleased() {
  constexpr std::int64_t kRequestsOfBatch = 40;
  const auto planned = by_tick_.find(tick_++);
  if (planned == by_tick_.end()) return;
  for (int i = 0; i < planned->second; ++i) {
    const auto kind =
        kinds_[static_cast<std::size_t>(random_.below(static_cast<std::int64_t>(kinds_.size())))];
    waiting_.emplace(requests_ + random_.between(1, kRequestsOfBatch), kind);
  }
}

std::optional<Fault> Upsets::due() {
  const auto next = waiting_.begin();
  if (next == waiting_.end() || next->first > requests_) return std::nullopt;
  const auto kind = next->second;
  waiting_.erase(next);
  return kind;
}

}  // namespace lockstep::sim
