#pragma once

#include <cstdint>
#include <string>

#include <lockstep/base/clock.hpp>
#include <lockstep/base/mutex.hpp>
#include <lockstep/rdd/batch_services.hpp>

namespace lockstep::cli {

/// What `run` tells a person about its progress: on a terminal one refreshed line, in a log a
/// summary per minute.
/// Thread: any.
class StatusLine {
 public:
  explicit StatusLine(std::string application);

  void onBatch(const BatchPlan& plan, const BatchCounters& counters);
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
  void refresh(const BatchPlan& plan) REQUIRES_LOCK(mutex_);
  void summarize() REQUIRES_LOCK(mutex_);

  const std::string application_;
  const bool terminal_;
  Mutex mutex_;
  Totals since_ GUARDED_BY(mutex_);  ///< since the last line or summary
  Instant shown_ GUARDED_BY(mutex_);
};

}  // namespace lockstep::cli
