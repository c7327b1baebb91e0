#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <lockstep/base/clock.hpp>
#include <lockstep/base/result.hpp>
#include <lockstep/model/batch_plan.hpp>
#include <lockstep/model/cluster.hpp>
#include <lockstep/model/commit_metadata.hpp>
#include <lockstep/model/ledger_record.hpp>
#include <lockstep/model/ownership.hpp>
#include <lockstep/ports/state_backend.hpp>

/// Everything that can happen to the engine: a closed set. Each event answers a command of
/// commands.hpp, or comes from outside (time, signals). An event carries facts, never decisions.
namespace lockstep::event {

/// The wake-up asked for by Engine::wakeAt(), or any other moment: time has passed.
struct TimePassed {};

/// These input partitions and shards are ours. From the runtime, once, at the start: before it the
/// engine touches nothing. A second grant stops with E223, as a part of an operator's shards does.
struct OwnershipGranted {
  Ownership owned;
};

/// These are not ours any more. Not in this version: stops with E223, nothing more is sent.
struct OwnershipRevoked {
  Ownership lost;
};

/// Answer to InitProducer: older selves are fenced, what they left open is settled.
/// kRetry: not yet, again. kFatal with a code: stop with it; without: fenced meanwhile.
struct ProducerReady {
  Status status;
};

/// A topic that matches a pattern of EngineOptions, or did when the ledger was written.
struct MatchedTopic {
  std::string topic;
  std::string pattern;  ///< its text
};

/// Answer to ReadCluster: everything recovery decides by, read after fencing. Offsets of partitions
/// that do not exist are left out.
struct ClusterRead {
  Status status;
  std::vector<TopicDescription> topics;      ///< inputs, outputs, internal ones; missing ones too
  std::vector<MatchedTopic> matched;         ///< those in `topics` by a pattern, sorted
  std::vector<CommittedOffset> committed;    ///< input partitions and the ledger's
  std::vector<PartitionOffset> log_starts;   ///< inputs and changelogs
  std::vector<PartitionOffset> last_stable;  ///< inputs
  std::vector<PartitionOffset> high_watermarks;  ///< ledger, changelogs, outputs
  bool has_ledger_record = false;
  LedgerRecord ledger;            ///< the last one below the ledger's high watermark, by offset
  std::uint64_t ledger_hash = 0;  ///< ledgerHash() of its encoded value
  bool has_local_state = false;   ///< the state folder holds something
};

/// Answer to CreateTopics.
struct TopicsCreated {
  Status status;
};

/// Answer to CommitTransaction: how it ended, as far as the client knows.
struct TransactionEnded {
  /// ok: committed. kAbort: aborted, for certain. kRetry: the deadline passed without an answer.
  /// kFatal: the producer is dead (with exit code 77 or 78: the application stops with it).
  /// After kRetry and kFatal only recovery's reading tells.
  Status status;
  /// The producer has to be destroyed before the next transaction.
  bool dirty = false;
  /// With kAbort: what the broker refused for good, in words that are the same for every refusal
  /// with the same cause ("MSG_SIZE_TOO_LARGE out/3"); the message tells key and numbers. Empty
  /// when nothing was refused: time-outs, lost connections, moved leaders.
  std::string refused;
  /// With kAbort: given up because it was open for longer than `open_max`.
  bool open_too_long = false;
  /// ledgerHash() of the ledger record that was sent; 0 without one.
  std::uint64_t ledger_hash = 0;
};

/// Answer to ReadDecisionEnds: high watermarks of changelogs, outputs and ledger.
struct DecisionEndsRead {
  Status status;
  std::vector<PartitionOffset> ends;
  /// What stood at the ledger's partition after the ends were read; with state or under
  /// at_least_once only. A claim of another instance shows there before anything that it appends to
  /// a changelog.
  std::optional<CommittedOffset> ledger;
};

/// Answer to IdentifyInputs.
struct InputsIdentified {
  struct Input {
    std::string topic;
    std::optional<std::string> id;  ///< no value: no such topic; "": it cannot be known
  };
  Status status;
  std::vector<Input> inputs;
};

/// Answer to ReadInputEnds: last stable offsets of the inputs.
struct InputEndsRead {
  Status status;
  std::vector<PartitionOffset> ends;
  /// When described: the input topics as they are now, and the log starts of their partitions.
  std::vector<TopicDescription> topics;
  std::vector<MatchedTopic> matched;  ///< those of `topics` that match a pattern, sorted
  std::vector<PartitionOffset> log_starts;
  /// When asked for: partitions whose log goes on behind its end, in transactions that are open;
  /// sorted.
  std::vector<TopicPartition> pending = {};
};

/// Answer to AssignInputs.
struct InputsAssigned {
  Status status;
};

/// Answer to RestoreState.
struct StateRestored {
  Status status;
  std::uint64_t tail = 0;  ///< bytes of changelogs that were replayed
};

/// Answer to RunBatch: computed and sealed; nothing was sent.
struct BatchComputed {
  BatchId batch;
  /// kRetry: run the same again. kAbort: outgrew its memory, plan half the span. kFatal: stop.
  /// The engine rolls the batch back after every error.
  Status status;
  /// Output, state change or side effect: otherwise nothing needs a commit but input offsets.
  bool has_effects = false;
  std::vector<OutputCount> outputs;
  std::uint64_t outputs_hash = 0;
  std::vector<FileVersion> files = {};  ///< what tables of files held
  std::chrono::nanoseconds processing{0};
  std::uint64_t output_bytes = 0;     ///< memory that its output takes until it is decided
  std::uint64_t changelog_bytes = 0;  ///< of it, for changelogs
  /// What state has to stay in memory, this batch included, whatever `status` says.
  StateMemory state;
};

/// Answer to RollBackBatch: its tasks are joined, its keys are what they were.
struct BatchRolledBack {
  BatchId batch;
};

/// Answer to WriteCheckpoint.
struct CheckpointWritten {
  Status status;
};

/// A receiver or file reader cannot go on: the application stops with its error.
struct SourceFailed {
  Status status;
};

/// SIGTERM or SIGINT (or stop() of the library): finish and commit what runs, then end. With `cut`
/// (stop(false) of the library): take back every batch that has not begun to commit, then end.
struct StopRequested {
  bool cut = false;
};

/// With EngineOptions::ticks_until: ticks up to this one may come due. Later than the last one.
struct TickReleased {
  BatchTime tick;
};

}  // namespace lockstep::event

namespace lockstep {

/// An event and the moment it happened: the engine has no clock of its own.
struct Event {
  using Body =
      std::variant<event::TimePassed, event::OwnershipGranted, event::OwnershipRevoked,
                   event::ProducerReady, event::ClusterRead, event::TopicsCreated,
                   event::TransactionEnded, event::DecisionEndsRead, event::InputsIdentified,
                   event::InputEndsRead, event::InputsAssigned, event::StateRestored,
                   event::BatchComputed, event::BatchRolledBack, event::CheckpointWritten,
                   event::SourceFailed, event::StopRequested, event::TickReleased>;
  Instant now;
  WallTime wall;
  Body body;
};

}  // namespace lockstep
