#pragma once

#include <functional>

#include <lockstep/ports/state_backend.hpp>

#include "src/runtime/batch_runner.hpp"
#include "src/runtime/committer.hpp"
#include "src/runtime/control_plane.hpp"
#include "src/runtime/serial_executor.hpp"

namespace lockstep {

/// Gives every command of the engine to the role that carries it out, each on its own thread, and
/// posts the answers. docs/architecture.md, "The engine and its roles".
/// Thread: carryOut() from the generator thread. stop() is the reverse of the construction.
class Roles {
 public:
  struct Workers {
    Committer& committer;
    ControlPlane& control;
    BatchRunner& runner;
    StateBackend* state;  ///< null without stateful operators
    /// The last claim is ours (command::Claimed).
    std::function<void()> on_claimed;
  };
  using Post = std::function<void(Event::Body)>;

  Roles(Workers workers, Post post);
  ~Roles() { stop(); }

  /// Starts the command and returns at once.
  void carryOut(Command command);
  /// Waits for what is running, drops what is queued.
  void stop();

 private:
  template <class Role, class Body>
  void answer(SerialExecutor& thread, Role& role, Body body);

  void start(command::InitProducer body);
  void start(command::CommitTransaction body);
  void start(command::ReadCluster body);
  void start(command::CreateTopics body);
  void start(command::RestoreState body);
  void start(command::ReadDecisionEnds body);
  void start(command::ReadInputEnds body);
  void start(command::AssignInputs body);
  void start(command::RunBatch body);
  void start(command::ConfirmBatch body);
  void start(command::RollBackBatch body);
  void start(command::WriteCheckpoint body);
  void start(command::Claimed body);
  void start(command::Report body);
  void start(command::Stop body);

  Workers workers_;
  Post post_;
  SerialExecutor producer_{"ls-committer"};
  SerialExecutor control_{"ls-control"};
  SerialExecutor checkpoint_{"ls-checkpoint"};
  SerialExecutor compute_{"ls-compute"};
};

}  // namespace lockstep
