#pragma once

#include <functional>
#include <string>
#include <thread>

#include <lockstep/base/bounded_queue.hpp>

namespace lockstep {

/// A named thread that carries out jobs one after another: the thread of one role.
/// Start and stop are idempotent; stop() lets the running job end and drops what is still queued.
/// Thread: submit() and stop() from any.
class SerialExecutor {
 public:
  using Job = std::function<void()>;

  /// `name`: at most 15 characters, as `top -H` shows it.
  explicit SerialExecutor(std::string name);
  ~SerialExecutor() { stop(); }

  /// Queues a job. After stop() it is dropped. The engine has at most a handful under way.
  void submit(Job job);
  void stop();

 private:
  static constexpr std::size_t kQueueMax = 256;

  void work(const std::stop_token& stopping, const std::string& name);

  BoundedQueue<Job> queue_{kQueueMax, kQueueMax};
  std::jthread thread_;
};

}  // namespace lockstep
