#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/base/result.hpp>
#include <lockstep/model/record.hpp>
#include <lockstep/model/record_error.hpp>
#include <lockstep/rdd/accumulator_parts.hpp>
#include <lockstep/rdd/batch_pass.hpp>
#include <lockstep/rdd/batch_services.hpp>
#include <lockstep/rdd/task_context.hpp>

namespace lockstep {

class Stage;
class Task;

/// An operator at work in one task. Lives as long as the task, over many batches, so that its
/// buffers stay warm.
class Operator {
 public:
  virtual ~Operator() = default;
  /// A batch begins. Forgets whatever an earlier batch left behind.
  virtual void begin(Task&) {}
  /// The stage has passed on its last element; results go to the task or to an exchange.
  virtual Status finish(Task&) { return {}; }
  /// The batch has failed: gives back what belongs to the batch's services.
  virtual void abandon() {}
};

/// An operator with memory of what it accepted (output batches, shuffle buckets, accumulators).
class Rollbackable {
 public:
  virtual ~Rollbackable() = default;
  virtual void mark() = 0;
  /// Back to the last mark().
  virtual void rollback() = 0;
};

/// What is known about the element that failed: all of it for an input record, the key after a
/// shuffle.
struct FailedElement {
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::span<const Header> headers;
  const TopicPartition* source = nullptr;
  Offset offset;
  std::optional<WallTime> timestamp;
};

/// One partition or shard of one stage: the operators that its elements run through, and what they
/// produce in the present batch. Thread: one at a time, the one that runs the stage's job.
class Task {
 public:
  Task(const Stage& stage, std::uint32_t index) : stage_(stage) { context_.task = index; }

  [[nodiscard]] const Stage& stage() const { return stage_; }
  [[nodiscard]] std::uint32_t index() const { return context_.task; }
  [[nodiscard]] TaskContext& context() { return context_; }
  /// REQUIRES for both: a batch is running.
  [[nodiscard]] const BatchPlan& plan() const { return *plan_; }
  [[nodiscard]] const BatchServices& services() const { return *services_; }
  /// The wall clock when the batch began: broker limits on timestamps are judged by it.
  [[nodiscard]] WallTime wallNow() const { return wall_now_; }

  /// The instance of `node` in this task, made from (task, arguments) at the first call; second =
  /// whether this call made it.
  template <class Instance, class... Arguments>
  std::pair<Instance&, bool> instance(const void* node, Arguments&&... arguments) {
    for (auto& [known, made] : operators_)
      if (known == node) return {static_cast<Instance&>(*made), false};
    auto fresh = std::make_unique<Instance>(*this, std::forward<Arguments>(arguments)...);
    Instance& reference = *fresh;
    if constexpr (std::is_base_of_v<Rollbackable, Instance>) memories_.push_back(&reference);
    operators_.emplace_back(node, std::move(fresh));
    return {reference, true};
  }

  /// The pass that it runs in; plan() is the stage's view of it.
  [[nodiscard]] const BatchPass& pass() const { return *pass_; }

  /// For the job: what the task adds to accumulators; null without them. Set before the first
  /// batch.
  void setCounts(std::unique_ptr<AccumulatorParts> counts) { counts_ = std::move(counts); }
  [[nodiscard]] AccumulatorParts* counts() { return counts_.get(); }

  /// For the job: around Stage::run(). `shuffled`: what all tasks of the pass have in shuffles.
  void begin(const BatchPass& pass, const BatchPlan& plan, const BatchServices& services,
             WallTime wall_now, std::atomic<std::uint64_t>& shuffled);
  Status finish();
  /// The batch has failed; nothing of the services is held afterwards.
  void abandon();

  /// For the stage's driver: around each chunk. Chunk memory is freed by endChunk().
  void mark() {
    for (Rollbackable* memory : memories_) memory->mark();
    if (counts_ != nullptr) counts_->mark();
  }
  void rollback() {
    for (Rollbackable* memory : memories_) memory->rollback();
    if (counts_ != nullptr) counts_->rollback();
  }
  void endChunk() { context_.arena.clear(); }

  /// Sends the element the way that the policy says: dead letter, or an E301 to return.
  Status reject(const FailedElement& element, const RecordError& error);
  /// kAbort once the batch is cancelled, or has outgrown BatchServices::shuffle_bytes_max.
  [[nodiscard]] Status checkCancelled() const;
  /// The task's part of the shuffles has grown by so much; modulo 2^64, so it may also shrink.
  void countShuffled(std::uint64_t bytes) {
    if (bytes != 0) shuffled_->fetch_add(bytes, std::memory_order_relaxed);
  }

  /// Hands over what the task produced; computes its hash, but for changelogs.
  void addOutput(BatchOutput output);
  [[nodiscard]] std::vector<BatchOutput>& outputs() { return outputs_; }
  [[nodiscard]] BatchCounters& counters() { return counters_; }
  /// The task has read so many records of the input `step`. Called once, not per record.
  void countInput(const std::string& step, std::uint64_t records) {
    counters_.records_in += records;
    if (records > 0) counters_.inputs[step] += records;
  }

 private:
  [[nodiscard]] std::uint32_t deadLetterPartition(const FailedElement& element,
                                                  std::uint32_t partitions) const;
  RecordBatch& deadLetterBatch(std::uint32_t partition);

  const Stage& stage_;
  TaskContext context_;
  std::vector<std::pair<const void*, std::unique_ptr<Operator>>> operators_;
  std::vector<Rollbackable*> memories_;
  const BatchPass* pass_ = nullptr;
  const BatchPlan* plan_ = nullptr;
  const BatchServices* services_ = nullptr;
  WallTime wall_now_;
  std::atomic<std::uint64_t>* shuffled_ = nullptr;
  std::vector<BatchOutput> outputs_;
  std::map<std::uint32_t, PooledBatch> dead_letters_;  ///< by partition
  BatchCounters counters_;
  std::unique_ptr<AccumulatorParts> counts_;
};

}  // namespace lockstep
