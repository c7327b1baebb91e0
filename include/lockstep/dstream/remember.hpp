#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/base/mutex.hpp>
#include <lockstep/dstream/collect_owned.hpp>
#include <lockstep/dstream/sql.hpp>

namespace lockstep {

/// A committed batch of a stream.
template <class T>
struct RememberedBatch {
  BatchTime time;
  std::vector<Owned<T>> elements;
};

/// The last committed batches of a stream, for other threads than the application's: an HTTP
/// handler that answers questions about the last minutes.
/// Thread: any.
template <class T>
class RememberedBatches {
 public:
  using Snapshot = std::vector<std::shared_ptr<const RememberedBatch<T>>>;

  explicit RememberedBatches(std::chrono::milliseconds duration) : duration_(duration) {}

  /// The batches as they are now, the oldest first. It stays as it is, whatever is committed later.
  [[nodiscard]] Snapshot snapshot() const {
    MutexLock lock(mutex_);
    return {batches_.begin(), batches_.end()};
  }

  /// Runs the query over all elements of a snapshot; `to_row(time, element)` makes the rows of the
  /// query's table.
  template <class ToRow>
  [[nodiscard]] Result<std::vector<SqlRow>> query(SqlQuery& query, const ToRow& to_row) const {
    std::vector<SqlRow> rows;
    for (const auto& batch : snapshot())
      for (const auto& element : batch->elements) rows.push_back(to_row(batch->time, element));
    return query.run(rows);
  }

  /// For the stream: a batch was committed.
  void add(std::shared_ptr<const RememberedBatch<T>> batch) {
    MutexLock lock(mutex_);
    const BatchTime oldest = batch->time - duration_;
    if (!batch->elements.empty()) batches_.push_back(std::move(batch));
    while (!batches_.empty() && batches_.front()->time <= oldest) batches_.pop_front();
  }

 private:
  const std::chrono::milliseconds duration_;
  mutable Mutex mutex_;
  std::deque<std::shared_ptr<const RememberedBatch<T>>> batches_ GUARDED_BY(mutex_);
};

namespace detail {

template <class T>
class RememberOutput final : public Terminal {
 public:
  RememberOutput(Rdd<T>& parent, std::string step, std::shared_ptr<RememberedBatches<T>> batches)
      : parent_(parent), step_(std::move(step)), batches_(std::move(batches)) {}

  [[nodiscard]] const RddBase& parent() const override { return parent_; }
  void attach(Task& task) override { collector_.attach(task, this, parent_); }
  void reset() override { collector_.reset(); }
  void collect(const BatchPlan& plan, std::vector<SideEffect>& effects) override {
    auto batch = std::make_shared<const RememberedBatch<T>>(
        RememberedBatch<T>{plan.time, collector_.take(plan.ranges).collect()});
    effects.push_back({SideEffect::When::kAfterCommit, step_, "", [batches = batches_, batch] {
                         batches->add(batch);
                         return Status();
                       }});
  }

 private:
  Rdd<T>& parent_;
  const std::string step_;
  const std::shared_ptr<RememberedBatches<T>> batches_;
  OwnedCollector<T> collector_;
};

}  // namespace detail

/// Keeps the elements of the batches of the last `duration` of batch time, once they are committed.
/// All are in memory, counted with the batch that brings them only: remember what is small. After a
/// restart it is empty.
template <class T>
[[nodiscard]] std::shared_ptr<RememberedBatches<T>> remember(const DStream<T>& stream,
                                                             std::chrono::milliseconds duration,
                                                             const std::string& step = {}) {
  auto batches = std::make_shared<RememberedBatches<T>>(duration);
  DStreamGraph& graph = *stream.graph();
  const std::string name = graph.stepName("remember", step);
  graph.addOutput({name, "remember", "", stream.rdd().step()}, false);
  graph.lineage().template addTerminal<detail::RememberOutput<T>>(stream.rdd(), name, batches);
  return batches;
}

}  // namespace lockstep
