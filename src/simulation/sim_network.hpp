#pragma once

#include <functional>
#include <string>
#include <utility>

#include "connectors/memory/network.hpp"
#include "src/simulation/faults.hpp"
#include "src/simulation/prng.hpp"
#include "src/simulation/scheduler.hpp"
#include "src/simulation/trace.hpp"

namespace lockstep::sim {

/// Decides by the seed what happens to each request: every one takes its own time, so that the
/// order of things differs from seed to seed; some meet a fault.
class SimNetwork final : public memory::Network {
 public:
  SimNetwork(Scheduler& scheduler, const FaultPlan& plan, Trace& trace)
      : scheduler_(scheduler), plan_(plan), trace_(trace), random_(plan.seed, 2) {}

  [[nodiscard]] memory::Fate decide(const memory::Call& call) override;
  [[nodiscard]] std::chrono::nanoseconds markerDelay(const TopicPartition* partition) override;

  /// From now on everything arrives.
  void heal() { healed_ = true; }
  /// Until then nobody gets an answer; every second request arrives all the same.
  void outage(Instant until) { outage_until_ = until; }
  /// From now on the answers to this producer's EndTxn come late, faults or not.
  void slowCommits(std::string transactional_id) { slow_commits_ = std::move(transactional_id); }
  /// Called with every request, on the caller's fiber: must not wait.
  void onRequest(std::function<void()> on_request) { on_request_ = std::move(on_request); }
  /// Requests that met a fault.
  [[nodiscard]] std::uint64_t broken() const { return broken_; }

 private:
  [[nodiscard]] memory::Fate faultOf(const memory::Call& call);
  [[nodiscard]] bool strikes(Fault fault) {
    return plan_.has(fault) && random_.chance(plan_.fault_per_thousand);
  }

  Scheduler& scheduler_;
  const FaultPlan& plan_;
  Trace& trace_;
  Prng random_;
  bool healed_ = false;
  std::uint64_t broken_ = 0;
  Instant outage_until_{};
  std::function<void()> on_request_;
  std::string slow_commits_;  ///< of this transactional id; "" = of none
};

}  // namespace lockstep::sim
