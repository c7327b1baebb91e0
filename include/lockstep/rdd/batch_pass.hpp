#pragma once

#include <chrono>

#include <lockstep/model/batch_plan.hpp>

namespace lockstep {

/// One run of the graph for a batch. Most batches make one: their records, and the end of their
/// tick. A batch that first closes boundaries of windows makes a pass for each of them before, in
/// order of time: the windows pass on what they hold, and what hangs on them computes it with the
/// boundary as its batch time, as if the boundary's tick had had a batch of its own.
struct BatchPass {
  /// The batch's plan; for a boundary: at its time, without input. Steps without a slide see the
  /// batch's whole plan, the others one without `closes_first`: their passes are over then.
  BatchPlan plan;
  /// The pass with the batch's records, always there.
  bool last = true;

  /// Whether a step that runs at multiples of `slide` has elements in this pass; zero: a step that
  /// hangs on no window.
  [[nodiscard]] bool passesOn(std::chrono::milliseconds slide) const {
    if (slide.count() == 0) return last;
    return plan.closes_own_tick && plan.time.time_since_epoch() % slide == slide.zero();
  }
};

}  // namespace lockstep
