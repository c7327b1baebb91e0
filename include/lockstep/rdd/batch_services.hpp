#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <lockstep/base/clock.hpp>
#include <lockstep/base/result.hpp>
#include <lockstep/model/batch_plan.hpp>
#include <lockstep/model/cluster.hpp>
#include <lockstep/model/ledger_record.hpp>
#include <lockstep/model/output_hash.hpp>
#include <lockstep/model/record_error.hpp>
#include <lockstep/ports/input.hpp>
#include <lockstep/ports/state_backend.hpp>
#include <lockstep/rdd/record_batch_pool.hpp>
#include <lockstep/rdd/task_runner.hpp>

namespace lockstep {

/// What happens to a record that cannot be processed.
enum class OnError : std::uint8_t {
  kStop,        ///< the application stops with E301, exit 65; nothing of the batch is committed
  kDeadLetter,  ///< the record goes to the dead-letter topic in the same transaction
  kDrop,        ///< the record is counted and left out; for late ones only
};

struct ErrorPolicy {
  OnError decode = OnError::kStop;
  OnError eval = OnError::kStop;
  OnError produce = OnError::kStop;
  OnError late = OnError::kDrop;
  std::string dead_letter_topic;  ///< REQUIRED when one of them is kDeadLetter

  [[nodiscard]] OnError of(RecordErrorKind kind) const {
    if (kind == RecordErrorKind::kDecode) return decode;
    if (kind == RecordErrorKind::kLate) return late;
    return kind == RecordErrorKind::kProduce ? produce : eval;
  }
};

/// Everything a batch needs from outside. Pointers are not owned and outlive the batch; all are
/// required except `state` in a graph without state.
struct BatchServices {
  std::string application;  ///< names the changelog topics
  Input* input = nullptr;
  StateBackend* state = nullptr;
  TaskRunner* runner = nullptr;
  RecordBatchPool* pool = nullptr;
  const Clock* clock = nullptr;
  /// Set by anybody, at any time: the batch ends soon with kAbort.
  const std::atomic<bool>* cancelled = nullptr;
  /// Undecided bytes of state (StateMemory) beyond which a batch gives up (kAbort) instead of
  /// growing on; 0 = no bound.
  std::uint64_t state_undecided_max = 0;
  ErrorPolicy errors;
  /// Output topics and the dead-letter topic as the cluster described them at start: partition
  /// counts and limits. A limit of 0 bytes means unknown and is not checked.
  std::map<std::string, TopicDescription, std::less<>> topics;
  /// Bound of what a batch has in its shuffles, over all tasks: beyond it the batch ends with
  /// kAbort, to be planned again with half the span.
  std::uint64_t shuffle_bytes_max = std::uint64_t{256} << 20;
  /// Reading a range gives up (kRetry) when nothing arrived for this long.
  std::chrono::nanoseconds read_timeout = std::chrono::seconds(30);
};

enum class OutputRole : std::uint8_t {
  kOutput,
  kDeadLetter,
  kChangelog,
  kFile,  ///< the values are the content of the file that `partition.topic` is the path of
};

/// Records for one partition, from one task, in order.
struct BatchOutput {
  OutputRole role = OutputRole::kOutput;
  TopicPartition partition;
  PooledBatch records;
  std::uint32_t order = 0;  ///< number of the output or operator in the graph
  OutputHash hash;          ///< of the records; not of changelogs
};

/// Something a batch does outside Kafka.
struct SideEffect {
  enum class When : std::uint8_t {
    kBeforeCommit,  ///< foreachRDD: repeated with the same content when the batch is run again
    kAfterCommit,   ///< print: shown only for batches that happened
  };
  When when = When::kAfterCommit;
  std::string step;
  std::string text;  ///< of a print, for callers that show it themselves instead of run()
  /// Throws nothing; a failure before the commit fails the batch. Thread: any, one at a time.
  std::function<Status()> run;
};

struct BatchCounters {
  std::uint64_t records_in = 0;
  /// The same by input, where there were any: by the name of its step.
  std::map<std::string, std::uint64_t> inputs;
  std::uint64_t records_out = 0;  ///< to outputs and files; without dead letters and changelogs
  std::uint64_t bytes_out = 0;    ///< of everything in `outputs`
  std::uint64_t changelog_records = 0;
  /// By (step, kind).
  std::map<std::pair<std::string, RecordErrorKind>, std::uint64_t> dead_letters;
  /// Late records left out, by step.
  std::map<std::string, std::uint64_t> dropped;
};

/// What one run of a batch computed. Nothing of it has left the process.
///
/// On failure nothing else is filled in, and the caller takes the state back: StateBackend::
/// rollback() for every declared operator and shard, on the shard's worker (Job::rollback does).
///   kRetry  reading timed out
///   kAbort  cancelled, state or shuffles outgrown, or reading has to start again
///   kFatal  the application stops with code, exit code and help of the status
struct BatchResult {
  Status status;
  /// To be sent in this order. The same for the same plan and state, however many workers ran:
  /// outputs in order of definition, then dead letters, changelogs, files; within each by
  /// partition, then by task.
  std::vector<BatchOutput> outputs;
  std::vector<SideEffect> side_effects;  ///< in order of definition
  std::vector<OutputCount> counts;       ///< per partition, without changelogs, sorted
  std::uint64_t outputs_hash = 0;        ///< of what `counts` counts; 0 = no output
  std::vector<FileVersion> files;        ///< what tables of files held, in order of definition
  BatchCounters counters;
};

}  // namespace lockstep
