#pragma once

#include <atomic>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

/// A named place where a test can hurt the process. Present in the release binary; costs one
/// relaxed load and a never-taken branch unless `LOCKSTEP_FAILPOINTS` was set before start:
///
///   LOCKSTEP_FAILPOINTS="commit.before=kill@3;produce.mid=sleep(200)@1"
///
/// name=action@N, N-th hit, 1 when absent, `*` = every hit. Actions: kill (SIGKILL to self), stop
/// (SIGSTOP), sleep(MS), error (the place reports a failure of its own kind). An unknown name or
/// action in the variable ends the process with exit code 64 before anything else runs.
///
/// Define each point once, at namespace scope of the file that hits it: `Failpoint
/// kBefore{"commit.before"};` Thread: any.
class Failpoint {
 public:
  /// `name` lives as long as the program. Registers itself in all().
  explicit Failpoint(const char* name);
  Failpoint(const Failpoint&) = delete;
  Failpoint& operator=(const Failpoint&) = delete;

  [[nodiscard]] std::string_view name() const { return name_; }

  /// Carries out kill, stop and sleep itself; returns true when the place has to fail.
  [[nodiscard]] bool fails() { return armed_.load(std::memory_order_relaxed) && act(); }
  /// For places that cannot fail: kill, stop and sleep only.
  void hit() { static_cast<void>(fails()); }

  /// Every registered point of this binary, sorted by name (`lockstep version --json` lists them).
  [[nodiscard]] static std::vector<std::string_view> all();

 private:
  friend class FailpointRegistry;
  bool act();

  const char* name_;
  std::atomic<bool> armed_{false};
};

/// Arms the points named in LOCKSTEP_FAILPOINTS; called once, first thing in main().
/// Returns an explanation when the variable cannot be understood, empty otherwise.
[[nodiscard]] std::string armFailpointsFromEnvironment();

}  // namespace lockstep
