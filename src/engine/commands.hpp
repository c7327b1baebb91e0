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
/// queue. Commands of one role are carried out in order; roles run beside each other.
namespace lockstep::command {

/// [producer] Destroys the present producer, if any, makes a new one and initialises it. ->
/// ProducerReady
struct InitProducer {
  std::chrono::milliseconds timeout;
};

/// [control] Reads what recovery decides by. -> ClusterRead
struct ReadCluster {
  std::chrono::milliseconds timeout;
};

/// [control] -> TopicsCreated
struct CreateTopics {
  std::vector<NewTopic> topics;
  std::chrono::milliseconds timeout;
};

/// [control] Opens the state at exactly `target`. -> StateRestored
struct RestoreState {
  StateTarget target;
};

/// [producer] One whole transaction: begin, the prepared outputs of `batch` when there is one, the
/// ledger record when there is one, offsets, commit. Repeats what says kRetry until `deadline`,
/// aborts what says kAbort, never aborts once the commit was sent. -> TransactionEnded
struct CommitTransaction {
  std::optional<BatchId>
      batch;  ///< whose prepared outputs are sent; none for claims, plans, keep-alives
  std::optional<LedgerRecord> ledger;
  std::vector<PartitionOffset> offsets;  ///< of all owned partitions, and of the ledger's
  CommitMetadata metadata;
  std::chrono::milliseconds commit_timeout;  ///< for the whole transaction
};

/// [control] -> DecisionEndsRead
struct ReadDecisionEnds {
  std::chrono::milliseconds timeout;
};

/// [control] -> InputEndsRead
struct ReadInputEnds {
  std::chrono::milliseconds timeout;
};

/// [control] Starts reading the inputs at these positions. No answer; before the first RunBatch and
/// whenever partitions are adopted.
struct AssignInputs {
  std::vector<PartitionOffset> positions;
};

/// [compute] Runs the graph over the plan's ranges and seals the state. -> BatchComputed
struct RunBatch {
  BatchPlan plan;
};

/// [compute] `batch` is committed: drop its undo entries, publish what was held back. No answer.
struct ConfirmBatch {
  BatchId batch;
};

/// [compute] Cancels `batch` if it runs, joins its tasks, takes its effects back. ->
/// BatchRolledBack
struct RollBackBatch {
  BatchId batch;
};

/// [compute, then checkpoint] Collects the dirty keys, then writes them. -> CheckpointWritten
struct WriteCheckpoint {
  CheckpointPoint point;
};

/// Something an operator should read; `level` as in the log.
struct Report {
  enum class Level { kInfo, kWarn, kError };
  Level level = Level::kInfo;
  std::string text;
};

/// The end: stop everything and exit. With an error, it says why and with which exit code.
struct Stop {
  Status status;
};

}  // namespace lockstep::command

namespace lockstep {

using Command =
    std::variant<command::InitProducer, command::ReadCluster, command::CreateTopics,
                 command::RestoreState, command::CommitTransaction, command::ReadDecisionEnds,
                 command::ReadInputEnds, command::AssignInputs, command::RunBatch,
                 command::ConfirmBatch, command::RollBackBatch, command::WriteCheckpoint,
                 command::Report, command::Stop>;

}  // namespace lockstep
