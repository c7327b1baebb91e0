#include "connectors/fetch/loop_waker.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

#include <lockstep/base/check.hpp>

namespace lockstep::fetch {

LoopWaker::LoopWaker() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  LOCKSTEP_CHECK(fd_ >= 0, "no file descriptor left for an eventfd: raise ulimit -n");
}

LoopWaker::~LoopWaker() { ::close(fd_); }

void LoopWaker::wake() {
  if (set_.exchange(true)) return;
  const std::uint64_t one = 1;
  // Can fail only when the counter is full, and then the loop is awake.
  [[maybe_unused]] const auto written = ::write(fd_, &one, sizeof one);
}

void LoopWaker::reset() {
  std::uint64_t count = 0;
  // In this order: the other way round a wake() in between would be read away and never written
  // again. One between these lines is not written, but the loop looks afterwards.
  [[maybe_unused]] const auto got = ::read(fd_, &count, sizeof count);
  set_.store(false);
}

}  // namespace lockstep::fetch
