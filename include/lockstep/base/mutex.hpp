#pragma once

#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define LOCKSTEP_ANNOTATE(x) __attribute__((x))
#else
#define LOCKSTEP_ANNOTATE(x)
#endif

/// Clang's thread safety analysis; see https://clang.llvm.org/docs/ThreadSafetyAnalysis.html
#define GUARDED_BY(mutex) LOCKSTEP_ANNOTATE(guarded_by(mutex))
#define REQUIRES_LOCK(mutex) LOCKSTEP_ANNOTATE(requires_capability(mutex))

namespace lockstep {

/// std::mutex that clang's thread safety analysis understands.
class LOCKSTEP_ANNOTATE(capability("mutex")) Mutex {
 public:
  void lock() LOCKSTEP_ANNOTATE(acquire_capability()) { mutex_.lock(); }
  void unlock() LOCKSTEP_ANNOTATE(release_capability()) { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

/// Holds a Mutex for a scope. BasicLockable, so that a std::condition_variable_any can wait on it.
class LOCKSTEP_ANNOTATE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) LOCKSTEP_ANNOTATE(acquire_capability(mutex)) : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() LOCKSTEP_ANNOTATE(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  void lock() LOCKSTEP_ANNOTATE(acquire_capability()) { mutex_.lock(); }
  void unlock() LOCKSTEP_ANNOTATE(release_capability()) { mutex_.unlock(); }

 private:
  Mutex& mutex_;
};

}  // namespace lockstep
