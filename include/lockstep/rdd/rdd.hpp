#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <lockstep/rdd/accumulators.hpp>
#include <lockstep/rdd/batch_file.hpp>
#include <lockstep/rdd/batch_pass.hpp>
#include <lockstep/rdd/broadcast.hpp>
#include <lockstep/rdd/chunk.hpp>
#include <lockstep/rdd/task.hpp>

namespace lockstep {

/// A run of the graph without shuffle inside: a source, and the narrow operators and terminals that
/// its elements reach. Runs as one task per partition or shard.
class Stage {
 public:
  virtual ~Stage() = default;

  /// Tasks of this batch, numbered from 0.
  [[nodiscard]] virtual std::uint32_t tasks(const BatchPlan& plan) const = 0;
  /// Passes all elements of one partition on, chunk by chunk. Thread: a worker.
  virtual Status run(Task& task) = 0;
  /// Whether task i has to run on worker i % workers: it owns state.
  [[nodiscard]] virtual bool pinned() const { return false; }
  /// What the task reads of its input; null behind a shuffle.
  [[nodiscard]] virtual const OffsetRange* inputOf(const Task&) const { return nullptr; }
  /// Chunk boundaries have to be the same in every run: two ways lead from this stage's source to
  /// one place, and the order there depends on the boundaries.
  void requireFixedChunks() { fixed_chunks_ = true; }
  [[nodiscard]] bool fixedChunks() const { return fixed_chunks_; }

  /// How often it runs: at multiples of the slide of the window it hangs on; zero: in every batch.
  [[nodiscard]] std::chrono::milliseconds slide() const { return slide_; }
  /// Whether it has work in this pass over the graph.
  [[nodiscard]] virtual bool worksIn(const BatchPass& pass) const { return pass.passesOn(slide_); }
  /// For windows: their boundaries make passes of their own.
  struct Panes {
    bool any = false;  ///< whether something was held when the latest boundary came
  };
  [[nodiscard]] virtual std::optional<Panes> panes() const { return std::nullopt; }
  /// For inputs that hold what a batch has taken from outside: it is committed, and never runs
  /// again. Thread: the caller of the job.
  virtual void confirmed(BatchId) {}

 protected:
  void setSlide(std::chrono::milliseconds slide) { slide_ = slide; }

 private:
  friend class Lineage;
  std::chrono::milliseconds slide_{0};
  bool fixed_chunks_ = false;
  std::uint32_t number_ = 0;  ///< in order of definition
  std::uint32_t level_ = 0;   ///< 0 = input; else one more than what it reads
};

/// One step of the lineage, without its element type.
class RddBase {
 public:
  RddBase(std::string step, std::string op) : step_(std::move(step)), operator_(std::move(op)) {}
  RddBase(const RddBase&) = delete;
  RddBase& operator=(const RddBase&) = delete;
  virtual ~RddBase() = default;

  /// Name of the step in messages, dead letters and metrics: the step's id, or "map 2".
  [[nodiscard]] const std::string& step() const { return step_; }
  /// The operator, as Spark spells it.
  [[nodiscard]] const std::string& op() const { return operator_; }
  /// The stages whose tasks this step's elements run in. A union runs in several.
  [[nodiscard]] const std::vector<Stage*>& stages() const { return stages_; }
  [[nodiscard]] bool runsIn(const Stage& stage) const {
    return std::find(stages_.begin(), stages_.end(), &stage) != stages_.end();
  }
  [[nodiscard]] const std::vector<const RddBase*>& parents() const { return parents_; }
  /// How often it has elements: at multiples of a window's slide; zero: in every batch.
  [[nodiscard]] std::chrono::milliseconds slide() const { return slide_; }
  /// Parents with different slides: there is no batch in which both have elements to the end.
  [[nodiscard]] bool mixesSlides() const { return mixes_slides_; }

 protected:
  /// A source: its elements begin in `stage`.
  void beginsIn(Stage& stage) { stages_.push_back(&stage); }
  /// A narrow step after `parent`.
  void follows(const RddBase& parent) {
    addParent(parent);
    for (Stage* stage : parent.stages_)
      if (!runsIn(*stage)) stages_.push_back(stage);
  }
  /// Reads `parent` through an exchange: shown in the lineage, not part of its stages.
  void readsThroughExchange(const RddBase& parent) { addParent(parent); }
  /// Finds things in a table, in whichever batch: shown in the lineage, without a say in the slide.
  void looksUpIn(const RddBase& table) { parents_.push_back(&table); }
  /// For windows: what hangs on this step runs at multiples of `slide`.
  void slidesBy(std::chrono::milliseconds slide) { slide_ = slide; }

 private:
  void addParent(const RddBase& parent) {
    if (parents_.empty()) slide_ = parent.slide_;
    mixes_slides_ = mixes_slides_ || slide_ != parent.slide_;
    parents_.push_back(&parent);
  }

  std::string step_;
  std::string operator_;
  std::vector<Stage*> stages_;
  std::vector<const RddBase*> parents_;
  std::chrono::milliseconds slide_{0};
  bool mixes_slides_ = false;
};

/// A distributed collection as one step of the lineage: what Spark makes anew for every batch is
/// made once here and run for each batch's plan.
template <class T>
class Rdd : public RddBase {
 public:
  using RddBase::RddBase;
  /// Lets `consumer` have this step's elements of `task`. Makes the step's instance at the first
  /// call and connects it to its parents, up to the stage's source. REQUIRES: runsIn(task.stage()).
  virtual void connect(Task& task, ChunkSink<T>& consumer) = 0;
};

/// Where elements leave the narrow steps: an output, or the near side of a shuffle.
class Terminal {
 public:
  virtual ~Terminal() = default;
  [[nodiscard]] virtual const RddBase& parent() const = 0;
  /// Makes the instance in a new task of a stage that the parent runs in, and connects it.
  virtual void attach(Task& task) = 0;
  /// Whether the batch can run at all (an output's topic exists). Thread: the caller of the job.
  [[nodiscard]] virtual Status check(const BatchServices&) const { return {}; }
  /// A pass begins: forgets what is left of the one before. Thread: as check().
  virtual void reset() {}
  /// All stages of a pass are done: side effects, if any; called where the parent has elements.
  /// Thread: as check().
  virtual void collect(const BatchPlan&, std::vector<SideEffect>&) {}
};

/// Owns the steps of one graph in order of definition. Thread: the one that builds the graph.
class Lineage {
 public:
  template <class Node, class... Arguments>
  Node& add(Arguments&&... arguments) {
    return adopt(std::make_unique<Node>(std::forward<Arguments>(arguments)...));
  }
  /// A step that was made before the one that it follows.
  template <class Node>
  Node& adopt(std::unique_ptr<Node> node) {
    Node& reference = *node;
    nodes_.push_back(std::move(node));
    rdds_.push_back(&reference);
    return reference;
  }
  template <class Node, class... Arguments>
  Node& addTerminal(Arguments&&... arguments) {
    auto terminal = std::make_unique<Node>(std::forward<Arguments>(arguments)...);
    Node& reference = *terminal;
    terminals_.push_back(std::move(terminal));
    return reference;
  }
  /// Registers a source; `reads` = what it reads through an exchange, none for inputs.
  void addStage(Stage& stage, std::span<const RddBase* const> reads);

  void addVariable(std::shared_ptr<BatchVariable> variable) {
    variables_.push_back(std::move(variable));
  }

  [[nodiscard]] const std::vector<std::shared_ptr<BatchVariable>>& variables() const {
    return variables_;
  }
  /// Several steps may use one.
  void addFile(std::shared_ptr<BatchFile> file) {
    if (std::find(files_.begin(), files_.end(), file) == files_.end())
      files_.push_back(std::move(file));
  }
  [[nodiscard]] const std::vector<std::shared_ptr<BatchFile>>& files() const { return files_; }
  [[nodiscard]] Accumulators& accumulators() { return accumulators_; }
  [[nodiscard]] const std::vector<RddBase*>& rdds() const { return rdds_; }
  [[nodiscard]] const std::vector<Stage*>& stages() const { return stages_; }
  [[nodiscard]] const std::vector<std::unique_ptr<Terminal>>& terminals() const {
    return terminals_;
  }
  [[nodiscard]] static std::uint32_t number(const Stage& stage) { return stage.number_; }
  [[nodiscard]] static std::uint32_t level(const Stage& stage) { return stage.level_; }

 private:
  std::vector<std::unique_ptr<RddBase>> nodes_;
  std::vector<RddBase*> rdds_;
  std::vector<Stage*> stages_;
  std::vector<std::unique_ptr<Terminal>> terminals_;
  std::vector<std::shared_ptr<BatchVariable>> variables_;
  std::vector<std::shared_ptr<BatchFile>> files_;
  Accumulators accumulators_;
};

}  // namespace lockstep
