#pragma once

#include <map>
#include <memory>
#include <optional>

#include <lockstep/base/mutex.hpp>
#include <lockstep/model/batch_plan.hpp>

namespace lockstep {

/// What batches take from outside Kafka: a batch that runs again, after it was taken back, has the
/// same again. Kept until the batch is committed; gone with the process.
/// Thread: any.
template <class Content>
class Allotment {
 public:
  using Shared = std::shared_ptr<const Content>;

  /// The batch's content: what it had before, else what `take()` gives (a Shared, maybe null). Only
  /// the batch that closes its tick takes anything: contents belong to ticks.
  template <class Take>
  [[nodiscard]] Shared of(const BatchPlan& plan, const Take& take) {
    MutexLock lock(mutex_);
    if (const auto known = allotted_.find(plan.id); known != allotted_.end()) return known->second;
    if (!plan.closes_own_tick) return nullptr;
    Shared taken = take();
    if (taken != nullptr) allotted_[plan.id] = taken;
    return taken;
  }
  void confirmed(BatchId batch) {
    MutexLock lock(mutex_);
    allotted_.erase(batch);
  }

 private:
  Mutex mutex_;
  std::map<BatchId, Shared> allotted_ GUARDED_BY(mutex_);  ///< at most of two batches
};

}  // namespace lockstep
