#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace lockstep {

/// SIGTERM and SIGINT: the first asks for a graceful stop; a second one, or `timeout` after the
/// first, ends the process at once with exit code 75. Nothing is lost by that: what was not
/// committed is undone by the next start.
/// Blocks the two signals in the calling thread and in all that it starts: make it first.
class SignalWatch {
 public:
  explicit SignalWatch(std::chrono::nanoseconds timeout);
  /// Tells `stop` of the first signal. REQUIRES: called once; `stop` lives until destruction.
  void start(std::function<void()> stop);
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

 private:
  void watch(const std::stop_token& stopping, const std::function<void()>& stop) const;

  std::chrono::nanoseconds timeout_;
  std::jthread thread_;
};

}  // namespace lockstep
