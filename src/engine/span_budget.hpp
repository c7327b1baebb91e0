#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace lockstep {

/// The catch-up bound: how many offsets a batch may span so that it fits the batch interval and its
/// output the memory for it. It is the span that recent batches processed in one interval, or that
/// filled the memory, whichever is smaller; at most doubled from batch to batch; 10,000 offsets per
/// partition at first, never below 2,000 per partition.
class SpanBudget {
 public:
  /// What one batch took.
  struct Sample {
    std::int64_t span = 0;                   ///< offsets
    std::chrono::nanoseconds processing{0};  ///< that has to fit the interval
    std::uint64_t output_bytes = 0;          ///< in memory
  };

  SpanBudget(std::chrono::nanoseconds interval, std::uint64_t output_bytes_max)
      : interval_(interval), output_bytes_max_(output_bytes_max) {}

  /// The bound of the next batch, over all `partitions`.
  [[nodiscard]] std::int64_t offsets(std::size_t partitions) const;

  /// A batch was computed. One that was neither bounded nor slow nor large proves only that its
  /// span fits: it never lowers the bound.
  void learn(const Sample& batch, bool bounded, std::size_t partitions);

 private:
  static constexpr std::int64_t kFirstPerPartition = 10'000;
  static constexpr std::int64_t kLeastPerPartition = 2'000;

  std::chrono::nanoseconds interval_;
  std::uint64_t output_bytes_max_;
  std::array<Sample, 4> recent_{};
  std::size_t next_ = 0;
  std::int64_t bound_ = 0;  ///< 0 = nothing learned
};

}  // namespace lockstep
