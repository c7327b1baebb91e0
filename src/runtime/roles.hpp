#pragma once

#include <deque>
#include <functional>
#include <memory>

#include <lockstep/ports/state_backend.hpp>

#include "src/runtime/batch_runner.hpp"
#include "src/runtime/committer.hpp"
#include "src/runtime/control_plane.hpp"
#include "src/runtime/dispatch.hpp"
#include "src/runtime/role_threads.hpp"
#include "src/runtime/serial_executor.hpp"

namespace lockstep {

/// The roles' threads: every command of the engine is carried out on its role's own (dispatch.hpp),
/// and the answer posted. docs/architecture.md, "The engine and its roles".
/// Or, for virtual time, no threads at all: commands wait in one queue until runOne() takes them,
/// or go to what the simulator has instead of threads.
/// Thread: carryOut() and runOne() from the generator thread. stop() is the reverse of the
/// construction.
class Roles {
 public:
  struct Workers {
    Committer& committer;
    ControlPlane& control;
    BatchRunner& runner;
    StateBackend* state;  ///< null without stateful operators
    /// The last claim is ours (command::Claimed).
    std::function<void(Incarnation)> on_claimed;
  };
  using Post = std::function<void(Event::Body)>;

  enum class Threads { kOwn, kNone };

  Roles(Workers workers, Post post, Threads threads = Threads::kOwn);
  Roles(Workers workers, Post post, RoleThreads& simulated);
  ~Roles() { stop(); }

  /// Starts the command and returns at once.
  void carryOut(Command command) { Dispatch<Roles>(*this).carryOut(std::move(command)); }
  /// Carries the oldest queued command out, on the calling thread; false when there is none, or
  /// with threads.
  bool runOne();
  /// Waits for what is running, confirms the batches that were committed, drops what else is
  /// queued.
  void stop();

 private:
  friend class Dispatch<Roles>;

  void submit(RoleThread thread, SerialExecutor::Job job);
  void post(Event::Body fact) { post_(std::move(fact)); }
  Committer& producer() { return workers_.committer; }
  ControlPlane& control() { return workers_.control; }
  BatchRunner& compute() { return workers_.runner; }
  StateBackend* state() { return workers_.state; }
  void claimed(const command::Claimed& body);
  void report(const command::Report& body);
  void stopped(const command::Stop& body);

  Workers workers_;
  Post post_;
  struct Executors {
    SerialExecutor producer{"ls-committer"};
    SerialExecutor control{"ls-control"};
    SerialExecutor checkpoint{"ls-checkpoint"};
    SerialExecutor compute{"ls-compute"};
  };
  std::unique_ptr<Executors> executors_;   ///< null without threads
  RoleThreads* simulated_ = nullptr;       ///< what takes their place, if anything does
  std::deque<SerialExecutor::Job> queue_;  ///< without threads; the engine bounds it
};

}  // namespace lockstep
