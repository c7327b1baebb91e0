#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "src/runtime/batch_runner.hpp"
#include "src/runtime/committer.hpp"
#include "src/runtime/control_plane.hpp"
#include "src/simulation/trace.hpp"
#include "tests/sim/options.hpp"

namespace lockstep::sim {

/// What the state's shares of memory demand, seen from outside (docs/simulator.md): a batch with
/// too much of it is never sent, and too much that is dirty is written soon. Breaks a check
/// otherwise.
class StateWatch {
 public:
  explicit StateWatch(std::uint64_t share) : share_(share) {}
  void computed(BatchId batch, const StateMemory& state);
  void sent(BatchId batch) const;
  void checkpointed() { dirty_batches_.clear(); }

 private:
  const std::uint64_t share_;
  BatchId too_large_;                ///< the last batch that was, until it was computed anew
  std::set<BatchId> dirty_batches_;  ///< computed since too much was dirty, without a checkpoint
};

/// The producer role, traced, with the bugs that live in it.
class SimProducer {
 public:
  SimProducer(Committer& real, const std::string& name, Mutant mutant, Trace& trace,
              const StateWatch& state)
      : real_(real), name_(name), mutant_(mutant), trace_(trace), state_(state) {}

  [[nodiscard]] event::ProducerReady execute(const command::InitProducer& body);
  [[nodiscard]] event::TransactionEnded execute(const command::CommitTransaction& body);
  /// Called before a batch with these ranges is sent.
  void tellBatches(std::function<void(const std::vector<OffsetRange>&)> on_batch) {
    on_batch_ = std::move(on_batch);
  }
  /// Whether it has ever tried to take the application over.
  [[nodiscard]] bool initialised() const { return initialised_; }

 private:
  Committer& real_;
  const std::string& name_;
  const Mutant mutant_;
  Trace& trace_;
  const StateWatch& state_;
  std::function<void(const std::vector<OffsetRange>&)> on_batch_;
  bool initialised_ = false;
};

/// The control role, with the bugs that live in it.
class SimControl {
 public:
  SimControl(ControlPlane& real, Mutant mutant) : real_(real), mutant_(mutant) {}

  [[nodiscard]] event::ClusterRead execute(const command::ReadCluster& body);
  [[nodiscard]] event::StateRestored execute(command::RestoreState body);
  [[nodiscard]] event::InputEndsRead execute(const command::ReadInputEnds& body);
  [[nodiscard]] event::InputsIdentified execute(const command::IdentifyInputs& body);
  template <class Body>
  [[nodiscard]] auto execute(const Body& body) {
    return real_.execute(body);
  }

 private:
  ControlPlane& real_;
  const Mutant mutant_;
  std::optional<event::ClusterRead> first_read_;  ///< mutant: read once
};

/// The compute role, with the bugs that live in it.
class SimCompute {
 public:
  SimCompute(BatchRunner& real, BatchServices services, Mutant mutant, std::uint64_t state_share)
      : real_(real), services_(std::move(services)), mutant_(mutant), state_(state_share) {}

  [[nodiscard]] const StateWatch& stateWatch() const { return state_; }

  [[nodiscard]] std::optional<event::BatchComputed> execute(command::RunBatch body);
  /// Mutants: a batch that is run again asks this where inputs end by now.
  void askAgain(std::function<Offset(const TopicPartition&)> end) { end_now_ = std::move(end); }
  void execute(const command::ConfirmBatch& body) { real_.execute(body); }
  [[nodiscard]] event::BatchRolledBack execute(const command::RollBackBatch& body) {
    return real_.execute(body);
  }
  bool prepareCheckpoint() {
    state_.checkpointed();
    return real_.prepareCheckpoint();
  }
  void cancel(BatchId batch) { real_.cancel(batch); }

 private:
  void mutateRepeated(BatchPlan& plan) const;

  BatchRunner& real_;
  BatchServices services_;
  const Mutant mutant_;
  StateWatch state_;
  std::function<Offset(const TopicPartition&)> end_now_;
  std::set<std::pair<BatchId, BatchTime>> ran_;  ///< the id of an idle batch is used again
};

}  // namespace lockstep::sim
