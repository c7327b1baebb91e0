#pragma once

#include <string>

#include <lockstep/base/log.hpp>
#include <lockstep/base/mutex.hpp>

#include "src/runtime/listener_bus.hpp"

namespace lockstep {

/// What one source has done, counted and told to the listeners and the log. Thread: any.
class SourceReport {
 public:
  SourceReport(std::string id, std::string kind, StreamingListeners listeners)
      : bus_(std::move(listeners)) {
    info_.stream = std::move(id);
    info_.name = std::move(kind);
  }

  void started() {
    bus_.tell(&StreamingListener::onReceiverStarted,
              changed([](auto& info) { info.active = true; }));
  }
  void stopped(const std::string& why) {
    const auto info = changed([](auto& present) { present.active = false; });
    if (!why.empty()) log::info("{} '{}' stopped: {}", info.name, info.stream, why);
    bus_.tell(&StreamingListener::onReceiverStopped, info);
  }
  void failed(const std::string& why) {
    const auto info = changed([&](auto& present) {
      ++present.errors;
      present.last_error = why;
    });
    log::warn("{} '{}': {}", info.name, info.stream, why);
    bus_.tell(&StreamingListener::onReceiverError, info);
  }
  void restarting() {
    changed([](auto& info) { ++info.restarts; });
  }
  void stored(std::uint64_t records) {
    changed([&](auto& info) {
      ++info.blocks;
      info.records += records;
    });
  }
  [[nodiscard]] ReceiverInfo info() {
    return changed([](auto&) {});
  }

 private:
  template <class Change>
  ReceiverInfo changed(const Change& change) {
    MutexLock lock(mutex_);
    change(info_);
    return info_;
  }

  const ListenerBus bus_;
  Mutex mutex_;
  ReceiverInfo info_ GUARDED_BY(mutex_);
};

}  // namespace lockstep
