#pragma once

#include <exception>
#include <memory>
#include <vector>

#include <lockstep/base/log.hpp>
#include <lockstep/rdd/streaming_listener.hpp>

namespace lockstep {

using StreamingListeners = std::vector<std::shared_ptr<StreamingListener>>;

/// Tells every listener, in the order in which they were added. A listener that throws is logged;
/// the others hear of it all the same.
class ListenerBus {
 public:
  explicit ListenerBus(StreamingListeners listeners) : listeners_(std::move(listeners)) {}

  [[nodiscard]] bool empty() const { return listeners_.empty(); }

  template <class Info>
  void tell(void (StreamingListener::*what)(const Info&), const Info& info) const {
    for (const auto& listener : listeners_) {
      try {
        ((*listener).*what)(info);
      } catch (const std::exception& error) {
        log::warn("a streaming listener failed: {}", error.what());
      }
    }
  }

 private:
  const StreamingListeners listeners_;
};

}  // namespace lockstep
