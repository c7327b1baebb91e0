#pragma once

#include <functional>

#include "src/runtime/dispatch.hpp"

namespace lockstep {

/// What stands for the roles' threads where there are none: fibers (src/simulation).
/// Thread: the generator's. Outlives the application.
class RoleThreads {
 public:
  using Job = std::function<void()>;

  virtual ~RoleThreads() = default;
  /// Queues a job and returns at once; the jobs of a thread run in order, beside the others'.
  virtual void submit(RoleThread thread, Job job) = 0;
  /// Waits until what compute has queued is carried out and the others' running jobs have ended;
  /// drops what they had queued.
  virtual void finish() = 0;
};

}  // namespace lockstep
