#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include <lockstep/model/guarantee.hpp>

#include "src/simulation/faults.hpp"
#include "src/simulation/prng.hpp"

namespace lockstep::sim {

/// What the seed of a schedule decides beforehand.
struct ScheduleFaults {
  FaultPlan requests;
  bool small_requests = false;  ///< records travel in many requests, not in one
  /// Commits are told late and ticks come due late, so that a batch is computed while the process
  /// does not know yet whether the one before happened.
  bool overlap = false;
  std::chrono::milliseconds commit_timeout{5'000};
  std::chrono::milliseconds checkpoint_interval{700};
};

/// About half of all kinds of faults. Without transactions none against which Kafka has no means
/// there (docs/guarantees.md, "At least once").
[[nodiscard]] ScheduleFaults faultPlanOf(std::uint64_t seed, Guarantee guarantee);

/// When something happens to processes: mostly with the batches that have records, by the count of
/// requests from a tick on.
class Upsets {
 public:
  /// `steps`: the ticks of each; the first tick of each has records.
  Upsets(const ScheduleFaults& faults, const std::vector<std::int64_t>& steps, std::uint64_t seed);

  /// The next tick is released.
  void tickReleased();
  /// A request is about to be sent.
  void requested() { ++requests_; }
  /// What strikes now, one after the other.
  [[nodiscard]] std::optional<Fault> due();

 private:
  Prng random_;
  std::vector<Fault> kinds_;
  std::map<std::int64_t, int> by_tick_;         ///< how many come with a tick
  std::multimap<std::int64_t, Fault> waiting_;  ///< by the request that they come with
  std::int64_t tick_ = 0;
  std::int64_t requests_ = 0;
};

}  // namespace lockstep::sim
