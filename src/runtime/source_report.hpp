#pragma once

#include <functional>
#include <string>

#include <lockstep/base/clock.hpp>
#include <lockstep/base/log.hpp>
#include <lockstep/base/mutex.hpp>

#include "src/runtime/listener_bus.hpp"
#include "src/runtime/receiver_text.hpp"

namespace lockstep {

/// What one source has done, counted block by block, and told to the listeners and the log.
/// Thread: any.
class SourceReport {
 public:
  struct Options {
    std::string id;
    std::string kind;
    StreamingListeners listeners;
    /// Records that were taken in and that no storing() was told of; none: there never are any.
    std::function<std::uint64_t()> gathered = {};
  };
  enum class Stop {
    kEnd,   ///< the application ends, or everything was read
    kDown,  ///< by itself, or to be started again
  };

  SourceReport(Options options, const Clock& clock)
      : gathered_(std::move(options.gathered)), clock_(clock), bus_(std::move(options.listeners)) {
    info_.stream = std::move(options.id);
    info_.name = std::move(options.kind);
  }

  void started() {
    bus_.tell(&StreamingListener::onReceiverStarted, changed([this](auto& info) {
      info.active = true;
      info.since = clock_.wallNow();
    }));
  }
  /// `why` "" says nothing in the log.
  void stopped(const std::string& why, Stop how) {
    const auto info = changed([&](auto& present) {
      present.active = false;
      present.ended = how == Stop::kEnd;
      present.since = clock_.wallNow();
    });
    if (!why.empty()) log::info("{} '{}' stopped: {}", info.name, info.stream, why);
    bus_.tell(&StreamingListener::onReceiverStopped, info);
  }
  void failed(const std::string& why) {
    const auto info = changed([&](auto& present) {
      ++present.errors;
      present.last_error = why;
      present.last_error_time = clock_.wallNow();
    });
    log::warn("{} '{}': {}", info.name, info.stream, why);
    bus_.tell(&StreamingListener::onReceiverError, info);
  }
  void restarting() {
    changed([](auto& info) { ++info.restarts; });
  }
  /// A block of so many records is about to be written.
  void storing(std::uint64_t records) {
    changed([&](auto& info) {
      info.blocks_waiting = 1;
      info.records_waiting = records;
    });
  }
  /// It is written. `bytes` of keys and values.
  void stored(std::uint64_t records, std::uint64_t bytes) {
    changed([&](auto& info) {
      ++info.blocks;
      info.records += records;
      info.bytes += bytes;
      info.blocks_waiting = info.records_waiting = 0;
    });
  }
  /// Says again that it is down, for those who were not there when it stopped.
  void remind() {
    const auto present = info();
    log::warn("{} '{}' is {}", present.name, present.stream, stateText(present));
  }
  [[nodiscard]] ReceiverInfo info() {
    return changed([](auto&) {});
  }

 private:
  template <class Change>
  ReceiverInfo changed(const Change& change) {
    ReceiverInfo info;
    {
      MutexLock lock(mutex_);
      change(info_);
      info = info_;
    }
    // Not under the lock: it may have one of its own.
    const std::uint64_t gathered = gathered_ ? gathered_() : 0;
    info.records_waiting += gathered;
    if (gathered > 0) ++info.blocks_waiting;
    return info;
  }

  const std::function<std::uint64_t()> gathered_;
  const Clock& clock_;
  const ListenerBus bus_;
  Mutex mutex_;
  ReceiverInfo info_ GUARDED_BY(mutex_);
};

}  // namespace lockstep
