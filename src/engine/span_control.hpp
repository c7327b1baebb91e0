#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <lockstep/model/batch_plan.hpp>

#include "src/engine/range_planner.hpp"

namespace lockstep {

/// Makes batches smaller that cannot be carried out, and larger again after each commit: first half
/// the span, down to one offset per partition, then half the partitions, down to one.
class SpanControl {
 public:
  /// What a refusal of the broker leads to.
  enum class Answer {
    kAgain,    ///< the same ranges once more
    kSmaller,  ///< plan again: the limits were halved
    kStop,     ///< nothing is left to halve
  };

  /// The broker refused the batch for good, naming `cause`. The third time in a row with the same
  /// cause halves the limits.
  [[nodiscard]] Answer refused(const BatchPlan& plan, const std::string& cause);

  /// The batch outgrew its memory, or half of the transaction's time: halves at once. False: there
  /// is no input left to halve.
  [[nodiscard]] bool halve(const BatchPlan& plan);
  /// The same where the next batch of that size would fare no better, as with memory: from commit
  /// to commit the limits then grow by an eighth, until they bound nothing.
  [[nodiscard]] bool halveForLong(const BatchPlan& plan);

  /// Doubles the limits again, until they bound nothing.
  void committed();

  /// Tightens `limits` by what is halved now.
  void apply(SpanLimits& limits) const;
  [[nodiscard]] bool halved() const { return span_ || partitions_; }

 private:
  static constexpr int kRefusalsMax = 3;
  /// A limit that has grown to this bounds nothing any more.
  static constexpr std::int64_t kUnbounded = std::int64_t{1} << 40;

  std::optional<std::int64_t> span_;  ///< offsets of one range
  std::optional<std::size_t> partitions_;
  bool slow_ = false;  ///< limits grow by an eighth
  std::string cause_;
  int refusals_ = 0;
};

}  // namespace lockstep
