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

/// What is known about one batch; Spark's BatchInfo. Times are the wall clock's.
struct BatchInfo {
  BatchId id;
  BatchTime time;                   ///< its tick
  std::vector<OffsetRange> ranges;  ///< what it reads, one per owned partition
  WallTime processing_start;
  /// The rest is known once the batch is committed.
  std::optional<WallTime> processing_end;
  std::uint64_t records_in = 0;
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

/// How a receiver fares; Spark's ReceiverInfo. Folders of files count as receivers.
struct ReceiverInfo {
  std::string stream;  ///< the id
  std::string name;    ///< what it is: "socket", "files", or its own name
  bool active = false;
  std::string last_error;  ///< "" = none yet
  /// Since the start of the process.
  std::uint64_t records = 0;  ///< that were stored
  std::uint64_t blocks = 0;
  std::uint64_t errors = 0;
  std::uint64_t restarts = 0;
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
