#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <lockstep/base/clock.hpp>

#include "src/engine/range_planner.hpp"

namespace lockstep {

/// How fast an application may read, in offsets per second. Spark's names and defaults:
/// spark.streaming.kafka.maxRatePerPartition, spark.streaming.backpressure.*.
struct RateOptions {
  /// The weights of Spark's PIDRateEstimator.
  struct Pid {
    double proportional = 1.0;  ///< of the difference to the rate that the last batch reached
    double integral = 0.2;      ///< of what piled up while batches waited
    double derived = 0.0;       ///< of the change of that difference
    double min_rate = 100;      ///< over all partitions
  };
  std::optional<double> max_per_partition;
  std::optional<Pid> backpressure;
  std::optional<double>
      initial;  ///< over all partitions, until backpressure has its first estimate
};

/// Bounds batches to what may be read in one interval, and with backpressure learns how much that
/// is: a PID controller compares the rate of the last batch with the one that was asked for.
/// Source: PIDRateEstimator, Spark 1.5 and later. Sans-IO; times are the engine's.
class RateControl {
 public:
  RateControl(const RateOptions& options, std::chrono::milliseconds interval);

  /// Whether there is any limit: then what a batch leaves waits for the next tick.
  [[nodiscard]] bool limits() const { return options_.max_per_partition || rate(); }
  /// Tightens `limits` to one interval's worth.
  void apply(SpanLimits& limits, std::size_t partitions) const;

  /// A batch was committed at `end`, `processing` after it began, which was `delay` after its tick.
  /// Batches without input tell nothing.
  void learn(Instant end, std::int64_t offsets, std::chrono::nanoseconds processing,
             std::chrono::nanoseconds delay);
  /// Offsets per second over all partitions; nothing without backpressure, and before it has seen
  /// two batches nothing but `initial`.
  [[nodiscard]] std::optional<double> rate() const;

 private:
  const RateOptions options_;
  const double interval_;  ///< seconds
  std::optional<Instant> latest_;
  bool estimated_ = false;  ///< rate_ is an estimate, not only what the first batch reached
  double rate_ = 0;
  double error_ = 0;
};

}  // namespace lockstep
