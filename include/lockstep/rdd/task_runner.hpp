#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

namespace lockstep {

/// One piece of work for a worker. The body throws nothing.
struct TaskJob {
  std::function<void(std::uint32_t worker)> body;
  /// With one, the job runs on worker `affinity % workers()`: a shard's state is touched by one
  /// thread only. Without, on any.
  std::optional<std::uint32_t> affinity;
};

/// Runs tasks on workers. Invariant: no two jobs on one worker at the same time.
class TaskRunner {
 public:
  virtual ~TaskRunner() = default;
  /// At least 1, constant.
  [[nodiscard]] virtual std::uint32_t workers() const = 0;
  /// Runs all jobs and returns when the last has ended; what they wrote is visible then. Jobs with
  /// the same affinity run in order. Thread: one caller at a time, never a worker.
  virtual void run(std::span<const TaskJob> jobs) = 0;
};

/// Runs the jobs on the caller's thread, in order: for tests, the simulator, `lockstep try`.
class InlineTaskRunner final : public TaskRunner {
 public:
  [[nodiscard]] std::uint32_t workers() const override { return 1; }
  void run(std::span<const TaskJob> jobs) override {
    for (const TaskJob& job : jobs) job.body(0);
  }
};

}  // namespace lockstep
