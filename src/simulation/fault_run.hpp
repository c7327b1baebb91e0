#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <lockstep/base/result.hpp>
#include <lockstep/model/guarantee.hpp>

#include "connectors/memory/admin.hpp"
#include "src/runtime/application.hpp"
#include "src/simulation/sim_disk.hpp"

/// src/simulation: engine, roles and a whole application in virtual time, on one thread, under
/// faults that a seed decides (docs/simulator.md). What judges is elsewhere: `lockstep test
/// --chaos` compares with a run without faults, tests/sim checks invariants.
///
///   scheduler     fibers and virtual time        sim_network   what happens to requests
///   sim_disk      a checkpoint store that tears  sim_process   an Application on fibers
///   fault_run     one schedule of a fed application, from its seed
///   undisturbed_run  the same without faults   evidence   what a run has committed
namespace lockstep::sim {

/// What a schedule runs: an application that is fed step by step. A step is one tick with records
/// and any number of idle ones behind it; its records are in exactly one batch, whatever fails.
class Subject {
 public:
  struct Plan {
    std::string application;
    Guarantee guarantee = Guarantee::kExactlyOnce;
    std::chrono::milliseconds interval{500};
    WallTime start;                   ///< a tick; the first of the plan is an interval later
    std::vector<std::int64_t> steps;  ///< the ticks of each
  };

  virtual ~Subject() = default;
  [[nodiscard]] virtual const Plan& plan() const = 0;
  /// The application, made anew: called at every start of a process. Its graph is not prepared.
  [[nodiscard]] virtual Result<ApplicationSpec> make() = 0;
  /// Makes the topics. Called once, before anything else.
  virtual void prepare(memory::Admin& kafka) = 0;
  /// Produces the records of a step, whose first tick is `tick`.
  virtual void feed(memory::Admin& kafka, std::size_t step, BatchTime tick) = 0;
  /// The step's batches are decided: what follows in the logs is not of it. Markers may be missing.
  virtual void decided(memory::Admin& kafka, std::size_t step) = 0;
  /// All is committed and readable.
  virtual void ended(memory::Admin& kafka) = 0;
};

/// What a schedule did.
struct FaultCounts {
  std::uint64_t kills = 0;
  std::uint64_t stops = 0;    ///< of processes that were asked to, or gave up and were restarted
  std::uint64_t pauses = 0;   ///< of processes; of some a second one was started meanwhile
  std::uint64_t aborted = 0;  ///< transactions
  std::uint64_t bad_requests = 0;  ///< lost, late, doubled, or without an answer
  std::uint64_t disk_errors = 0;
  /// Ticks that were released while the process did not know yet that the batch before was
  /// committed.
  std::uint64_t early_ticks = 0;

  FaultCounts& operator+=(const FaultCounts& other);
};

struct FaultOutcome {
  Status status;  ///< why the schedule did not get to its end
  FaultCounts counts;
  std::vector<std::string> story;  ///< a line for all that happened to processes, in order
};

/// Runs the schedule of a seed: the same seed and subject give the same run, to the last step.
/// Faults end, at the latest, when a tick is not done within a minute.
[[nodiscard]] FaultOutcome runUnderFaults(Subject& subject, std::uint64_t seed,
                                          StoreBug bug = StoreBug::kNone);

}  // namespace lockstep::sim
