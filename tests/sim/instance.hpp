#pragma once

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <lockstep/base/log.hpp>
#include <lockstep/rdd/task_runner.hpp>

#include "connectors/memory/memory_kafka.hpp"
#include "src/engine/engine.hpp"
#include "src/runtime/batch_runner.hpp"
#include "src/runtime/committer.hpp"
#include "src/runtime/control_plane.hpp"
#include "src/runtime/dispatch.hpp"
#include "src/runtime/log_writer.hpp"
#include "src/simulation/prng.hpp"
#include "src/simulation/scheduler.hpp"
#include "src/simulation/sim_disk.hpp"
#include "src/simulation/trace.hpp"
#include "tests/sim/graphs.hpp"
#include "tests/sim/options.hpp"
#include "tests/sim/received.hpp"
#include "tests/sim/sim_roles.hpp"

namespace lockstep::sim {

/// What all instances of a schedule live in.
struct Surroundings {
  const Options& options;
  Scheduler& scheduler;
  Clock& clock;
  Trace& trace;
  memory::MemoryKafka& kafka;
};

/// What an instance tells its schedule.
struct InstanceHooks {
  SimStore::Hooks disk;
  std::function<void(Effect)> on_effect;
  std::function<void(const std::vector<OffsetRange>&)> on_batch_sent;
  std::function<void(const command::Stop&)> on_stop;
  NumberSource* source = nullptr;  ///< of Graph::kReceived
  std::function<void()> on_told;   ///< the source has learnt that numbers are safe
};

/// One simulated process: the engine, its roles, graph and state, each role on a fiber of its own.
/// Does what Application and Roles do in production, without threads; which role carries out what
/// is Dispatch's in both.
/// Life: made, then either stops by itself or is killed; kill the process before destroying it.
class Instance {
 public:
  struct Identity {
    std::string name;
    Nonce nonce;
    std::optional<Nonce> yield_to;
    bool takeover = false;
  };
  Instance(const Surroundings& around, Identity identity, SimDisk& disk, InstanceHooks hooks);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  [[nodiscard]] Process& process() { return process_; }
  [[nodiscard]] bool stopped() const { return stopped_; }
  void requestStop() {
    stop_requested_ = true;
    post(event::StopRequested{});
  }
  [[nodiscard]] bool stopRequested() const { return stop_requested_; }
  [[nodiscard]] bool claimed() const { return claimed_; }
  /// Whether it has tried to take the application over.
  [[nodiscard]] bool initialised() const { return sim_producer_->initialised(); }

 private:
  using Job = std::function<void()>;
  /// A role's thread: jobs in order.
  struct Role {
    std::deque<Job> jobs;
  };

  [[nodiscard]] EngineOptions engineOptions(const Identity& identity) const;
  [[nodiscard]] BatchServices services();
  [[nodiscard]] ControlPlane::Ports controlPorts(SimDisk& disk);
  [[nodiscard]] ControlPlane::Options controlOptions() const;
  void serve(Role& role);
  void generate();
  void receive(Nonce owner);
  void receiveNumbers(LogWriter& log, Nonce owner);
  void received(std::int64_t last);
  bool goOnAfter(std::chrono::milliseconds pause);
  void readFolder(LogWriter& log, SourceReport& report, Nonce owner);
  [[nodiscard]] SourcePorts receiverPorts();
  void post(Event::Body fact);
  void handle(std::vector<Command> commands);

  friend class Dispatch<Instance>;
  void submit(RoleThread thread, Job job);
  SimProducer& producer() { return *sim_producer_; }
  SimControl& control() { return *sim_control_; }
  SimCompute& compute() { return *sim_compute_; }
  StateBackend* state() { return state_.get(); }
  void claimed(const command::Claimed& body);
  void report(const command::Report& body);
  void stopped(const command::Stop& body);

  Surroundings around_;
  InstanceHooks hooks_;
  Process process_;
  Prng random_;
  RecordBatchPool pool_;
  InlineTaskRunner tasks_;
  std::shared_ptr<DStreamGraph> graph_;
  std::unique_ptr<InputFactory> replay_inputs_;
  std::unique_ptr<Cluster> cluster_;
  std::unique_ptr<TransactionalOutputFactory> outputs_;
  std::unique_ptr<Input> input_;
  std::unique_ptr<StateBackend> state_;
  PreparedBatches prepared_;
  std::unique_ptr<BatchRunner> runner_;
  std::unique_ptr<ControlPlane> control_;
  std::unique_ptr<Committer> committer_;
  std::optional<SimProducer> sim_producer_;
  std::optional<SimControl> sim_control_;
  std::optional<SimCompute> sim_compute_;
  Engine engine_;
  std::deque<Event::Body> events_;
  std::array<Role, 4> roles_;  ///< by RoleThread
  bool stopped_ = false;
  bool stop_requested_ = false;
  bool claimed_ = false;
  std::optional<Incarnation> incarnation_;  ///< of the first claim
};

}  // namespace lockstep::sim
