#pragma once

#include <ucontext.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <lockstep/base/clock.hpp>

namespace lockstep::sim {

/// Unwinds a killed fiber. Not a std::exception: nobody but the scheduler may catch it.
struct Killed {};

/// A broken LOCKSTEP_CHECK inside a simulation (tests/sim/sim_check.cpp), which would end a real
/// process.
struct BrokenCheck {
  std::string text;
};

/// Fibers that are paused and killed together: one simulated process. Made by the scheduler's user.
struct Process {
  std::string name;
  Instant paused_until{};
};

/// A cooperative scheduler with virtual time, all on one thread. Fibers run until they wait; timed
/// actions run between them. What is next depends on times and on the order of making only, so a
/// run repeats exactly.
class Scheduler {
 public:
  using Action = std::function<void()>;

  Scheduler();
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  [[nodiscard]] Instant now() const { return now_; }

  /// Runs `body` on a fiber of its own, from now on. An exception other than Killed goes to
  /// `failure()`.
  void spawn(Process& process, Action body);
  /// Runs `action` between fibers. It must not wait.
  void at(Instant when, Action action);
  /// Unwinds all fibers of the process. REQUIRES: called from an action.
  void kill(Process& process);

  /// Waits on the present fiber; outside of a fiber it returns at once.
  void sleepUntil(Instant when);
  /// Waits until `ready()` or `until`; `ready` is looked at after everything that happens.
  void waitFor(const std::function<bool()>& ready, Instant until);

  /// Runs what is due next. `after` follows every step. Ends when it returns false, or at a
  /// failure.
  /// More than `steps_max` steps are a failure: something runs in a circle.
  void run(const std::function<bool()>& after, std::uint64_t steps_max = 400'000);
  [[nodiscard]] const std::optional<std::string>& failure() const { return failure_; }
  [[nodiscard]] std::uint64_t steps() const { return steps_; }

 private:
  struct Fiber;
  struct Timed {
    Instant when;
    std::uint64_t order;
    Action action;
  };

  static void enter();
  void resume(Fiber& fiber);
  void yield();
  void step();
  void fail(std::string text);

  Instant now_{std::chrono::seconds(1000)};
  std::uint64_t next_order_ = 0;
  std::uint64_t steps_ = 0;
  std::vector<std::unique_ptr<Fiber>> fibers_;
  std::vector<Timed> timed_;
  Fiber* current_ = nullptr;
  ucontext_t main_{};
  std::optional<std::string> failure_;
};

}  // namespace lockstep::sim
