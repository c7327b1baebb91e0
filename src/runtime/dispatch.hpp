#pragma once

#include <optional>
#include <utility>
#include <variant>

#include <lockstep/ports/state_backend.hpp>

#include "src/engine/commands.hpp"
#include "src/engine/events.hpp"

namespace lockstep {

/// Each carries out its jobs one after another, beside the others.
enum class RoleThread { kProducer, kControl, kCompute, kCheckpoint };

/// Which role carries out which command, on which thread, and what becomes of its answer: the one
/// place that knows, for the runtime's threads and the simulator's fibers alike.
///
/// `Host` has what differs between them:
///   submit(RoleThread, job)             queues a copyable job and returns at once
///   post(Event::Body)                   answers the engine; called by jobs
///   producer() control() compute()      who executes the commands of the role, as Committer,
///                                       ControlPlane and BatchRunner do
///   state()                             StateBackend*, null without stateful operators
///   claimed(command)                    called on the control thread
///   report(command), stopped(command)   called at once
/// Thread: the generator's. The host outlives every job.
template <class Host>
class Dispatch {
 public:
  explicit Dispatch(Host& host) : host_(host) {}

  /// Starts the command and returns at once.
  void carryOut(Command command) {
    std::visit([this](auto&& body) { start(std::move(body)); }, std::move(command));
  }

 private:
  void start(command::InitProducer body) { answerOf<RoleThread::kProducer>(body); }
  void start(command::CommitTransaction body) { answerOf<RoleThread::kProducer>(std::move(body)); }
  void start(command::ReadCluster body) { answerOf<RoleThread::kControl>(body); }
  void start(command::CreateTopics body) { answerOf<RoleThread::kControl>(std::move(body)); }
  void start(command::RestoreState body) { answerOf<RoleThread::kControl>(std::move(body)); }
  void start(command::ReadDecisionEnds body) { answerOf<RoleThread::kControl>(body); }
  void start(command::IdentifyInputs body) { answerOf<RoleThread::kControl>(body); }
  void start(command::ReadInputEnds body) { answerOf<RoleThread::kControl>(body); }
  void start(command::AssignInputs body) { answerOf<RoleThread::kControl>(std::move(body)); }

  void start(command::RunBatch body) {
    host_.submit(RoleThread::kCompute, [&host = host_, body = std::move(body)] {
      if (std::optional<event::BatchComputed> computed = host.compute().execute(body))
        host.post(std::move(*computed));
    });
  }

  void start(command::ConfirmBatch body) {
    host_.submit(RoleThread::kCompute, [&host = host_, body] { host.compute().execute(body); });
  }

  void start(command::RollBackBatch body) {
    host_.compute().cancel(body.batch);  // overtakes what the compute thread is doing
    answerOf<RoleThread::kCompute>(body);
  }

  void start(command::WriteCheckpoint body) { writePart(host_, std::move(body)); }

  /// A part is handed over between batches, written beside them, and followed by the next one: so
  /// neither batches nor memory wait for a large checkpoint.
  static void writePart(Host& host, command::WriteCheckpoint body) {
    host.submit(RoleThread::kCompute, [&host, body = std::move(body)] {
      const bool more = host.compute().prepareCheckpoint();
      host.submit(RoleThread::kCheckpoint, [&host, body, more] {
        StateBackend* state = host.state();
        Status status = state == nullptr ? Status() : state->writeCheckpoint(body.point, more);
        if (status.ok() && more) return writePart(host, body);
        host.post(event::CheckpointWritten{std::move(status)});
      });
    });
  }

  void start(command::Claimed body) {
    host_.submit(RoleThread::kControl, [&host = host_, body] { host.claimed(body); });
  }
  void start(command::Report body) { host_.report(body); }
  void start(command::Stop body) { host_.stopped(body); }

  template <RoleThread kThread, class Body>
  void answerOf(Body body) {
    host_.submit(kThread, [&host = host_, body = std::move(body)] {
      host.post(role<kThread>(host).execute(body));
    });
  }

  template <RoleThread kThread>
  static auto& role(Host& host) {
    if constexpr (kThread == RoleThread::kProducer) return host.producer();
    if constexpr (kThread == RoleThread::kControl) return host.control();
    if constexpr (kThread == RoleThread::kCompute) return host.compute();
  }

  Host& host_;
};

}  // namespace lockstep
