#include "src/runtime/stop_marker.hpp"

#include <pthread.h>

#include <filesystem>

#include <lockstep/base/log.hpp>

namespace lockstep {

StopMarker::StopMarker(Options options, std::function<void()> stop)
    : options_(std::move(options)),
      stop_(std::move(stop)),
      thread_([this](const std::stop_token& stopping) { watch(stopping); }) {
  pthread_setname_np(thread_.native_handle(), "ls-stop-marker");
}

void StopMarker::watch(const std::stop_token& stopping) {
  MutexLock lock(mutex_);
  while (!stopping.stop_requested()) {
    if (consume()) {
      log::info("'{}' was found: the running batch is finished and committed first, then the end",
                options_.file);
      return stop_();
    }
    wake_.wait_for(lock, stopping, options_.poll, [] { return false; });
  }
}

bool StopMarker::consume() const {
  std::error_code error;
  if (!std::filesystem::exists(options_.file, error)) return false;
  std::filesystem::rename(options_.file, options_.file + ".done", error);
  if (error) {
    log::error("'{}' cannot be renamed to '{}.done' ({}): remove it, else the next start stops too",
               options_.file, options_.file, error.message());
  }
  return true;
}

}  // namespace lockstep
