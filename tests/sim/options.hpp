#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "src/simulation/faults.hpp"

namespace lockstep::sim {

enum class Graph {
  kCopy,
  kWordCount,
  kDeadLetters,
  kIdleVisits,
  kPlan,
  kEveryKey,
  kGroups,
  kJoined,
  kTimeOuts,
  kWindows,
  kEventTime,
  kTable,
  kReceived,
  kAccumulated,
  kCount
};
[[nodiscard]] std::string_view toString(Graph graph);
/// Whether the second input topic is something of its own.
[[nodiscard]] inline bool hasFixedInputs(Graph graph) {
  return graph == Graph::kTable || graph == Graph::kReceived;
}

/// Bugs made on purpose, at the ports and roles: each has to be found (docs/simulator.md).
enum class Mutant {
  kNone,
  kSkipOffsets,
  kOffsetsOutside,
  kIgnoreDirty,
  kUnknownIsCommitted,
  kUnknownIsAborted,
  kSwapOffsets,
  kShortRange,
  kLongCommit,
  kDropLastRecord,
  kRandomTransactionalId,
  kDeadLetterOutside,
  kCheckpointWithoutSync,
  kPositionsFirst,
  kCheckpointUndecided,
  kNoStateRollback,
  kNoSeek,
  kRestoreShort,
  kClaimSkipped,
  kReadBeforeFence,
  kStaleReadBack,
  kSkipLedger,
  kStateLimitIgnored,
  kOversizedKept,
  kDirtyLimitIgnored,
  kSecondInputForgotten,
  kEmitOnlyChanged,
  kNewPartitionAtEnd,
  kExpiredIsEnd,
  kLedgerOffsetIgnored,
  kUntilEndShort,
  kTakeoverIgnored,
  kTopicIdsIgnored,
  kTopicIdsAtStart,  ///< and every 30 s, but not with each batch
  kDeletedIsEmpty,
  kSkipDeletedRecords,
  kLoadingIsSuccess,
  kEvictDirty,
  kEvictedIsAbsent,
  kVisitForgetsEvicted,
  kTableToEnd,            ///< a batch that is run again reads its tables to their ends
  kTablesNotFirst,        ///< other inputs are read while tables are behind
  kBlockNumberForgotten,  ///< of a receiver's log, with each block
  kOldReceiverTakesOver,  ///< the log, from an instance that has claimed the application later
  kPositionsReadEarly,    ///< of a folder, before its log is taken over
  kAccumulatorKept,       ///< what a batch that was taken back has added to accumulators
  kAccumulatorsNotShown,  ///< to their readers, as restored
  kIdleByNow,  ///< a batch that is run again asks anew which inputs are idle, whatever its plan
               ///< says
  // Of schedules without transactions only.
  kOffsetsBeforeFlush,
  kLedgerBelieved,
  kCount,
};
[[nodiscard]] std::string_view toString(Mutant mutant);

/// Everything one schedule depends on.
struct Options : FaultPlan {
  Mutant mutant = Mutant::kNone;
  Graph graph = Graph::kCopy;
  int upsets = 4;  ///< crashes, pauses, second instances, ...
  int records = 40;
  int partitions = 2;
  int shards = 2;
  std::chrono::milliseconds length{8'000};  ///< then everything heals
  std::chrono::milliseconds interval{100};
  std::chrono::milliseconds checkpoint_interval{700};
  std::chrono::milliseconds transaction_timeout{8'000};
  std::chrono::milliseconds commit_timeout{5'000};
  int span_max = 0;               ///< offsets per partition and batch; 0 = no limit
  std::uint64_t state_share = 0;  ///< bytes for undecided state, and for dirty; 0 = the default
  std::uint64_t table_bytes =
      0;                     ///< of state in memory, beyond which keys are evicted; 0 = none is
  bool small_parts = false;  ///< checkpoints are handed over key by key, between batches
  int inputs = 1;            ///< input topics, 1 or 2
  bool pattern = false;      ///< they are read by a pattern, and the second one comes later
  bool until_end = false;
  bool at_least_once = false;  ///< no transactions: see loosened()
  bool trace = false;

  /// Whether something happens to an input that the application must not go on after.
  [[nodiscard]] bool losesInput() const {
    return has(Fault::kRecreatedInput) || has(Fault::kDeletedInput) || has(Fault::kRetention);
  }
};

/// The options that a seed stands for.
[[nodiscard]] Options optionsOf(std::uint64_t seed);
/// The same without what changes.hpp does, with one input and without --until-end: what the seed
/// stood for before these existed.
[[nodiscard]] Options withoutChanges(Options options);
/// The same without transactions: graphs whose effects can be told apart, one instance, and nothing
/// that a network delivers after its sender gave up (docs/guarantees.md, "At least once").
[[nodiscard]] Options loosened(Options options);
/// One line, complete: the seed and every option.
[[nodiscard]] std::string describe(const Options& options);

}  // namespace lockstep::sim
