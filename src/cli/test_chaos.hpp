#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "src/cli/test_check.hpp"
#include "src/simulation/fault_run.hpp"

// `lockstep test --chaos`: a test again and again, each time under other faults. docs/testing.md.

namespace lockstep::cli {

struct ChaosOptions {
  std::uint64_t schedules = 0;               ///< how many; 0 = none
  std::uint64_t seed = 1;                    ///< of the first one; the others follow
  sim::StoreBug bug = sim::StoreBug::kNone;  ///< for tests of this: to see it found
  /// Says which schedule runs and how to repeat it: what is printed when an invariant breaks in it,
  /// which ends the process.
  std::function<std::string(std::uint64_t seed)> describe = {};
};

/// What the schedules of one test did.
struct ChaosResult {
  std::uint64_t schedules = 0;  ///< that ran: after one that fails there are no more
  sim::FaultCounts counts;
  std::uint64_t failed_seed = 0;
  /// How the results of the seed that failed differ from `expected`, stream by stream; none: all
  /// schedules gave the same.
  std::vector<TestFailure> failures;
};

/// Runs the test under seeded faults, and compares all that is committed with `expected`, what it
/// committed without faults.
[[nodiscard]] ChaosResult testUnderFaults(const config::ApplicationConfig& application,
                                          const config::TestConfig& test,
                                          const sim::Evidence& expected,
                                          const ChaosOptions& options);

/// "50 fault schedules, 131 kills, ...: same output"
[[nodiscard]] std::string textOf(const ChaosResult& result);

/// What of a file is not under faults with --chaos, a sentence each: its readers of folders and
/// sockets, its outputs outside Kafka. `application` is the file as written.
[[nodiscard]] std::vector<std::string> notUnderFaults(const config::ApplicationConfig& application);

}  // namespace lockstep::cli
