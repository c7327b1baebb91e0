#pragma once

#include <functional>
#include <string>

#include "connectors/memory/memory_kafka.hpp"
#include "src/simulation/prng.hpp"
#include "src/simulation/scheduler.hpp"
#include "src/simulation/trace.hpp"
#include "tests/sim/invariants.hpp"
#include "tests/sim/options.hpp"

namespace lockstep::sim {

/// What happens to topics and offsets while the application runs or is down: partitions are added,
/// committed offsets expire, coordinators move, an input is deleted, made anew, or loses its oldest
/// records.
class Changes {
 public:
  struct World {
    const Options& options;
    Scheduler& scheduler;
    Trace& trace;
    memory::MemoryKafka& kafka;
    Invariants& invariants;
    /// Kills every instance, and starts one again after a while.
    std::function<void()> down_for_a_while;
    /// Looks at transactions that are committed by now.
    std::function<void()> check_commits;
    /// Starts a second instance, with --takeover if it has yielded before.
    std::function<void()> take_over;
    std::function<bool()> healed;
  };
  explicit Changes(World world) : world_(std::move(world)), random_(world_.options.seed, 8) {}

  /// Puts them on the schedule.
  void plan();
  /// An input has lost records: the application may refuse to go on.
  [[nodiscard]] bool inputLost() const { return input_lost_; }

 private:
  [[nodiscard]] Instant sometime();
  [[nodiscard]] std::string someInput();
  void grow();
  void addInput();
  void expireOffsets();
  void compactTable();
  void failOver();
  void takeOver() { world_.take_over(); }
  void loseInput();
  /// Whether a transaction is open, or its markers are on their way.
  [[nodiscard]] bool undecided() const;
  void deleteOldRecords(const std::string& topic);

  World world_;
  Prng random_;
  bool input_lost_ = false;
};

}  // namespace lockstep::sim
