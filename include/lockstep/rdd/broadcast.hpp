#pragma once

#include <memory>
#include <utility>

#include <lockstep/base/mutex.hpp>

namespace lockstep {

/// Something that changes between batches only.
class BatchVariable {
 public:
  virtual ~BatchVariable() = default;
  /// A run of a batch begins, its first or another one. Thread: the caller of the job; no task
  /// runs.
  virtual void beginBatch() = 0;
};

/// A value that all functions of the graph may read, and any thread may replace; Spark's Broadcast.
/// Made by StreamingContext::broadcast(). A cheap handle: copies mean the same value, so a lambda
/// captures it by copy.
///
/// A batch reads one value from its first task to its last foreachRDD, whatever is given meanwhile.
/// It is memory of the process, not state: a batch that is run again, in this process or the next,
/// may read a newer value than its first run did. Of that first run nothing was committed, so what
/// is committed comes from one value; but what foreachRDD does outside may have happened with both.
template <class T>
class Broadcast {
 public:
  explicit Broadcast(T value)
      : cell_(std::make_shared<Cell>(std::make_shared<const T>(std::move(value)))) {}

  /// The batch's value; stays until the batch has been computed. Costs two loads. Thread: that of a
  /// function of the graph; before start() that which builds it.
  [[nodiscard]] const T& value() const { return *cell_->current; }

  /// Gives a new value, which the next batch to begin reads, and those after it; of several the
  /// last. The old one is freed then. Thread: any.
  void update(T value) const { cell_->give(std::make_shared<const T>(std::move(value))); }

  /// For the context.
  [[nodiscard]] std::shared_ptr<BatchVariable> variable() const { return cell_; }

 private:
  struct Cell final : BatchVariable {
    explicit Cell(std::shared_ptr<const T> first) : kept(std::move(first)), current(kept.get()) {}

    void give(std::shared_ptr<const T> value) {
      MutexLock lock(mutex);
      next.swap(value);
    }
    void beginBatch() override {
      std::shared_ptr<const T> value;
      {
        MutexLock lock(mutex);
        value.swap(next);
      }
      if (value == nullptr) return;
      kept = std::move(value);
      current = kept.get();
    }

    std::shared_ptr<const T> kept;  ///< this and `current`: the caller of the job's
    const T* current;
    Mutex mutex;
    std::shared_ptr<const T> next GUARDED_BY(mutex);
  };

  std::shared_ptr<Cell> cell_;
};

}  // namespace lockstep
