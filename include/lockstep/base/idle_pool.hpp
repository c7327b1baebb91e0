#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <lockstep/base/mutex.hpp>

namespace lockstep {

/// Objects that are used again, so that the memory they have grown to is kept: at most kIdleMax of
/// them idle, more go back to the allocator. They are idle cleared (T::clear()). Thread: any.
template <class T, std::size_t kIdleMax>
class IdlePool {
 public:
  /// One that was given back, or a new one.
  [[nodiscard]] std::unique_ptr<T> take() {
    MutexLock lock(mutex_);
    if (idle_.empty()) return std::make_unique<T>();
    auto object = std::move(idle_.back());
    idle_.pop_back();
    return object;
  }

  /// Clears it on the caller's thread. REQUIRES: not null.
  void giveBack(std::unique_ptr<T> object) {
    object->clear();
    MutexLock lock(mutex_);
    if (idle_.size() < kIdleMax) idle_.push_back(std::move(object));
  }

 private:
  Mutex mutex_;
  std::vector<std::unique_ptr<T>> idle_ GUARDED_BY(mutex_);
};

}  // namespace lockstep
