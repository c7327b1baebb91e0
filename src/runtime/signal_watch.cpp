#include "src/runtime/signal_watch.hpp"

#include <signal.h>
#include <unistd.h>

#include <optional>

#include <lockstep/base/clock.hpp>
#include <lockstep/base/exit_code.hpp>
#include <lockstep/base/log.hpp>

namespace lockstep {
namespace {

sigset_t stopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

[[noreturn]] void endNow(std::string_view why) {
  log::error("{}: ending at once; what was not committed is undone at the next start", why);
  _exit(static_cast<int>(ExitCode::kRestart));
}

}  // namespace

SignalWatch::SignalWatch(std::chrono::nanoseconds timeout) : timeout_(timeout) {
  const auto signals = stopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

void SignalWatch::start(std::function<void()> stop) {
  thread_ = std::jthread(
      [this, stop = std::move(stop)](const std::stop_token& stopping) { watch(stopping, stop); });
}

SignalWatch::~SignalWatch() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void SignalWatch::watch(const std::stop_token& stopping, const std::function<void()>& stop) const {
  constexpr timespec kPoll{0, 100'000'000};
  const auto signals = stopSignals();
  std::optional<Deadline> deadline;
  while (!stopping.stop_requested()) {
    const bool signalled = sigtimedwait(&signals, nullptr, &kPoll) > 0;
    if (signalled && deadline) endNow("second signal");
    if (signalled) {
      log::info("stopping: the running batch is finished and committed first");
      deadline = Deadline::in(systemClock(), timeout_);
      stop();
    }
    if (deadline && deadline->passed(systemClock())) endNow("shutdown_timeout has passed");
  }
}

}  // namespace lockstep
