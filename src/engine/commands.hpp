#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <lockstep/base/status.hpp>
#include <lockstep/model/batch_plan.hpp>
#include <lockstep/model/cluster.hpp>
#include <lockstep/model/commit_metadata.hpp>
#include <lockstep/model/ledger_record.hpp>
#include <lockstep/ports/state_backend.hpp>

/// Everything the engine can want. The runtime carries commands out on its threads (the role in
/// brackets) and answers each with the event named; the simulator does the same with a seeded
/// queue. Commands of one role are carried out in order; roles run beside each other. At most one
/// command of each kind is unanswered (two of RollBackBatch).
namespace lockstep::command {

/// [producer] Destroys the present producer, if any, makes a new one and initialises it. ->
/// ProducerReady
struct InitProducer {
  std::chrono::milliseconds timeout;
};

/// [control] Reads what recovery decides by, all of it anew. Follows every InitProducer; while
/// another instance is only watched it comes without one. -> ClusterRead
struct ReadCluster {
  std::chrono::milliseconds timeout;
};

/// [control] -> TopicsCreated
struct CreateTopics {
  std::vector<NewTopic> topics;
  std::chrono::milliseconds timeout;
};

/// [control] Opens the state at exactly `target` and completes the files of the last committed
/// batches. -> StateRestored
struct RestoreState {
  StateTarget target;
  std::vector<OutputCount> outputs;  ///< of batch `target.batch`, files among them
};

/// [producer] One whole transaction: begin, the prepared outputs of `batch` when there is one, the
/// ledger record when there is one, offsets, commit. Repeats what says kRetry until
/// `commit_timeout`, aborts what says kAbort, never aborts once the commit was sent.
/// -> TransactionEnded
struct CommitTransaction {
  /// Whose prepared outputs are sent; none for claims, plans, keep-alives.
  std::optional<BatchId> batch;
  std::optional<LedgerRecord> ledger;
  /// Of all owned partitions, and last the ledger's.
  std::vector<PartitionOffset> offsets;
  CommitMetadata metadata;
  std::chrono::milliseconds commit_timeout;  ///< for the whole transaction
  /// A transaction that has been open for so long and whose commit was not sent yet is aborted
  /// (TransactionEnded with open_too_long): the broker would soon abort and fence it.
  std::chrono::milliseconds open_max;
};

/// [control] -> DecisionEndsRead
struct ReadDecisionEnds {
  std::chrono::milliseconds timeout;
};

/// [control] Asks which topics the inputs' names stand for now. After a batch was computed and
/// before its transaction begins: what it has read must be of the topics that the ledger lists.
/// -> InputsIdentified
struct IdentifyInputs {
  std::chrono::milliseconds timeout;
};

/// [control] -> InputEndsRead
struct ReadInputEnds {
  /// Describe the input topics as well: new partitions and other topic ids show there.
  bool describe = false;
  std::chrono::milliseconds timeout;
  /// Tell of open transactions as well; asks the brokers twice.
  bool pending = false;
};

/// [control] Starts reading the inputs at these positions; before the first RunBatch and whenever
/// partitions are adopted, while no batch computes. -> InputsAssigned
struct AssignInputs {
  std::vector<PartitionOffset> positions;
};

/// [compute] Runs the graph over the plan's ranges and seals the state. -> BatchComputed
struct RunBatch {
  BatchPlan plan;
};

/// [compute] `batch` is committed (or had nothing to commit): drop its undo entries, publish what
/// was held back. No answer. In batch order. The id of a batch without a commit is used again.
struct ConfirmBatch {
  BatchId batch;
};

/// [compute] Cancels `batch` if it runs, joins its tasks, takes its effects back; ends its waits at
/// once, so it overtakes a running RunBatch. A RunBatch that it cancels is not answered any more.
/// The later batch comes first. -> BatchRolledBack
struct RollBackBatch {
  BatchId batch;
};

/// [compute, then checkpoint] Collects the dirty keys, then writes them. -> CheckpointWritten
struct WriteCheckpoint {
  CheckpointPoint point;
};

/// [control] The last claim is ours: forget the marker of an earlier stop with 73. No answer.
struct Claimed {
  Incarnation incarnation;
};

/// Something an operator should read; `level` as in the log.
struct Report {
  enum class Level { kInfo, kWarn, kError };
  Level level = Level::kInfo;
  std::string text;
};

/// The end: stop everything and exit. With an error, it says why and with which exit code. The last
/// command; no answer, and no later event has a consequence.
struct Stop {
  Status status;
  /// Set with exit code 73: the owner's nonce, to be kept as a marker in `state.dir`; the next
  /// start passes it as EngineOptions::yield_to.
  std::optional<Nonce> yield_to;
};

}  // namespace lockstep::command

namespace lockstep {

using Command =
    std::variant<command::InitProducer, command::ReadCluster, command::CreateTopics,
                 command::RestoreState, command::CommitTransaction, command::ReadDecisionEnds,
                 command::IdentifyInputs, command::ReadInputEnds, command::AssignInputs,
                 command::RunBatch, command::ConfirmBatch, command::RollBackBatch,
                 command::WriteCheckpoint, command::Claimed, command::Report, command::Stop>;

}  // namespace lockstep
