#pragma once

#include <atomic>

namespace lockstep::fetch {

/// Ends the fetch loop's wait for its sockets. Thread: any.
class LoopWaker {
 public:
  LoopWaker();
  ~LoopWaker();
  LoopWaker(const LoopWaker&) = delete;
  LoopWaker& operator=(const LoopWaker&) = delete;

  /// Cheap when the loop has been woken already and has not looked yet.
  void wake();
  /// Readable while the loop is to wake.
  [[nodiscard]] int fd() const { return fd_; }
  /// The loop has woken. Only the loop calls it, before it looks at what has changed.
  void reset();

 private:
  const int fd_;
  std::atomic<bool> set_{false};
};

}  // namespace lockstep::fetch
