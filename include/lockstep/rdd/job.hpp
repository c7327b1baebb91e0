#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <lockstep/rdd/batch_services.hpp>
#include <lockstep/rdd/rdd.hpp>

namespace lockstep {

/// Runs batches of one lineage: stage by stage through the task runner, each stage's tasks side by
/// side. Keeps the tasks and their buffers from batch to batch.
///
/// Thread    One batch at a time, all calls from one thread (never a worker).
/// Invariant The same plan on the same state gives the same outputs, however many workers there are
///           and however often it was tried before.
class Job {
 public:
  /// The lineage outlives the job and gets no further steps.
  explicit Job(Lineage& lineage) : lineage_(lineage), tasks_(lineage.stages().size()) {}

  /// Computes the batch. Nothing leaves the process; state is changed in memory and sealed. With
  /// effects before the commit accumulators are not: sealAccumulators() follows.
  [[nodiscard]] BatchResult runBatch(const BatchPlan& plan, const BatchServices& services);

  /// While it lives, what the caller's thread adds to accumulators counts as the batch's: around
  /// effects before the commit. REQUIRES: runBatch().
  [[nodiscard]] AccumulatorParts::Scope countEffects() {
    return AccumulatorParts::Scope(lineage_.accumulators().ofBatch());
  }
  /// Adds what the batch and its effects have counted to state and outputs. Does nothing without
  /// effects before the commit. A failure is the batch's.
  Status sealAccumulators(const BatchPlan& plan, const BatchServices& services,
                          BatchResult& result);
  /// The state was brought to what is committed: shows it to readers of accumulators. Thread: any,
  /// while no batch runs. Fails (kFatal) when a value is of another type.
  Status restored(const BatchServices& services) { return lineage_.accumulators().load(services); }

  /// The batch is committed: tells every stage, and readers of accumulators.
  void confirmed(BatchId batch);

  /// Takes the state back to what it was before the batch: on every shard of `declarations`, on the
  /// worker that owns it. Legal for a batch that failed half-way, too.
  static void rollback(BatchId batch, const BatchServices& services);
  /// The batch is committed: its undo entries go.
  static void confirm(BatchId batch, const BatchServices& services);

 private:
  class Unfinished;
  using Tasks = std::vector<std::unique_ptr<Task>>;
  /// A pass, and what stages without a slide see of it.
  struct View {
    const BatchPass& pass;
    const BatchPlan& whole;
    [[nodiscard]] const BatchPlan& of(const Stage& stage) const {
      return stage.slide().count() == 0 ? whole : pass.plan;
    }
  };
  Status runPasses(const BatchPlan& plan, const BatchServices& services, BatchResult& result);
  Status runPass(const View& view, const BatchServices& services, BatchResult& result);
  Status runLevel(std::uint32_t level, const View& view, const BatchServices& services);
  Task& taskOf(Stage& stage, std::uint32_t index);
  void collect(BatchResult& result, const View& view);
  [[nodiscard]] std::optional<BatchTime> nextBoundary(BatchTime after) const;
  [[nodiscard]] bool anyPanes() const;

  Lineage& lineage_;
  WallTime wall_now_;                             ///< when the present batch began
  std::vector<Tasks> tasks_;                      ///< by stage number, then task
  std::atomic<std::uint64_t> shuffled_bytes_{0};  ///< of the present pass, in all its shuffles
};

}  // namespace lockstep
