#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "src/engine/application_lifecycle.hpp"
#include "src/engine/backoff.hpp"
#include "src/engine/batch_pipeline.hpp"
#include "src/engine/checkpoint_schedule.hpp"
#include "src/engine/cluster_view.hpp"
#include "src/engine/committed.hpp"
#include "src/engine/engine.hpp"
#include "src/engine/fencing.hpp"
#include "src/engine/keep_alive.hpp"
#include "src/engine/producer_lifecycle.hpp"
#include "src/engine/span_budget.hpp"
#include "src/engine/span_control.hpp"
#include "src/engine/tick_clock.hpp"

namespace lockstep {

/// How long a role may wait for the cluster's answer to one command.
inline constexpr std::chrono::seconds kRequestTimeout{10};

/// The engine's insides. An event first changes the state it is about (`handle`); then every part
/// looks whether there is something it can do now (`pump`). Each job has its own source file.
class Engine::Impl {
 public:
  explicit Impl(EngineOptions options);

  std::vector<Command> start(Instant now, WallTime wall);
  std::vector<Command> on(const Event& event);
  [[nodiscard]] std::optional<Instant> wakeAt() const;
  [[nodiscard]] std::optional<BatchTime> doneThrough() const;

 private:
  // engine.cpp: the loop, the end.
  void pump();
  void handle(const event::TimePassed&) {}
  void stop(Status status, std::optional<Nonce> yield_to = std::nullopt);
  void fail(Status status);  ///< stops as soon as no transaction is under way
  void report(command::Report::Level level, std::string text);
  [[nodiscard]] bool running() const { return life_.is(ApplicationState::kRunning); }
  [[nodiscard]] bool draining() const { return life_.is(ApplicationState::kDraining); }
  [[nodiscard]] bool stopped() const { return life_.is(ApplicationState::kStopped); }

  // ownership.cpp: what belongs to this instance.
  void handle(const event::OwnershipGranted& granted);
  void handle(const event::OwnershipRevoked& revoked);

  // starting.cpp: watch, recover, claim, restore.
  void watchOwner(const event::ClusterRead& read);
  void recoverFrom(const event::ClusterRead& read);
  void keepTarget(const ClusterView& cluster);
  void pumpStarting();
  void pumpRestoring();
  void handle(const event::TopicsCreated& created);
  void handle(const event::StateRestored& restored);
  void handle(const event::InputsAssigned& assigned);
  void beginRunning();

  // producer_rebuild.cpp: a producer is lost, made, and read back.
  void pumpProducer();
  void handle(const event::ProducerReady& ready);
  void handle(const event::ClusterRead& read);
  void readBack(const event::ClusterRead& read);
  bool readAgain(const ClusterView& cluster);
  void loseProducer();

  // transactions.cpp: one at a time, and what follows from their decisions.
  void pumpTransactions();
  void begin(IntendedCommit intended);
  void handle(const event::TransactionEnded& ended);
  void handle(const event::DecisionEndsRead& read);
  void decided(IntendedCommit intended, std::uint64_t ledger_hash);
  void aborted(const IntendedCommit& intended, const event::TransactionEnded& ended);

  // input_identity.cpp: whether batches have read the topics that the ledger lists.
  void pumpIdentity();
  void handle(const event::InputsIdentified& identified);
  [[nodiscard]] bool identityMatters() const;
  [[nodiscard]] Status sameInput(const std::string& topic, const std::string& id) const;
  [[nodiscard]] static bool misfits(const Status& status);
  bool inputsMissing(const event::InputsIdentified& identified);

  // batches.cpp: run, settle, roll back.
  void pumpBatches();
  void settleIdle();
  void pumpFailure();
  void handle(const event::BatchComputed& computed);
  void handle(const event::BatchRolledBack& rolled_back);
  void batchAborted(const event::TransactionEnded& ended);
  void rollBack(bool whole_pipeline, bool recut);
  void takeBack(BatchSlot& slot, bool recut);
  void recut(BatchSlot& slot);
  [[nodiscard]] std::chrono::nanoseconds timeToFit(const BatchSlot& slot,
                                                   std::chrono::nanoseconds processing) const;

  // state_limits.cpp: the shares of state.memory_limit.
  [[nodiscard]] bool outgrowsState(const event::BatchComputed& computed) const;
  [[nodiscard]] bool waitsForCheckpoint() const;
  void shrinkForState(BatchSlot& slot, const event::BatchComputed& computed);

  // planning.cpp: ticks, ends, ranges, new partitions.
  void pumpPlanning();
  void handle(const event::InputEndsRead& read);
  Status checkInputs(const event::InputEndsRead& read);
  void adopt(const TopicPartition& partition, const event::InputEndsRead& read);
  void adoptTopics(const event::InputEndsRead& read);
  void takeEnds(const event::InputEndsRead& read);
  void pumpAdoption();
  void planOpen();
  void plan(BatchTime time);
  [[nodiscard]] std::vector<TopicPartition> leftBehind(
      const std::vector<OffsetRange>& ranges) const;
  [[nodiscard]] std::optional<BatchTime> boundaryBefore(BatchTime time) const;
  void planBoundaries(BatchTime time);
  void planFlush(BatchTime time);
  /// What bounds the next batch; the rates are to be added.
  [[nodiscard]] SpanLimits limits(std::size_t partitions) const;
  [[nodiscard]] PlannedRanges planPaced(const std::vector<PartitionOffset>& positions);

  // tables.cpp: what look-ups need comes first.
  void keepTableEnds();
  [[nodiscard]] bool tablesBehind(const std::vector<PartitionOffset>& positions) const;
  bool holdBack(const std::vector<PartitionOffset>& positions, std::vector<Offset>& ends) const;
  void learnRate(const BatchSlot& slot);
  [[nodiscard]] std::vector<PartitionOffset> plannedPositions() const;
  [[nodiscard]] BatchTime plannedTime() const;
  [[nodiscard]] BatchTime closedThrough() const;
  [[nodiscard]] bool planable() const;
  /// The latest tick that is due and released.
  [[nodiscard]] std::optional<BatchTime> dueTick() const;
  void handle(const event::TickReleased& released);

  // draining.cpp: the last checkpoint and the orderly end.
  void pumpCheckpoint();
  void pumpDraining();
  void handle(const event::CheckpointWritten& written);
  void handle(const event::StopRequested& request);
  void handle(const event::SourceFailed& failed) { fail(failed.status); }
  void cutBatches();

  enum class Ends { kNeeded, kReading, kKnown };
  enum class Step { kDue, kUnderWay, kDone };

  const EngineOptions options_;
  Instant now_{};
  WallTime wall_{};
  std::vector<Command> out_;
  ApplicationLifeCycle life_;
  std::optional<Status> ending_;  ///< stop with it once the transaction under way has ended

  std::optional<Ownership> owned_;  ///< once granted
  ProducerLifeCycle producer_;
  Backoff producer_backoff_;
  Backoff control_backoff_;
  bool reading_cluster_ = false;
  bool creating_topics_ = false;
  int reads_without_topic_ = 0;
  FencingBudget fencing_;
  OwnerWatch watch_;
  Instant start_deadline_{};

  /// The named ones, and those that match a pattern.
  std::vector<EngineOptions::InputTopic> inputs_;
  Committed committed_;
  bool claimed_ = false;                   ///< a claim of this process was committed
  bool needs_claim_ = false;               ///< the next transaction is a claim
  std::optional<IntendedCommit> attempt_;  ///< under way, or unclear
  Ends ends_ = Ends::kNeeded;              ///< whether committed_.ends are those of now
  KeepAlive keep_alive_;

  StateTarget target_;
  std::uint64_t restored_tail_ = 0;  ///< bytes of changelogs that the restore replayed
  Step restore_ = Step::kDue;
  Step assign_ = Step::kDue;
  CheckpointSchedule checkpoints_;
  std::uint64_t dirty_ = 0;  ///< bytes, as the last computed batch found them
  bool last_checkpoint_failed_ = false;

  BatchPipeline pipeline_;
  bool alone_ = false;  ///< no overlap until the next decision: two batches' undo is too much
  Backoff rerun_backoff_;
  SpanControl span_control_;
  SpanBudget span_budget_;
  RateControl rate_control_;
  Instant decided_at_{};  ///< when the last batch was committed

  std::optional<TickClock> ticks_;
  std::optional<BatchTime> ticks_until_;     ///< those that are released, unless all are
  BatchTime settled_time_{};                 ///< of the last settled batch
  BatchTime settled_closed_through_{};       ///< ticks up to this are closed by settled batches
  BatchTime last_tick_{};                    ///< the latest tick that was looked at
  std::vector<Offset> input_ends_;           ///< beside committed_.positions
  std::vector<TopicPartition> pending_;      ///< open transactions behind their ends; sorted
  std::vector<PartitionOffset> table_ends_;  ///< at the start; emptied once tables got there
  bool reading_inputs_ = false;
  bool stale_ends_ = false;  ///< until_end: files are being read into inputs, ask for their ends
  bool identifying_inputs_ = false;
  std::optional<Status> misfit_;  ///< stop with it, unless an input was made anew
  bool unread_ = false;  ///< a batch waited in vain for its records: are they still to come?
  int answers_without_input_ = 0;  ///< in a row
  bool leftover_ = false;          ///< known ends are not reached: another batch may follow at once
  bool flush_left_ = false;        ///< the last batch of --flush was not planned yet
  bool paced_ = false;             ///< ... but not before the next tick: a rate cut the last one
  bool must_commit_ = false;
  std::vector<PartitionOffset> adopting_;  ///< new partitions, at their start
  Instant describe_at_{};
};

}  // namespace lockstep
