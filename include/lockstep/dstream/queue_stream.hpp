#pragma once

#include <deque>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/base/mutex.hpp>
#include <lockstep/dstream/allotment.hpp>
#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/source_operator.hpp>

namespace lockstep {

/// Collections that a queueStream() takes one by one, also while it runs. Not part of the
/// exactly-once guarantee: for tests. Thread: any.
template <class T>
class RddQueue {
 public:
  using Collection = std::vector<T>;

  void push(Collection collection) {
    MutexLock lock(mutex_);
    waiting_.push_back(std::move(collection));
  }
  [[nodiscard]] std::size_t size() const {
    MutexLock lock(mutex_);
    return waiting_.size();
  }
  /// The next collection, or all of them as one; null when none waits.
  [[nodiscard]] std::shared_ptr<const Collection> take(bool one_at_a_time) {
    MutexLock lock(mutex_);
    if (waiting_.empty()) return nullptr;
    auto taken = std::make_shared<Collection>(std::move(waiting_.front()));
    waiting_.pop_front();
    for (; !one_at_a_time && !waiting_.empty(); waiting_.pop_front())
      taken->insert(taken->end(), std::make_move_iterator(waiting_.front().begin()),
                    std::make_move_iterator(waiting_.front().end()));
    return taken;
  }

 private:
  mutable Mutex mutex_;
  std::deque<Collection> waiting_ GUARDED_BY(mutex_);
};

struct QueueOptions {
  bool one_at_a_time = true;  ///< a tick takes one collection; else all that wait
  std::string step = {};      ///< name in messages
};

namespace detail {

template <class T>
class QueueInput final : public Rdd<T>, public Stage {
 public:
  using Collection = typename RddQueue<T>::Collection;

  QueueInput(std::string step, std::shared_ptr<RddQueue<T>> queue, bool one_at_a_time,
             Collection otherwise)
      : Rdd<T>(std::move(step), "queueStream"),
        queue_(std::move(queue)),
        one_at_a_time_(one_at_a_time),
        otherwise_(std::make_shared<const Collection>(std::move(otherwise))) {
    this->beginsIn(*this);
  }

  std::uint32_t tasks(const BatchPlan&) const override { return 1; }
  void connect(Task& task, ChunkSink<T>& consumer) override {
    task.instance<SourceOperator<T>>(this).first.consumers().add(consumer);
  }
  Status run(Task& task) override {
    const auto content = allotment_.of(task.plan(), [this] {
      auto next = queue_->take(one_at_a_time_);
      return next != nullptr ? next : otherwise_;
    });
    if (content == nullptr) return {};
    auto& out = task.instance<SourceOperator<T>>(this).first;
    for (const T& element : *content) LOCKSTEP_TRY(out.add(DescribeNothing{}, element));
    task.countInput(this->step(), content->size());
    return out.flush(DescribeNothing{});
  }
  void confirmed(BatchId batch) override { allotment_.confirmed(batch); }

 private:
  const std::shared_ptr<RddQueue<T>> queue_;
  const bool one_at_a_time_;
  const std::shared_ptr<const Collection> otherwise_;
  Allotment<Collection> allotment_;
};

}  // namespace detail

/// A stream whose batches are the collections of `queue`, in order; for tests. Each tick takes the
/// next one, or `otherwise` when none waits. T owns its bytes.
template <class T>
[[nodiscard]] DStream<T> queueInput(const std::shared_ptr<DStreamGraph>& graph,
                                    std::shared_ptr<RddQueue<T>> queue,
                                    const QueueOptions& options = {},
                                    typename RddQueue<T>::Collection otherwise = {}) {
  auto& input = graph->lineage().template add<detail::QueueInput<T>>(
      graph->stepName("queueStream", options.step), std::move(queue), options.one_at_a_time,
      std::move(otherwise));
  graph->lineage().addStage(input, {});
  graph->requireIdleBatches();
  graph->requireLiveInput(input.step());
  return {graph, input};
}

}  // namespace lockstep
