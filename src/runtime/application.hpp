#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <lockstep/base/clock.hpp>
#include <lockstep/base/units.hpp>
#include <lockstep/dstream/graph.hpp>
#include <lockstep/ports/checkpoint_store.hpp>
#include <lockstep/ports/cluster.hpp>
#include <lockstep/ports/input.hpp>
#include <lockstep/ports/transactional_output.hpp>
#include <lockstep/rdd/batch_services.hpp>

#include "src/engine/engine_options.hpp"
#include "src/runtime/listener_bus.hpp"
#include "src/runtime/received_log.hpp"
#include "src/runtime/role_threads.hpp"
#include "src/runtime/stop_marker.hpp"

namespace lockstep {

class EngineLoop;
class Sources;

/// The outside world of one application.
struct ApplicationPorts {
  std::unique_ptr<InputFactory> batch_inputs;
  std::unique_ptr<InputFactory> replay_inputs;  ///< of internal topics
  std::unique_ptr<TransactionalOutputFactory> outputs;
  std::unique_ptr<Cluster> cluster;
  MakeSourcePorts sources = {};  ///< for receivers and folders
  /// Told once, before the first producer: the smallest max.message.bytes of the topics written to.
  std::function<void(Bytes)> limit_output_batches = [](Bytes) {};
};

/// What an application is: its graph, its limits, where its state lives.
struct ApplicationSpec {
  /// Topics of outputs, state and side effects are filled in from the graph.
  EngineOptions engine;
  std::shared_ptr<DStreamGraph> graph;
  ErrorPolicy errors;
  /// Of each receiver.
  std::optional<double> receiver_rate;
  std::optional<std::string> state_dir;  ///< none: state lives in memory and changelog only
  std::uint32_t threads = 1;
  /// Told of every committed batch's counters.
  std::function<void(const BatchPlan&, const BatchCounters&)> on_batch;
  StreamingListeners listeners;
  std::optional<StopMarker::Options> stop_marker;
  /// For virtual time: with it nothing has a thread of its own and nothing waits. Everything
  /// happens inside run(), always in the same order; this is called whenever nothing is left to do
  /// before the clock has reached `wake` (none: before something is asked for). It has to let time
  /// pass or call requestStop(), else run() does not return.
  std::function<void(std::optional<Instant> wake)> when_idle;
  /// What a simulated process has instead of threads and a state folder. With it `when_idle` is
  /// set, and waits until `wake`, or until a job of `threads` has ended or something was asked for.
  struct Simulated {
    RoleThreads* threads = nullptr;
    std::function<std::unique_ptr<CheckpointStore>()> make_store;
    std::function<bool()> has_store;
  };
  std::optional<Simulated> simulated;
};

/// One running application: builds its parts in order, runs the engine until it stops, takes the
/// parts down in the reverse order. The only place that names concrete classes of state, roles and
/// engine (ports come from makeKafkaPorts() or makeMemoryPorts()).
/// Thread: run() once; requestStop() from any, any number of times.
class Application {
 public:
  Application(ApplicationSpec spec, ApplicationPorts ports, Clock& clock);
  ~Application();

  /// Returns when the application has ended: ok, or the error to exit with.
  [[nodiscard]] Status run();

  /// With EngineOptions::ticks_until: ticks up to this one may come due.
  void releaseTick(BatchTime tick);
  /// Engine::doneThrough(). REQUIRES: `when_idle`; called on its thread.
  [[nodiscard]] std::optional<BatchTime> doneThrough();

  enum class Running { kFinish, kCut };
  /// Finish and commit the running batch, or take it back; then checkpoint and end. Before run():
  /// ends at once.
  void requestStop(Running batch = Running::kFinish);

 private:
  class Parts;

  Status checkSources() const;
  void stopSourcesFirst() REQUIRES_LOCK(mutex_);
  Status prepareGraph();
  [[nodiscard]] Status unanswered(const Status& status) const;
  Result<std::vector<std::string>> chosenTopics();
  Result<std::vector<TopicDescription>> describeTopics(const std::vector<std::string>& chosen);
  Result<std::vector<std::string>> matchingTopics();
  void expectInputs(const std::vector<TopicDescription>& topics);
  GraphOptions graphOptions(const std::vector<TopicDescription>& topics) const;
  /// Outputs of the graph, and the dead letters.
  [[nodiscard]] std::vector<std::string> writtenTopics() const;
  [[nodiscard]] EngineOptions engineOptions() const;

  ApplicationSpec spec_;
  ApplicationPorts ports_;
  Clock& clock_;
  std::int64_t message_bytes_min_ = 0;  ///< of the topics that were known when it was prepared
  Mutex mutex_;
  EngineLoop* loop_ GUARDED_BY(mutex_) = nullptr;
  Sources* sources_ GUARDED_BY(mutex_) = nullptr;
  std::thread stopper_ GUARDED_BY(mutex_);  ///< of the sources, before the engine
  bool stop_requested_ GUARDED_BY(mutex_) = false;
};

}  // namespace lockstep
