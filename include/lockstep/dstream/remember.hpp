#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/base/mutex.hpp>
#include <lockstep/dstream/collect_owned.hpp>
#include <lockstep/dstream/sql.hpp>

namespace lockstep {

namespace detail {

/// The times that a slice is made of: multiples of the stream's slide, both ends rounded down and
/// taken in, later than 0.
struct SliceTimes {
  SliceTimes(BatchTime from, BatchTime to, std::chrono::milliseconds slide);
  /// E072 when the slice is too long, or begins before `oldest`; `newest`: of what was remembered.
  [[nodiscard]] Status check(BatchTime oldest, std::optional<BatchTime> newest) const;

  BatchTime first;
  std::int64_t count = 0;
};
/// E072: the stream of `step` is not remembered.
[[nodiscard]] Status sliceOfNothing(const std::string& step);

}  // namespace detail

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

  /// What DStream::slice() gives, at multiples of `slide`. E072 for times that are not remembered.
  [[nodiscard]] Result<Snapshot> slice(BatchTime from, BatchTime to,
                                       std::chrono::milliseconds slide) const {
    const detail::SliceTimes times(from, to, slide);
    if (times.count == 0) return Snapshot();
    MutexLock lock(mutex_);
    LOCKSTEP_TRY(times.check(oldest(), newest_));
    Snapshot slice;
    auto next =
        std::lower_bound(batches_.begin(), batches_.end(), times.first,
                         [](const auto& batch, BatchTime time) { return batch->time < time; });
    for (std::int64_t i = 0; i < times.count; ++i) {
      const BatchTime time = times.first + i * slide;
      const auto end =
          std::find_if(next, batches_.end(), [&](const auto& batch) { return batch->time > time; });
      slice.push_back(ofTime(time, {next, end}));
      next = end;
    }
    return slice;
  }

  [[nodiscard]] std::chrono::milliseconds duration() const { return duration_; }

  /// For the stream: a batch was committed; `first_ever`: there was none before it in the whole
  /// life of the application.
  void add(std::shared_ptr<const RememberedBatch<T>> batch, bool first_ever) {
    MutexLock lock(mutex_);
    if (!newest_) known_from_ = first_ever ? BatchTime() : batch->time;
    newest_ = batch->time;
    if (!batch->elements.empty()) batches_.push_back(std::move(batch));
    while (!batches_.empty() && batches_.front()->time < oldest()) batches_.pop_front();
  }

 private:
  using Batches = std::deque<std::shared_ptr<const RememberedBatch<T>>>;
  struct Some {
    typename Batches::const_iterator begin, end;
  };

  /// A tick may have several batches under load, and none without input.
  static std::shared_ptr<const RememberedBatch<T>> ofTime(BatchTime time, const Some& batches) {
    if (std::distance(batches.begin, batches.end) == 1) return *batches.begin;
    RememberedBatch<T> all{time, {}};
    for (auto batch = batches.begin; batch != batches.end; ++batch)
      all.elements.insert(all.elements.end(), (*batch)->elements.begin(), (*batch)->elements.end());
    return std::make_shared<const RememberedBatch<T>>(std::move(all));
  }
  /// The first time that nothing is missing of. REQUIRES: newest_.
  [[nodiscard]] BatchTime oldest() const REQUIRES_LOCK(mutex_) {
    if (!newest_) return {};
    return std::max(known_from_, *newest_ - duration_ + std::chrono::milliseconds(1));
  }

  const std::chrono::milliseconds duration_;
  mutable Mutex mutex_;
  Batches batches_ GUARDED_BY(mutex_);  ///< the oldest first; those without elements left out
  std::optional<BatchTime> newest_ GUARDED_BY(mutex_);
  BatchTime known_from_ GUARDED_BY(mutex_);  ///< what was earlier, an earlier process may have had
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
    const bool first_ever = plan.id == BatchId{1};
    effects.push_back(
        {SideEffect::When::kAfterCommit, step_, "", [batches = batches_, batch, first_ever] {
           batches->add(batch, first_ever);
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
/// restart it is empty. Called again for the same stream it keeps a second copy; slice() looks into
/// the longest.
template <class T>
[[nodiscard]] std::shared_ptr<RememberedBatches<T>> remember(const DStream<T>& stream,
                                                             std::chrono::milliseconds duration,
                                                             const std::string& step = {}) {
  auto batches = std::make_shared<RememberedBatches<T>>(duration);
  DStreamGraph& graph = *stream.graph();
  const std::string name = graph.stepName("remember", step);
  graph.addOutput({name, "remember", "", stream.rdd().step()}, false);
  graph.lineage().template addTerminal<detail::RememberOutput<T>>(stream.rdd(), name, batches);
  graph.addRemembered(stream.rdd(), {batches, duration});
  return batches;
}

template <class T>
std::vector<std::shared_ptr<const RememberedBatch<T>>> DStream<T>::slice(BatchTime from,
                                                                         BatchTime to) const {
  const DStreamGraph::Remembered* kept = graph_->remembered(*rdd_);
  if (kept == nullptr) throw Error(detail::sliceOfNothing(rdd_->step()));
  const auto slide = rdd_->slide().count() != 0 ? rdd_->slide() : graph_->batchInterval();
  auto slice =
      std::static_pointer_cast<RememberedBatches<T>>(kept->batches)->slice(from, to, slide);
  if (!slice.ok()) throw Error(slice.status());
  return std::move(slice).value();
}

}  // namespace lockstep
