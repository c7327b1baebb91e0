#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace lockstep {

/// The catch-up bound: how many offsets a batch may span so that it fits the batch interval. It is
/// the span that recent batches processed in one interval, at most doubled from batch to batch;
/// 10,000 offsets per partition at first, never below 2,000 per partition.
class SpanBudget {
 public:
  explicit SpanBudget(std::chrono::nanoseconds interval) : interval_(interval) {}

  /// The bound of the next batch, over all `partitions`.
  [[nodiscard]] std::int64_t offsets(std::size_t partitions) const;

  /// A batch was computed; `processing` is the time that has to fit. A batch that was neither
  /// bounded nor slow proves only that its span fits: it never lowers the bound.
  void learn(std::int64_t span, std::chrono::nanoseconds processing, bool bounded,
             std::size_t partitions);

 private:
  struct Sample {
    std::int64_t span = 0;
    std::chrono::nanoseconds processing{0};
  };
  static constexpr std::int64_t kFirstPerPartition = 10'000;
  static constexpr std::int64_t kLeastPerPartition = 2'000;

  std::chrono::nanoseconds interval_;
  std::array<Sample, 4> recent_{};
  std::size_t next_ = 0;
  std::int64_t bound_ = 0;  ///< 0 = nothing learned
};

}  // namespace lockstep
