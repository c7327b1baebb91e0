#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

#include <lockstep/model/ids.hpp>

#include "connectors/memory/broker_error.hpp"
#include "connectors/memory/record_block.hpp"

namespace lockstep::memory {

/// What identifies a producer to a log. id < 0: no idempotence.
struct ProducerSession {
  std::int64_t id = -1;
  std::int16_t epoch = -1;

  bool operator==(const ProducerSession&) const = default;
};

/// Limits of a topic that its logs check.
struct LogLimits {
  std::int64_t max_message_bytes = 1'048'588;
  std::chrono::milliseconds timestamp_before_max = std::chrono::milliseconds::max();
  std::chrono::milliseconds timestamp_after_max = std::chrono::milliseconds::max();
};

/// One entry of a log: a batch of records, or a control marker (block is null).
struct LogEntry {
  enum class Kind : std::uint8_t { kData, kCommitMarker, kAbortMarker };
  std::int64_t base = 0;  ///< offset of the first record, as appended
  std::int64_t last = 0;  ///< offset of the last one, as appended: cleaning does not change it
  ProducerSession producer;
  Kind kind = Kind::kData;
  bool transactional = false;
  bool aborted = false;  ///< of an aborted transaction; known once the marker is written
  SharedBlock block;
};

/// What a reader gets: whole entries, and where it stands after them.
struct LogSlice {
  struct Piece {
    std::int64_t base = 0;
    SharedBlock block;
  };
  std::vector<Piece> pieces;  ///< visible data only; the first may begin before the asked offset
  std::int64_t next = 0;      ///< where to read on: behind markers, aborted data, holes
  bool at_end = false;        ///< `next` is the end that this reader can see now
};

/// The log of one partition as its leader keeps it: offsets, sequences, transactions, markers.
///
/// Follows Kafka's UnifiedLog and ProducerStateManager at message level. One replica stands for
/// all: what is appended is replicated, so the high watermark is the log's end.
/// Thread: the broker's.
class PartitionLog {
 public:
  struct Append {
    ProducerSession producer;
    std::int32_t first_sequence = -1;
    bool transactional = false;
    SharedBlock block;
  };
  struct Appended {
    BrokerError error = BrokerError::kNone;
    std::int64_t base = -1;
    bool duplicate = false;
  };

  /// Appends one batch. A batch among the producer's last five is not appended again; its offsets
  /// are returned. A gap in the sequence is OUT_OF_ORDER_SEQUENCE_NUMBER, an older epoch
  /// INVALID_PRODUCER_EPOCH.
  Appended append(const Append& batch, const LogLimits& limits, WallTime now);

  /// Ends the producer's transaction in this log. A marker takes an offset, even when the
  /// transaction has no data here. Older epochs are ignored.
  void appendMarker(ProducerSession producer, bool commit);

  /// Reads whole entries from `offset` until `bytes_max` is passed; at least one.
  /// REQUIRES: start() <= offset <= end().
  [[nodiscard]] LogSlice read(std::int64_t offset, std::size_t bytes_max, bool committed) const;

  [[nodiscard]] std::int64_t start() const { return start_; }
  [[nodiscard]] std::int64_t end() const { return end_; }
  /// First offset of an open transaction, or the end.
  [[nodiscard]] std::int64_t lastStable() const;
  /// Whether that producer has an open transaction with data here.
  [[nodiscard]] bool hasOpen(std::int64_t producer_id) const;

  /// Moves the log start; entries wholly below it go. A value above the end stands for the end.
  void deleteBefore(std::int64_t offset);
  /// Deletes whole entries whose newest record is older than `oldest`, as retention does: never
  /// past the last stable offset.
  void deleteOlderThan(WallTime oldest);
  /// Runs the cleaner below the last stable offset: keeps the last committed value of each key,
  /// drops aborted data, and with `drop_tombstones` null values and markers too. What it drops
  /// leaves holes; the last entry always stays.
  void compact(bool drop_tombstones);

  [[nodiscard]] const std::deque<LogEntry>& entries() const { return entries_; }

 private:
  struct Sequence {
    std::int32_t first = -1;
    std::int32_t last = -1;
    std::int64_t base = -1;
  };
  struct Producer {
    static constexpr std::size_t kRemembered =
        5;  // Kafka's ProducerStateEntry.NUM_BATCHES_TO_RETAIN
    std::int16_t epoch = -1;
    std::array<Sequence, kRemembered> recent;  ///< a ring; the newest is at newest_
    std::size_t newest = 0;
    std::int64_t open_since = -1;  ///< first offset of its open transaction; -1 = none
  };

  [[nodiscard]] static BrokerError checkLimits(const RecordBlock& block, const LogLimits& limits,
                                               WallTime now);
  [[nodiscard]] static const Sequence* findDuplicate(const Producer& producer, std::int32_t first,
                                                     std::int32_t last);
  [[nodiscard]] static BrokerError checkSequence(const Producer& producer, const Append& batch);
  [[nodiscard]] std::deque<LogEntry>::const_iterator find(std::int64_t offset) const;

  std::deque<LogEntry> entries_;
  std::unordered_map<std::int64_t, Producer> producers_;
  std::vector<std::int64_t> open_;  ///< ids of producers with an open transaction; few
  std::int64_t start_ = 0;
  std::int64_t end_ = 0;
};

}  // namespace lockstep::memory
