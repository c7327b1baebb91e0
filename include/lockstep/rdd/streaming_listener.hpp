#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <lockstep/base/clock.hpp>
#include <lockstep/model/ids.hpp>
#include <lockstep/model/offset_range.hpp>

namespace lockstep {

/// What a batch has read of one input; Spark's StreamInputInfo.
struct StreamInputInfo {
  std::string stream;  ///< the input's name in messages: of a receiver or folder its id
  std::uint64_t records = 0;
};

/// How a receiver fares; Spark's ReceiverInfo. Readers of folders count as receivers.
struct ReceiverInfo {
  std::string stream;   ///< the id
  std::string name;     ///< what it is: "socket", "files", or its own name
  bool active = false;  ///< between its start and its stop
  /// It is not active because it is not to be: the application ends, or everything was read.
  bool ended = false;
  std::optional<WallTime> since;  ///< when it became active, or stopped; none: not started yet
  std::string last_error;         ///< "" = none yet
  std::optional<WallTime> last_error_time;
  /// Counts since the start of the process. Stored is what is safe and was acknowledged: with
  /// Safety::kLog it is committed in the receiver's topic.
  std::uint64_t records = 0;  ///< that were stored
  std::uint64_t bytes = 0;    ///< of their keys and values
  std::uint64_t blocks = 0;   ///< that were stored
  /// What was taken in and is not stored yet. For long: Kafka does not take it, or what
  /// Safety::kIgnore keeps in memory is not processed.
  std::uint64_t records_waiting = 0;
  std::uint64_t blocks_waiting = 0;
  /// That committed batches have read, also of what an earlier process has stored.
  std::uint64_t processed = 0;
  std::uint64_t errors = 0;
  std::uint64_t restarts = 0;

  /// It should receive and does not.
  [[nodiscard]] bool down() const { return !active && !ended; }
};

/// What is known about one batch; Spark's BatchInfo. Times are the wall clock's.
struct BatchInfo {
  BatchId id;
  BatchTime time;                   ///< its tick
  std::vector<OffsetRange> ranges;  ///< what it reads, one per owned partition
  WallTime processing_start;
  std::vector<ReceiverInfo> receivers;  ///< as they fare now, in order of definition
  /// The rest is known once the batch is committed.
  std::optional<WallTime> processing_end;
  std::uint64_t records_in = 0;
  /// Which inputs they came from: those that had any, by name. Streams that read the same topics
  /// read them once, under the name of the first.
  std::vector<StreamInputInfo> inputs;
  std::uint64_t records_out = 0;  ///< to outputs in Kafka, without dead letters
  std::uint64_t dead_letters = 0;
  std::uint64_t late = 0;  ///< records left out as late (`errors.late: drop`)

  /// How long after its tick it began.
  [[nodiscard]] std::chrono::milliseconds schedulingDelay() const {
    return std::max(between(WallTime(time.time_since_epoch()), processing_start),
                    std::chrono::milliseconds(0));
  }
  /// From its beginning to its commit.
  [[nodiscard]] std::optional<std::chrono::milliseconds> processingDelay() const {
    if (!processing_end) return std::nullopt;
    return between(processing_start, *processing_end);
  }
  [[nodiscard]] std::optional<std::chrono::milliseconds> totalDelay() const {
    if (!processing_end) return std::nullopt;
    return schedulingDelay() + *processingDelay();
  }

 private:
  static std::chrono::milliseconds between(WallTime from, WallTime to) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(to - from);
  }
};

/// One output outside Kafka at work on one batch: foreachRDD, print.
struct OutputOperationInfo {
  BatchId batch;
  BatchTime time;
  std::string step;
  WallTime start;
  std::optional<WallTime> end;  ///< once it is completed
  std::string failure;          ///< "" when all went well
};

/// Is told how the batches fare; Spark's StreamingListener. Override what is of interest. A batch
/// that was rolled back begins again under the same id, and one without any effect is completed
/// without a transaction.
/// Thread: the one that computes batches, which waits meanwhile: be quick. What is thrown is
/// logged.
class StreamingListener {
 public:
  virtual ~StreamingListener() = default;
  /// Comes right before onBatchStarted(): no batch waits in a queue.
  virtual void onBatchSubmitted(const BatchInfo&) {}
  virtual void onBatchStarted(const BatchInfo&) {}
  /// Outputs, state and offsets are committed.
  virtual void onBatchCompleted(const BatchInfo&) {}
  virtual void onOutputOperationStarted(const OutputOperationInfo&) {}
  virtual void onOutputOperationCompleted(const OutputOperationInfo&) {}
  /// The three below come on threads of the receivers, several at once.
  virtual void onReceiverStarted(const ReceiverInfo&) {}
  virtual void onReceiverError(const ReceiverInfo&) {}
  virtual void onReceiverStopped(const ReceiverInfo&) {}
};

}  // namespace lockstep
