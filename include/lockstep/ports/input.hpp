#pragma once

#include <memory>
#include <span>
#include <vector>

#include <lockstep/base/clock.hpp>
#include <lockstep/base/result.hpp>
#include <lockstep/model/offset_range.hpp>
#include <lockstep/model/record.hpp>

namespace lockstep {

/// Some consecutive records of one partition and the memory they point to, released by the
/// destructor. Batch-shaped: one call hands out a buffer with slices into it, never one call per
/// record.
class RecordChunk {
 public:
  virtual ~RecordChunk() = default;
  /// In offset order, no gaps promised: control records, aborted data and compaction leave holes.
  [[nodiscard]] virtual std::span<const RecordView> records() const = 0;
};

/// Outcome of one read. `complete` = the range is finished; a last chunk may come with it.
struct RangeRead {
  std::unique_ptr<RecordChunk> chunk;  ///< null when nothing arrived in time, or nothing is left
  bool complete = false;
};

/// The reader of one partition: delivers exactly the visible records of [position, until).
///
/// Life      seek() once, then read() until complete, range after range; seek() again to go back.
/// Thread    One at a time; the thread may change between ranges.
/// Invariant Delivers each committed record of a range once, in offset order, nothing at or past
///           `until`, and nothing of an aborted or open transaction. What arrives early is kept for
///           the next range.
class PartitionInput {
 public:
  virtual ~PartitionInput() = default;

  /// Sets the next offset to read. Cheap when it is the present position already.
  virtual Status seek(Offset next) = 0;

  /// Next offset to deliver: `until` after a complete range.
  [[nodiscard]] virtual Offset position() const = 0;

  /// Reads on, waiting at most until `deadline` for the first record; neither chunk nor completion
  /// = nothing arrived in time. A range is complete when a record at or past `until` was seen, or
  /// the position or an end-of-partition event reached it; records are never counted. Empty ranges
  /// are complete at once. Errors: kAbort (reading has to start again with seek()), kFatal (offset
  /// out of range, topic gone). REQUIRES: until <= the partition's last stable offset as some query
  /// reported it.
  virtual Result<RangeRead> read(Offset until, Deadline deadline) = 0;
};

/// All partitions that one application reads. Prefetches behind the scenes, within bounds.
/// Thread: assign() while nobody reads; each PartitionInput as it says.
class Input {
 public:
  virtual ~Input() = default;

  /// Starts reading each partition at its offset; replaces what was assigned before.
  virtual Status assign(std::span<const PartitionOffset> positions) = 0;

  /// REQUIRES: `partition` is assigned. The reference holds until the next assign().
  [[nodiscard]] virtual PartitionInput& partition(const TopicPartition& partition) = 0;
};

/// Makes inputs: one for the batches, and short-lived ones for replays of internal topics.
class InputFactory {
 public:
  virtual ~InputFactory() = default;
  [[nodiscard]] virtual Result<std::unique_ptr<Input>> createInput() = 0;
  /// A hint: an input will soon be assigned these partitions, or some of them, so connect behind
  /// the scenes. Delivers nothing, reports nothing. With no partitions: no more inputs for now,
  /// forget what was expected.
  virtual void expect(std::vector<TopicPartition> /*partitions*/) {}
};

}  // namespace lockstep
