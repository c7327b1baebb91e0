// Checkpoints, and the orderly end: finish and commit what runs, or cut it; last checkpoint, stop.
#include <lockstep/model/internal_topics.hpp>

#include "src/engine/engine_impl.hpp"

namespace lockstep {

/// Legal whenever the known ends were read after the last decision.
void Engine::Impl::pumpCheckpoint() {
  if ((!running() && !draining()) || ends_ != Ends::kKnown || ending_) return;
  const auto batch = committed_.batch().id;
  const bool last = draining() && pipeline_.empty();
  if (last && last_checkpoint_failed_) return;
  if (!checkpoints_.due(now_, batch, last)) return;
  CheckpointPoint point;
  point.batch = batch;
  point.inputs = committed_.positions;
  point.time = wall_;
  for (const auto& state : options_.state) {
    const auto topic = changelogTopic(options_.application, state.id);
    for (const auto& end : committed_.ends) {
      if (end.partition.topic == topic) point.changelog_ends.push_back(end);
    }
  }
  checkpoints_.started(now_, batch);
  out_.push_back(command::WriteCheckpoint{std::move(point)});
}

void Engine::Impl::handle(const event::CheckpointWritten& written) {
  checkpoints_.written(written.status.ok());
  dirty_ = 0;
  if (written.status.ok()) return;
  if (written.status.reaction() == Reaction::kFatal) {
    fail(written.status);
    return;
  }
  last_checkpoint_failed_ = draining();
  report(command::Report::Level::kWarn, "checkpoint not written: " + written.status.message());
}

void Engine::Impl::handle(const event::StopRequested& request) {
  if (running()) {
    life_.move(ApplicationState::kDraining);
  } else if (!draining()) {
    fail(Status());  // nothing was begun that has to be finished, but perhaps a claim
    return;
  }
  if (request.cut) cutBatches();
}

/// The later batch first. One whose commit was sent is the broker's to decide.
void Engine::Impl::cutBatches() {
  const auto cut = [this](BatchSlot& slot) {
    if (slot.life.is(BatchState::kComputing) || slot.life.is(BatchState::kComputed)) {
      takeBack(slot, false);
    }
  };
  if (pipeline_.size() > 1 && pipeline_.newest().life.is(BatchState::kPlanned)) {
    pipeline_.popNewest();
  }
  if (pipeline_.size() > 1) cut(pipeline_.newest());
  if (!pipeline_.empty()) cut(pipeline_.head());
}

void Engine::Impl::pumpDraining() {
  if (running() && options_.until_end && !leftover_ && !flush_left_ && pipeline_.empty() &&
      !committed_.hasOpenPlan()) {
    life_.move(ApplicationState::kDraining);
    pumpCheckpoint();
  }
  if (!draining()) return;
  while (!pipeline_.empty() && pipeline_.newest().life.is(BatchState::kPlanned)) {
    pipeline_.popNewest();
  }
  if (!pipeline_.empty()) return;
  if (producer_.is(ProducerState::kInTransaction) || checkpoints_.running()) return;
  const bool due = checkpoints_.due(now_, committed_.batch().id, true);
  if (due && !last_checkpoint_failed_) {
    pumpCheckpoint();  // or it waits for the end offsets
    return;
  }
  stop(Status());
}

}  // namespace lockstep
