#pragma once

#include <algorithm>
#include <deque>
#include <optional>

#include "src/engine/batch_lifecycle.hpp"
#include "src/engine/events.hpp"

namespace lockstep {

/// Up to here everything is closed once the batch is committed.
[[nodiscard]] inline BatchTime closesThrough(const BatchPlan& plan) {
  if (plan.closes_own_tick) return plan.time;
  return plan.closes_first.empty() ? plan.closed_before : plan.closes_first.back();
}

/// A batch on its way.
struct BatchSlot {
  BatchPlan plan;
  BatchLifeCycle life;
  bool plan_committed = false;  ///< its plan is in the ledger: it runs exactly so, or not at all
  bool bounded = false;         ///< a limit cut it
  bool must_commit = false;     ///< adopted partitions have to be written down
  bool recut = false;           ///< once rolled back, plan it with less input
  /// It stops the application, as soon as the batch below it is decided.
  std::optional<Status> failure;
  /// Whether its inputs were still the known topics after it had read them.
  enum class Identity { kUnknown, kAsked, kKnown };
  Identity identity = Identity::kUnknown;
  /// Ticks up to this are closed when the batch is committed.
  BatchTime closed_through{};
  Instant began{};              ///< when it was last told to compute
  event::BatchComputed result;  ///< once computed

  /// Whether a transaction has to follow: input was read, or there is something to write.
  [[nodiscard]] bool needsCommit() const {
    return result.has_effects || must_commit || plan_committed || reads();
  }
  [[nodiscard]] bool reads() const {
    return std::any_of(plan.ranges.begin(), plan.ranges.end(),
                       [](const OffsetRange& range) { return !range.empty(); });
  }

  /// Sets what the plan closes, on top of `before`.
  void closeOn(BatchTime before) {
    plan.closed_before = before;
    closed_through = closesThrough(plan);
  }
  void dontCloseOwnTick() {
    plan.closes_own_tick = false;
    closeOn(plan.closed_before);
  }
};

/// The batches between plan and decision: at most one undecided, and one on top of it that is
/// computing or waits. Order is batch order.
class BatchPipeline {
 public:
  static constexpr std::size_t kMax = 2;

  [[nodiscard]] bool empty() const { return slots_.empty(); }
  [[nodiscard]] std::size_t size() const { return slots_.size(); }
  [[nodiscard]] BatchSlot& head() { return slots_.front(); }
  [[nodiscard]] const BatchSlot& head() const { return slots_.front(); }
  [[nodiscard]] BatchSlot& newest() { return slots_.back(); }
  [[nodiscard]] const BatchSlot& newest() const { return slots_.back(); }

  /// Whether another batch may be planned on top: room, and everything below is sealed.
  [[nodiscard]] bool takesAnother(bool overlap) const {
    if (slots_.empty()) return true;
    if (!overlap || slots_.size() >= kMax) return false;
    const auto state = slots_.back().life.state();
    return state == BatchState::kComputed || state == BatchState::kCommitting ||
           state == BatchState::kUnclear;
  }
  /// Null when the batch is not on its way.
  [[nodiscard]] BatchSlot* find(BatchId batch) {
    for (auto& slot : slots_) {
      if (slot.plan.id == batch) return &slot;
    }
    return nullptr;
  }
  /// Whether a batch computes or rolls back: the inputs are being read.
  [[nodiscard]] bool reading() const {
    for (const auto& slot : slots_) {
      if (slot.life.is(BatchState::kComputing) || slot.life.is(BatchState::kRollingBack)) {
        return true;
      }
    }
    return false;
  }

  [[nodiscard]] auto begin() { return slots_.begin(); }
  [[nodiscard]] auto end() { return slots_.end(); }

  BatchSlot& push(BatchSlot slot) { return slots_.emplace_back(std::move(slot)); }
  void popHead() { slots_.pop_front(); }
  void popNewest() { slots_.pop_back(); }

 private:
  std::deque<BatchSlot> slots_;
};

}  // namespace lockstep
