#pragma once

#include <cstdint>
#include <string>

#include <lockstep/base/clock.hpp>
#include <lockstep/base/mutex.hpp>
#include <lockstep/rdd/streaming_listener.hpp>

#include "src/cli/receiver_lines.hpp"

namespace lockstep::cli {

/// What `run` tells a person about its progress: on a terminal one refreshed line, in a log a
/// summary per minute; where there are receivers, what they have received and whether one is down.
/// Thread: any.
class StatusLine final : public StreamingListener {
 public:
  explicit StatusLine(std::string application);

  void onBatchCompleted(const BatchInfo& batch) override;
  void onReceiverStarted(const ReceiverInfo& receiver) override { onReceiver(receiver); }
  /// Receivers that are down may be all there is: without batches their errors keep the summary
  /// coming.
  void onReceiverError(const ReceiverInfo& receiver) override { onReceiver(receiver); }
  void onReceiverStopped(const ReceiverInfo& receiver) override { onReceiver(receiver); }
  /// Ends the refreshed line and logs the last summary.
  void finish();

 private:
  struct Totals {
    std::uint64_t batches = 0;
    std::uint64_t records_in = 0;
    std::uint64_t records_out = 0;
    std::uint64_t dead_letters = 0;
    std::uint64_t late = 0;
  };
  void onReceiver(const ReceiverInfo& receiver);
  void summarizeWhenDue() REQUIRES_LOCK(mutex_);
  void refresh(const BatchInfo& batch) REQUIRES_LOCK(mutex_);
  void summarize() REQUIRES_LOCK(mutex_);

  const std::string application_;
  const bool terminal_;
  Mutex mutex_;
  Totals since_ GUARDED_BY(mutex_);  ///< since the last line or summary
  ReceiverLines receivers_ GUARDED_BY(mutex_);
  Instant shown_ GUARDED_BY(mutex_);
};

}  // namespace lockstep::cli
