#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lockstep/base/result.hpp>
#include <lockstep/rdd/accumulator_parts.hpp>
#include <lockstep/rdd/batch_services.hpp>

namespace lockstep {

/// The accumulators of one graph. Tasks add to parts of their own; in order of the tasks these
/// become the batch's, and when the batch is computed its part is added to the values in the state:
/// one shard, a key for each name. So an element counts as often as its effect in the output: once.
///
/// Thread: the caller of the job, and before the first batch the one that builds the graph.
class Accumulators {
 public:
  /// Id of the state that they lie in.
  static constexpr std::string_view kStateId = "accumulators";

  /// Takes one more. REQUIRES: no batch has run.
  void add(std::shared_ptr<AccumulatorBase> accumulator);
  [[nodiscard]] bool empty() const { return accumulators_.empty(); }
  [[nodiscard]] bool has(const std::string& name) const;
  /// Which of the graph's stateful operators they are.
  void setNumber(std::uint32_t number) { number_ = number; }

  /// Of a new task; null without accumulators.
  [[nodiscard]] std::unique_ptr<AccumulatorParts> makeParts(bool of_batch = false) const;

  /// A run of the batch begins: forgets what an earlier one has added.
  void begin(BatchId batch);
  /// A task has ended. Called in order of the tasks.
  void collect(AccumulatorParts* task);
  /// What all tasks have added, to add to; null without accumulators.
  [[nodiscard]] AccumulatorParts* ofBatch() { return batch_parts_.get(); }

  /// Adds the batch's part to the state, on the shard's worker, and its changelog to the result.
  Status seal(const BatchPlan& plan, const BatchServices& services, BatchResult& result);
  /// The batch is committed: its values become what readers see.
  void confirmed(BatchId batch);
  /// Shows readers what the state holds. REQUIRES: every batch is decided.
  Status load(const BatchServices& services);

 private:
  /// (number, bytes as stored)
  using Values = std::vector<std::pair<std::size_t, std::string>>;

  [[nodiscard]] static StateShard& shard(const BatchServices& services);
  Status write(const BatchPlan& plan, const BatchServices& services, Values& values);
  Status addTo(std::size_t number, const StateEntry& entry, Values& values);
  Status publishStored(StateShard& shard);
  Status publish(std::size_t number, std::optional<std::string_view> stored);

  std::vector<std::shared_ptr<AccumulatorBase>> accumulators_;
  std::uint32_t number_ = 0;
  std::unique_ptr<AccumulatorParts> batch_parts_;
  std::map<BatchId, Values> undecided_;
};

}  // namespace lockstep
