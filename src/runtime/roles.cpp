#include "src/runtime/roles.hpp"

#include <variant>

#include <lockstep/base/log.hpp>

namespace lockstep {

Roles::Roles(Workers workers, Post post) : workers_(std::move(workers)), post_(std::move(post)) {}

void Roles::carryOut(Command command) {
  std::visit([this](auto&& body) { start(std::forward<decltype(body)>(body)); },
             std::move(command));
}

void Roles::stop() {
  compute_.stop();
  checkpoint_.stop();
  control_.stop();
  producer_.stop();
}

template <class Role, class Body>
void Roles::answer(SerialExecutor& thread, Role& role, Body body) {
  thread.submit([this, &role, body = std::move(body)] { post_(role.execute(body)); });
}

void Roles::start(command::InitProducer body) { answer(producer_, workers_.committer, body); }
void Roles::start(command::CommitTransaction body) {
  answer(producer_, workers_.committer, std::move(body));
}
void Roles::start(command::ReadCluster body) { answer(control_, workers_.control, body); }
void Roles::start(command::CreateTopics body) {
  answer(control_, workers_.control, std::move(body));
}
void Roles::start(command::RestoreState body) {
  answer(control_, workers_.control, std::move(body));
}
void Roles::start(command::ReadDecisionEnds body) { answer(control_, workers_.control, body); }
void Roles::start(command::ReadInputEnds body) { answer(control_, workers_.control, body); }
void Roles::start(command::AssignInputs body) {
  answer(control_, workers_.control, std::move(body));
}

void Roles::start(command::RunBatch body) {
  compute_.submit([this, body = std::move(body)] {
    if (auto computed = workers_.runner.execute(body)) post_(std::move(*computed));
  });
}

void Roles::start(command::ConfirmBatch body) {
  compute_.submit([this, body] { workers_.runner.execute(body); });
}

void Roles::start(command::RollBackBatch body) {
  workers_.runner.cancel(body.batch);  // overtakes what the compute thread is doing
  answer(compute_, workers_.runner, body);
}

void Roles::start(command::WriteCheckpoint body) {
  compute_.submit([this, body = std::move(body)] {
    workers_.runner.prepareCheckpoint();
    checkpoint_.submit([this, body] {
      const auto status =
          workers_.state == nullptr ? Status() : workers_.state->writeCheckpoint(body.point);
      post_(event::CheckpointWritten{status});
    });
  });
}

void Roles::start(command::Claimed /*body*/) {
  control_.submit([this] { workers_.on_claimed(); });
}

void Roles::start(command::Report body) {
  switch (body.level) {
    case command::Report::Level::kInfo:
      return log::info("{}", body.text);
    case command::Report::Level::kWarn:
      return log::warn("{}", body.text);
    case command::Report::Level::kError:
      return log::error("{}", body.text);
  }
}

void Roles::start(command::Stop /*body*/) {
  LOCKSTEP_CHECK(false, "the engine's loop keeps the end for itself");
}

}  // namespace lockstep
