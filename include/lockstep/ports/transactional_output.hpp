#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include <lockstep/base/clock.hpp>
#include <lockstep/base/result.hpp>
#include <lockstep/model/offset_range.hpp>
#include <lockstep/model/record.hpp>

namespace lockstep {

/// Turns "records produced" and "offsets consumed" by one batch into a single fact.
///
/// Life      init() once, then { begin -> append* -> commit | abort } per batch, then destroy.
/// Thread    All calls come from the committer thread; implementations hold no lock.
/// Invariant At most one open transaction; committed offsets change in commit() and nowhere else.
/// Errors    Act on Status::reaction(), never on the code or the text:
///             kRetry  nothing is known to have failed; repeat the same call with the same
///             arguments
///                     until commit_timeout, then the outcome is unknown and the resolver decides
///             kAbort  this transaction is lost; abort(), undo, run the same ranges again
///             kFatal  this producer is dead; the resolver decides what happened to the batch.
///                     Only a later claim by another instance stops the process
///           After kFatal every later call returns that same error.
class TransactionalOutput {
 public:
  /// Destroying waits for nothing and aborts nothing: the next init() of the same id does.
  virtual ~TransactionalOutput() = default;

  /// Fences older instances that use our transactional id and settles what they left open.
  /// Waits at most `timeout`. Returns kRetry when the broker has not answered by then.
  /// REQUIRES: no committed offset has been read yet; a zombie could still move it.
  virtual Status init(std::chrono::milliseconds timeout) = 0;

  /// REQUIRES: init() succeeded and no transaction is open.
  virtual Status begin() = 0;

  /// Appends encoded records of one partition, in order. Returns before they are durable: only
  /// commit() proves delivery. Keeps no EncodedRecord, but refers to the bytes of keys, values and
  /// headers until commit() or abort() has returned ok, or this output is destroyed. Waits while
  /// the send queue is full (bound: output.queue_bytes_max), at most until `deadline`, then kRetry.
  /// `appended` grows by the number of records taken, also on errors: call again with the rest.
  virtual Status append(const TopicPartition& target, std::span<const EncodedRecord> records,
                        Deadline deadline, std::size_t& appended) = 0;

  /// Commits the sent records and `consumed` together. This is the batch's only commit point.
  /// `metadata` (at most 4096 bytes, printable ASCII) carries the batch id by which the outcome is
  /// decided later. After kRetry the outcome is unknown; calling again with the same arguments is
  /// the only legal call. Waits at most `timeout`. REQUIRES: `consumed` is not empty, every `next`
  /// is >= 0 (the client skips others silently).
  virtual Status commit(std::span<const PartitionOffset> consumed, std::string_view metadata,
                        std::chrono::milliseconds timeout) = 0;

  /// Discards the open transaction; does nothing when none is open. Makes the producer dirty.
  virtual Status abort(std::chrono::milliseconds timeout) = 0;

  /// True once a request of a transaction may still be under way (a lost or late answer, an abort,
  /// a slow commit; docs/guarantees.md, "Doubt"): destroy this producer, init() a new one.
  [[nodiscard]] virtual bool dirty() const = 0;
};

/// Makes producers with the application's transactional id. Destroy one before the next begins.
class TransactionalOutputFactory {
 public:
  virtual ~TransactionalOutputFactory() = default;
  [[nodiscard]] virtual Result<std::unique_ptr<TransactionalOutput>> createOutput() = 0;
};

}  // namespace lockstep
