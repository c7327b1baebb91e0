#pragma once

#include <functional>
#include <string>
#include <thread>

#include <lockstep/base/bounded_queue.hpp>

namespace lockstep {

/// A named thread that carries out jobs one after another: the thread of one role.
/// Ends once, in one of two ways: stop() lets the running job end and drops what is still queued,
/// finish() carries all of it out. Both are idempotent.
/// Thread: submit(), stop() and finish() from any.
class SerialExecutor {
 public:
  using Job = std::function<void()>;

  /// `name`: at most 15 characters, as `top -H` shows it.
  explicit SerialExecutor(std::string name);
  ~SerialExecutor() { stop(); }

  /// Queues a job. After stop() or finish() it is dropped. The engine has at most a handful under
  /// way.
  void submit(Job job);
  void stop();
  void finish();

 private:
  static constexpr std::size_t kQueueMax = 256;

  void work(const std::stop_token& stopping, const std::string& name);

  BoundedQueue<Job> queue_{kQueueMax, kQueueMax};
  std::jthread thread_;
};

}  // namespace lockstep
