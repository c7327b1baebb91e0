#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <lockstep/base/result.hpp>
#include <lockstep/dstream/source_declaration.hpp>
#include <lockstep/dstream/window_timing.hpp>
#include <lockstep/model/topic_pattern.hpp>
#include <lockstep/ports/state_backend.hpp>
#include <lockstep/rdd/job.hpp>
#include <lockstep/rdd/shuffle.hpp>

namespace lockstep {

/// How many shards the shuffles of a graph have. Counts are pinned at an application's first start:
/// the caller keeps them.
struct GraphOptions {
  /// Where a step names no `parallelism`: the largest partition count among the Kafka inputs.
  std::uint32_t default_parallelism = 1;
  /// By the id of a stateful step: what its state was made with; wins over everything.
  std::map<std::string, std::uint32_t> pinned_shards;
};

/// The streams of one application and what becomes of them: inputs, steps in order of definition,
/// outputs. Every DStream is a handle into a graph.
///
/// Life    streams and outputs are added -> prepare() -> job() runs batches. After prepare() the
///         graph takes nothing more.
/// Thread  One: the control thread.
class DStreamGraph {
 public:
  struct OutputInfo {
    std::string step;
    std::string kind;               ///< "kafka", "print", "foreachRDD", "files"
    std::string topic;              ///< "" for outputs outside Kafka
    std::string from;               ///< step whose elements it takes
    std::string topic_prefix = {};  ///< topics are chosen record by record behind it
    std::string path = {};          ///< of "files": DIR/NAME-TIME.SUFFIX, TIME standing for itself
  };
  /// One line of `explain`.
  struct StepInfo {
    std::string step;
    std::string op;
    std::vector<std::string> parents;
    std::vector<std::uint32_t> stages;  ///< numbers of the stages it runs in
  };

  DStreamGraph() = default;
  DStreamGraph(const DStreamGraph&) = delete;
  DStreamGraph& operator=(const DStreamGraph&) = delete;

  /// Checks the graph and settles the number of shards. All mistakes in one message: E019 without
  /// an output, E024 an id used twice, E025 a topic that is named and matches a pattern, too, E018
  /// an id that cannot name a topic, E031 a window or a slide of nothing, E032 streams of different
  /// slides in one step.
  Status prepare(const GraphOptions& options);
  [[nodiscard]] bool prepared() const { return job_ != nullptr; }
  /// The mistakes that prepare() would find, before there is a cluster to ask.
  [[nodiscard]] Status check() const;
  /// E031 when a window or its slide is no whole multiple of the batch interval, or of the slide of
  /// the windowed stream that it is made of.
  [[nodiscard]] Status checkWindows(std::chrono::milliseconds interval) const;
  /// For programs that hand out streams: from now on every new input, step or output throws Error
  /// (E070), in the call that makes it. Idempotent.
  void close() { closed_ = true; }
  /// What slices of streams without a window are rounded to. Set before the first batch.
  void setBatchInterval(std::chrono::milliseconds interval) { batch_interval_ = interval; }
  [[nodiscard]] std::chrono::milliseconds batchInterval() const { return batch_interval_; }
  /// What remember() keeps of the stream for the longest time; null: nothing. Thread: any, once the
  /// graph is closed.
  struct Remembered {
    std::shared_ptr<void> batches;  ///< RememberedBatches of the stream's element type
    std::chrono::milliseconds duration;
  };
  [[nodiscard]] const Remembered* remembered(const RddBase& stream) const;
  /// REQUIRES: prepared(), for the two below.
  [[nodiscard]] Job& job();
  [[nodiscard]] const std::vector<StateDeclaration>& states() const { return states_; }

  /// Of the stateful steps, in order of definition; known before prepare().
  [[nodiscard]] std::vector<std::string> stateIds() const;
  /// Whether a batch without records may have effects: visits of idle keys, time-outs, `count` of
  /// nothing, foreachRDD. Otherwise a tick without input has nothing to do.
  [[nodiscard]] bool needsIdleBatches() const;
  /// The greatest common divisor of the windows' slides, of which all their boundaries are
  /// multiples; zero without windows.
  [[nodiscard]] std::chrono::milliseconds windowSlide() const;
  /// So many boundaries of windows one batch may close: 1 where state hangs on a window, whose
  /// changes are told per batch.
  [[nodiscard]] std::int64_t boundariesMax() const;

  [[nodiscard]] const std::vector<std::string>& topicsRead() const { return topics_read_; }
  /// Topics that tables are made of, with the id of the table's state.
  struct TableTopic {
    std::string topic;
    std::string state_id;
  };
  [[nodiscard]] const std::vector<TableTopic>& tableTopics() const { return table_topics_; }
  /// Topics beyond those: whatever matches one of these and is not named.
  [[nodiscard]] const std::vector<TopicPattern>& patternsRead() const { return patterns_read_; }
  /// Inputs from outside Kafka, in order of definition.
  [[nodiscard]] const std::vector<SourceDeclaration>& sources() const { return sources_; }
  /// Names of inputs that never end: with them there is no `--until-end`.
  [[nodiscard]] const std::vector<std::string>& liveInputs() const { return live_inputs_; }
  /// Sorted, each once; without dead letters and internal topics.
  [[nodiscard]] std::vector<std::string> topicsWritten() const;
  /// Of outputs that choose topics record by record; sorted, each once.
  [[nodiscard]] std::vector<std::string> topicPrefixesWritten() const;
  /// The folders that outputs write files to; absolute, sorted, each once.
  [[nodiscard]] std::set<std::string> foldersWritten() const;
  /// True with an output outside Kafka that runs before the commit (foreachRDD): the plan of each
  /// batch is committed first, and batches do not overlap.
  [[nodiscard]] bool hasSideEffects() const { return side_effects_; }
  [[nodiscard]] const std::vector<OutputInfo>& outputs() const { return outputs_; }
  [[nodiscard]] std::vector<StepInfo> describe() const;
  /// Inputs, steps and outputs with what they take, as text: what tells one graph from another. It
  /// does not know what functions compute.
  [[nodiscard]] std::string outline() const;

  /// For operators: registration. REQUIRES: !prepared().
  [[nodiscard]] Lineage& lineage();
  /// `name`, or "map 2": the operator and its number among those of its kind.
  [[nodiscard]] std::string stepName(const std::string& op, const std::string& name);
  void addInput(const std::vector<std::string>& topics);
  void addInput(TopicPattern pattern);
  void addSource(SourceDeclaration source);
  void requireLiveInput(std::string name) { live_inputs_.push_back(std::move(name)); }
  /// Returns the output's number.
  std::uint32_t addOutput(OutputInfo output, bool side_effect);
  void addShuffle(Shuffle& shuffle, std::optional<std::uint32_t> parallelism);
  /// The state's shards are the shuffle's. Returns the operator's number.
  struct WindowRule {
    std::string step;
    WindowTiming timing;
    std::chrono::milliseconds parent_slide;  ///< zero: the stream has elements in every batch
  };
  void addWindow(WindowRule window) { windows_.push_back(std::move(window)); }
  std::uint32_t addState(StateDeclaration declaration, Shuffle& shuffle,
                         std::optional<std::uint32_t> parallelism);
  /// A shuffle with as many shards as the stateful operator `state` has: what reads its state.
  void addShuffleBeside(Shuffle& shuffle, std::uint32_t state);
  /// A topic that the table `state_id` is made of: it is read before other inputs are.
  void addTableTopic(const std::string& topic, const std::string& state_id);
  /// Throws Error E018 without a name, E024 for one that is used twice.
  void addAccumulator(std::shared_ptr<AccumulatorBase> accumulator);
  void addRemembered(const RddBase& stream, Remembered remembered);
  /// The operator does something in batches without records, too.
  void requireIdleBatches() { idle_batches_ = true; }

 private:
  struct ShuffleInfo {
    Shuffle* shuffle;
    std::optional<std::uint32_t> parallelism;
    std::optional<std::size_t> state;  ///< index into states_
  };
  [[nodiscard]] std::vector<std::string> mistakes() const;
  void requireOpen() const;

  Lineage lineage_;
  std::map<std::string, int> step_numbers_;
  std::vector<std::string> topics_read_;
  std::vector<TableTopic> table_topics_;
  std::vector<TopicPattern> patterns_read_;
  std::vector<SourceDeclaration> sources_;
  std::vector<std::string> live_inputs_;
  std::vector<OutputInfo> outputs_;
  std::vector<ShuffleInfo> shuffles_;
  std::vector<StateDeclaration> states_;
  std::vector<WindowRule> windows_;
  std::map<const RddBase*, Remembered> remembered_;
  Shuffle accumulator_shuffle_;  ///< nothing goes through it: it has the state's shard
  std::chrono::milliseconds batch_interval_{1};
  bool side_effects_ = false;
  bool idle_batches_ = false;
  bool closed_ = false;
  std::unique_ptr<Job> job_;
};

}  // namespace lockstep
