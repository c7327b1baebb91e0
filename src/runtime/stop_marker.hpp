#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <string>
#include <thread>

#include <lockstep/base/mutex.hpp>

namespace lockstep {

/// A file whose appearance stops the application gracefully, for whoever can write a file but not
/// send a signal. Looked for on a thread of its own, at once and then every `poll`; when it is
/// found it is renamed to "<file>.done", so that the next start does not stop again.
/// Life: watches from construction to destruction, which does not wait for the next look.
class StopMarker {
 public:
  struct Options {
    std::string file;
    std::chrono::milliseconds poll;
  };
  /// `stop` is called once at most, from the watching thread.
  StopMarker(Options options, std::function<void()> stop);
  ~StopMarker() = default;
  StopMarker(const StopMarker&) = delete;
  StopMarker& operator=(const StopMarker&) = delete;

 private:
  void watch(const std::stop_token& stopping);
  /// Whether the file was there.
  [[nodiscard]] bool consume() const;

  const Options options_;
  const std::function<void()> stop_;
  Mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace lockstep
