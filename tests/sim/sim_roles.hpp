#pragma once

#include <optional>
#include <string>

#include "src/runtime/batch_runner.hpp"
#include "src/runtime/committer.hpp"
#include "src/runtime/control_plane.hpp"
#include "tests/sim/options.hpp"
#include "tests/sim/trace.hpp"

namespace lockstep::sim {

/// The producer role, traced, with the bugs that live in it.
class SimProducer {
 public:
  SimProducer(Committer& real, const std::string& name, Mutant mutant, Trace& trace)
      : real_(real), name_(name), mutant_(mutant), trace_(trace) {}

  [[nodiscard]] event::ProducerReady execute(const command::InitProducer& body);
  [[nodiscard]] event::TransactionEnded execute(const command::CommitTransaction& body);
  /// Whether it has ever tried to take the application over.
  [[nodiscard]] bool initialised() const { return initialised_; }

 private:
  Committer& real_;
  const std::string& name_;
  const Mutant mutant_;
  Trace& trace_;
  bool initialised_ = false;
};

/// The control role, with the bugs that live in it.
class SimControl {
 public:
  SimControl(ControlPlane& real, Mutant mutant) : real_(real), mutant_(mutant) {}

  [[nodiscard]] event::ClusterRead execute(const command::ReadCluster& body);
  [[nodiscard]] event::StateRestored execute(command::RestoreState body);
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
  SimCompute(BatchRunner& real, BatchServices services, Mutant mutant)
      : real_(real), services_(std::move(services)), mutant_(mutant) {}

  [[nodiscard]] std::optional<event::BatchComputed> execute(command::RunBatch body);
  void execute(const command::ConfirmBatch& body) { real_.execute(body); }
  [[nodiscard]] event::BatchRolledBack execute(const command::RollBackBatch& body) {
    return real_.execute(body);
  }
  void prepareCheckpoint() { real_.prepareCheckpoint(); }
  void cancel(BatchId batch) { real_.cancel(batch); }

 private:
  BatchRunner& real_;
  BatchServices services_;
  const Mutant mutant_;
};

}  // namespace lockstep::sim
