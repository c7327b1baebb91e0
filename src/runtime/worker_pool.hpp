#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <span>
#include <thread>
#include <vector>

#include <lockstep/base/mutex.hpp>
#include <lockstep/rdd/task_runner.hpp>

namespace lockstep {

/// Runs the tasks of one stage on a fixed set of threads. A job with an affinity always runs on the
/// same thread; the others go to whoever is free.
/// Thread: run() from the compute thread, one call at a time.
class WorkerPool final : public TaskRunner {
 public:
  /// REQUIRES: workers >= 1.
  explicit WorkerPool(std::uint32_t workers);
  ~WorkerPool() override;

  [[nodiscard]] std::uint32_t workers() const override { return workers_; }
  void run(std::span<const TaskJob> jobs) override;

 private:
  void work(std::uint32_t worker);
  void runMine(std::uint32_t worker, std::span<const TaskJob> jobs);
  [[nodiscard]] bool nextRound(std::uint64_t& seen, std::span<const TaskJob>& jobs);

  const std::uint32_t workers_;
  Mutex mutex_;
  std::condition_variable_any changed_;
  std::span<const TaskJob> jobs_ GUARDED_BY(mutex_);
  std::uint64_t round_ GUARDED_BY(mutex_) = 0;
  std::uint32_t busy_ GUARDED_BY(mutex_) = 0;  ///< workers that have not finished this round
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::atomic<std::size_t> next_free_{0};  ///< jobs without affinity, taken in order
  std::vector<std::jthread> threads_;
};

}  // namespace lockstep
