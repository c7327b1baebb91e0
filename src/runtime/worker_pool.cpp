#include "src/runtime/worker_pool.hpp"

#include <pthread.h>

#include <fmt/format.h>

#include <lockstep/base/check.hpp>

namespace lockstep {

WorkerPool::WorkerPool(std::uint32_t workers) : workers_(workers) {
  LOCKSTEP_CHECK(workers >= 1, "a pool needs a worker");
  for (std::uint32_t i = 0; i < workers; ++i) {
    threads_.emplace_back([this, i] { work(i); });
  }
}

WorkerPool::~WorkerPool() {
  {
    MutexLock lock(mutex_);
    LOCKSTEP_CHECK(busy_ == 0, "a pool is destroyed by the thread that runs its jobs");
    stopping_ = true;
  }
  changed_.notify_all();
}

void WorkerPool::run(std::span<const TaskJob> jobs) {
  MutexLock lock(mutex_);
  next_free_.store(0, std::memory_order_relaxed);
  jobs_ = jobs;
  busy_ = workers_;
  ++round_;
  changed_.notify_all();
  while (busy_ > 0) changed_.wait(lock);
  jobs_ = {};
}

void WorkerPool::work(std::uint32_t worker) {
  pthread_setname_np(pthread_self(), fmt::format("ls-worker-{}", worker).c_str());
  std::uint64_t seen = 0;
  for (std::span<const TaskJob> jobs; nextRound(seen, jobs);) {
    runMine(worker, jobs);
    MutexLock lock(mutex_);
    if (--busy_ == 0) changed_.notify_all();
  }
}

bool WorkerPool::nextRound(std::uint64_t& seen, std::span<const TaskJob>& jobs) {
  MutexLock lock(mutex_);
  while (round_ == seen && !stopping_) changed_.wait(lock);
  seen = round_;
  jobs = jobs_;
  return !stopping_;
}

/// Own jobs first: nobody else may take them.
void WorkerPool::runMine(std::uint32_t worker, std::span<const TaskJob> jobs) {
  for (const auto& job : jobs) {
    if (job.affinity && *job.affinity % workers_ == worker) job.body(worker);
  }
  for (;;) {
    const auto index = next_free_.fetch_add(1, std::memory_order_relaxed);
    if (index >= jobs.size()) return;
    if (!jobs[index].affinity) jobs[index].body(worker);
  }
}

}  // namespace lockstep
