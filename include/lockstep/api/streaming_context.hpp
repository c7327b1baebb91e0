#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <lockstep/api/settings.hpp>
#include <lockstep/base/error.hpp>
#include <lockstep/dstream/accumulator.hpp>
#include <lockstep/dstream/graph.hpp>
#include <lockstep/rdd/broadcast.hpp>
#include <lockstep/rdd/streaming_listener.hpp>

namespace lockstep {

class LocalKafka;

/// Where a topic without a committed position starts.
enum class StartPosition {
  kEarliest,
  kLatest,  ///< chosen once, at the application's first start
  kStop,    ///< refuse to start
};

/// What `lockstep run` takes as flags.
struct StartOptions {
  bool until_end = false;  ///< process what the topics hold at the start, commit, end
  bool takeover = false;   ///< start although another instance won this application before
  bool accept_changed_plan = false;  ///< run an open plan although the graph has changed
};

/// One application: its settings, its graph, its run. Spark's StreamingContext.
///
///   kInitialized --start()--> kActive --stop(), end, error--> kStopped
///        \---------------------stop()---------------------------^
///
/// A second start() or stop() does nothing, but stop(false) cuts what a graceful stop still waits
/// for. start() after the stop is refused, and so is a new input, step or output after start() or
/// stop(), by the call that makes it (Error E070).
/// Thread: the graph is built by one, which also calls start(); the rest may be called from any.
class StreamingContext {
 public:
  enum class State { kInitialized, kActive, kStopped };

  explicit StreamingContext(Settings settings);
  /// On a Kafka inside this process, which outlives the context. kafka.bootstrap is not used.
  StreamingContext(Settings settings, LocalKafka& kafka);
  /// Stops gracefully and waits: as long as the running batch takes, or start_timeout when no
  /// broker has answered yet. An error that nobody waited for is logged.
  ~StreamingContext();
  StreamingContext(const StreamingContext&) = delete;
  StreamingContext& operator=(const StreamingContext&) = delete;

  /// Spark's getOrCreate: the context that `factory` makes, continued from `state_dir` if that
  /// holds a checkpoint. State and positions come from there (and from Kafka), the code always from
  /// the program: so the factory is called in any case, and operators that do not fit what the
  /// folder holds end the run with E231. Throws Error E017 when the context keeps its state
  /// elsewhere.
  [[nodiscard]] static std::unique_ptr<StreamingContext> getOrCreate(
      const std::string& state_dir,
      const std::function<std::unique_ptr<StreamingContext>()>& factory);

  /// Of the process's contexts that are kActive the one that was started last; null when there is
  /// none. Valid as long as its owner keeps it. Thread: any.
  [[nodiscard]] static StreamingContext* getActive();

  /// Checks the graph and runs it on threads of its own; returns at once. Throws Error when the
  /// graph has mistakes (all in one message), when stateful steps have no state.dir, after stop().
  /// What only a broker can tell comes out of awaitTermination().
  void start(const StartOptions& options = {});

  /// Waits until the application has ended. Returns 0, or throws the Error that ended it.
  /// Throws E071 when it was never started nor stopped.
  int awaitTermination();
  /// The same with a time limit: false when the application still runs after `timeout`.
  bool awaitTerminationOrTimeout(std::chrono::nanoseconds timeout);

  /// Ends the application. Gracefully: finishes and commits the running batch, writes a checkpoint,
  /// and returns when all is done. Otherwise: takes the running batch back, unless its commit was
  /// sent already; nothing of it is committed, the next start reads its records again. Returns at
  /// once, the waiting is awaitTermination()'s. Neither loses or doubles anything between topics;
  /// side effects of a batch that is cut may happen again. Never call stop(true) from a function of
  /// the graph: it would wait for itself.
  void stop(bool gracefully = true);

  /// Lets SIGTERM and SIGINT stop the application; a second one, or shutdown_timeout after the
  /// first, ends the process with 75. Blocks both signals in the calling thread and those it starts
  /// later: call it early in main(). Throws E070 after start(). Without it the signals do what the
  /// program has arranged, by default ending it at once, which costs no more than a batch's repeat.
  void stopOnSignals();

  /// Has `listener` told of every batch from start() on. Throws E070 after it.
  void addStreamingListener(std::shared_ptr<StreamingListener> listener);

  /// A value that functions of the graph read and any thread may replace between two batches; see
  /// broadcast.hpp. Throws E070 after start().
  template <class T>
  [[nodiscard]] Broadcast<T> broadcast(T value) {
    Broadcast<T> made(std::move(value));
    graph()->lineage().addVariable(made.variable());
    return made;
  }

  /// Sums that functions of the graph add to, exactly once, and any thread may read; see
  /// accumulator.hpp. The value is state, found by its name after a restart. Throws E018 without a
  /// name, E024 for one that is used twice, E070 after start().
  [[nodiscard]] LongAccumulator longAccumulator(const std::string& name) {
    return {*graph(), name};
  }
  [[nodiscard]] DoubleAccumulator doubleAccumulator(const std::string& name) {
    return {*graph(), name};
  }
  /// The same with any value V: add(V&, element) and merge(V&, const V&) change their first
  /// argument; merge is associative and `zero` neutral to it. `format` is as Serde<V>. The value is
  /// one entry of the state, written whole with every batch that adds to it: keep it small.
  template <class V, class Add, class Merge, class Format = Serde<V>>
  [[nodiscard]] auto accumulator(const std::string& name, V zero, Add add, Merge merge,
                                 Format format = {}) {
    using Ops = detail::FunctionOps<V, Add, Merge, Format>;
    return Accumulator<Ops>(
        *graph(), name, Ops{std::move(zero), std::move(add), std::move(merge), std::move(format)});
  }

  [[nodiscard]] State state() const;
  [[nodiscard]] const Settings& settings() const;
  /// The graph, for operators and for tools that describe it.
  [[nodiscard]] const std::shared_ptr<DStreamGraph>& graph() const;

  /// Topics by name, or by pattern.
  struct InputName {
    std::string topic = {};
    std::string pattern = {};
  };
  /// For connectors: where an input of the graph starts. Throws Error E017 when another stream of
  /// it said otherwise. REQUIRES: before start().
  void setStart(const InputName& input, StartPosition start);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lockstep
