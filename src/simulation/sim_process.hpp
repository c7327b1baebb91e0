#pragma once

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "connectors/memory/memory_kafka.hpp"
#include "src/runtime/application.hpp"
#include "src/simulation/scheduler.hpp"
#include "src/simulation/sim_disk.hpp"

namespace lockstep::sim {

/// One simulated process: an Application as production runs it, with a fiber for each role in place
/// of its thread, and a simulated disk in place of its state folder.
/// Life: made, then either ends by itself or is killed by its destructor, wherever it waits.
/// Thread: the scheduler's; made and destroyed outside of fibers.
class SimProcess final : private RoleThreads {
 public:
  struct Parts {
    std::string name;
    ApplicationSpec spec;  ///< without what the simulation replaces
    ApplicationPorts ports;
    SimStore::Hooks disk_hooks;
    /// Called on the process's own fiber, as the last thing: what follows has to happen later.
    std::function<void(const Status&)> on_end;
  };
  SimProcess(Scheduler& scheduler, Clock& clock, SimDisk& disk, Parts parts);
  ~SimProcess() override;
  SimProcess(const SimProcess&) = delete;
  SimProcess& operator=(const SimProcess&) = delete;

  [[nodiscard]] const std::string& name() const { return process_.name; }
  [[nodiscard]] bool ended() const { return ended_; }
  void requestStop();
  void releaseTick(BatchTime tick);
  [[nodiscard]] std::optional<BatchTime> doneThrough();
  /// Until then it does nothing, while the world goes on.
  void pauseUntil(Instant until);

 private:
  struct Role {
    std::deque<Job> jobs;
    bool busy = false;
  };

  void submit(RoleThread thread, Job job) override;
  void finish() override;
  void serve(Role& role);
  void wait(std::optional<Instant> wake);

  Scheduler& scheduler_;
  Clock& clock_;
  Process process_;
  std::function<void(const Status&)> on_end_;
  std::array<Role, 4> roles_;  ///< by RoleThread
  bool finishing_ = false;
  bool woken_ = false;  ///< something may have happened since the generator looked
  bool ended_ = false;
  std::unique_ptr<Application> application_;
};

}  // namespace lockstep::sim
