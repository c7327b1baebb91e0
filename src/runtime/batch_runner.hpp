#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include <lockstep/base/mutex.hpp>
#include <lockstep/ports/file_store.hpp>
#include <lockstep/rdd/job.hpp>

#include "src/engine/commands.hpp"
#include "src/engine/events.hpp"
#include "src/runtime/listener_bus.hpp"
#include "src/runtime/prepared_batches.hpp"

namespace lockstep {

/// The compute role: runs batches, keeps their results until they are decided, takes them back.
///
/// Thread     execute() and prepareCheckpoint(): the compute thread. The rest: any.
/// Invariant  A batch's outputs live from its run to its confirmation or rollback.
class BatchRunner {
 public:
  struct Options {
    /// Outputs of one batch beyond this are not kept: the batch is planned anew with half the span.
    std::size_t output_bytes_max = std::size_t{256} << 20;
    /// Told of every confirmed batch.
    std::function<void(const BatchPlan&, const BatchCounters&)> on_confirmed = {};
    StreamingListeners listeners = {};
    /// Where the graph's files are written; null without such outputs.
    FileStore* files = nullptr;
    /// How the receivers fare, for the listeners; none without such inputs.
    std::function<std::vector<ReceiverInfo>()> receivers = {};
  };

  /// `services` without `cancelled` and `topics`, which the runner fills in.
  BatchRunner(Job& job, BatchServices services, PreparedBatches& prepared, Options options);

  /// Nothing when the batch was cancelled meanwhile: then nobody waits for an answer.
  [[nodiscard]] std::optional<event::BatchComputed> execute(const command::RunBatch& command);
  void execute(const command::ConfirmBatch& command);
  [[nodiscard]] event::BatchRolledBack execute(const command::RollBackBatch& command);
  /// The state was brought to what is committed. Thread: control, while no batch runs.
  [[nodiscard]] Status restored() { return job_.restored(services_); }
  /// Every shard hands a part of its committed values to the checkpointer, on its own worker.
  /// Whether there are more.
  bool prepareCheckpoint();

  /// Ends the run of `batch` soon, or keeps it from starting, until it was rolled back.
  void cancel(BatchId batch);
  /// The application ends: no batch runs any more. What was committed can still be confirmed.
  void cancelAll();
  /// Why files of committed batches could not be shown; they are prepared still. REQUIRES: the
  /// compute thread has ended.
  [[nodiscard]] const Status& filesStatus() const { return files_status_; }
  /// Partition counts and limits of the output topics, from the next batch on.
  void setTopics(const std::vector<TopicDescription>& topics);

 private:
  [[nodiscard]] bool begin(BatchId batch);
  [[nodiscard]] bool wasCancelled(BatchId batch);
  event::BatchComputed finish(const BatchPlan& plan, BatchResult result);
  Status compute(const BatchPlan& plan, BatchResult& result);
  Status prepareFiles(BatchId batch, const BatchResult& result);
  void publishFiles(BatchId batch);
  Status runEffects(const BatchPlan& plan, const BatchResult& result, SideEffect::When when) const;
  [[nodiscard]] BatchInfo infoOf(const BatchPlan& plan) const;
  void tellCompleted(const BatchPlan& plan, const BatchCounters& counters, WallTime began) const;

  Job& job_;
  BatchServices services_;
  PreparedBatches& prepared_;
  const Options options_;
  const ListenerBus listeners_;
  struct Kept {
    BatchPlan plan;
    BatchResult result;
    WallTime began;
  };
  std::map<BatchId, Kept> results_;
  Status files_status_;  ///< of the first publication that failed
  WallTime began_;       ///< the batch that runs, or ran last
  std::atomic<bool> cancel_running_{false};

  Mutex mutex_;
  std::optional<BatchId> running_ GUARDED_BY(mutex_);
  std::vector<BatchId> cancelled_ GUARDED_BY(mutex_);
  bool ending_ GUARDED_BY(mutex_) = false;
  std::vector<TopicDescription> topics_ GUARDED_BY(mutex_);
};

}  // namespace lockstep
