#pragma once

#include "connectors/memory/network.hpp"
#include "tests/sim/options.hpp"
#include "tests/sim/prng.hpp"
#include "tests/sim/scheduler.hpp"
#include "tests/sim/trace.hpp"

namespace lockstep::sim {

/// Decides by the seed what happens to each request: every one takes its own time, so that the
/// order of things differs from seed to seed; some meet a fault.
class SimNetwork final : public memory::Network {
 public:
  SimNetwork(Scheduler& scheduler, const Options& options, Trace& trace)
      : scheduler_(scheduler), options_(options), trace_(trace), random_(options.seed, 2) {}

  [[nodiscard]] memory::Fate decide(const memory::Call& call) override;
  [[nodiscard]] std::chrono::nanoseconds markerDelay(const TopicPartition* partition) override;

  /// From now on everything arrives.
  void heal() { healed_ = true; }
  /// Until then nobody gets an answer; every second request arrives all the same.
  void outage(Instant until) { outage_until_ = until; }

 private:
  [[nodiscard]] memory::Fate faultOf(const memory::Call& call);
  [[nodiscard]] bool strikes(Fault fault) {
    return options_.has(fault) && random_.chance(options_.fault_per_thousand);
  }

  Scheduler& scheduler_;
  const Options& options_;
  Trace& trace_;
  Prng random_;
  bool healed_ = false;
  Instant outage_until_{};
};

}  // namespace lockstep::sim
