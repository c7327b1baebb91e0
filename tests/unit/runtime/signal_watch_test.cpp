// SignalWatch: the first signal asks, the second one or the deadline ends the process. Each case
// runs in a process of its own: a signal goes to any thread that does not block it, and threads
// that others have left behind do not.
#include "src/runtime/signal_watch.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/catch.hpp"
#include "tests/unit/runtime/world.hpp"

using namespace lockstep;
using namespace std::chrono_literals;

namespace {

/// Runs one hidden case of this binary; its exit code, or -1 when a signal killed it.
int exitOf(const char* hidden_case) {
  const auto child = ::fork();
  if (child == 0) {
    ::alarm(60);
    ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
    ::execl("/proc/self/exe", "runtime_test", hidden_case, nullptr);
    ::_exit(127);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

constexpr int kRestart = static_cast<int>(ExitCode::kRestart);

}  // namespace

TEST_CASE("the first signal asks for a stop, and the process lives on",
          "[unit][runtime][signal_watch]") {
  CHECK(exitOf("child: SIGTERM asks") == 0);
  CHECK(exitOf("child: SIGINT asks") == 0);
}

TEST_CASE("a watch that saw nothing ends with its owner", "[unit][runtime][signal_watch]") {
  CHECK(exitOf("child: no signal") == 0);
}

TEST_CASE("a second signal ends the process at once", "[unit][runtime][signal_watch]") {
  CHECK(exitOf("child: two signals") == kRestart);
}

TEST_CASE("a stop that takes too long ends the process", "[unit][runtime][signal_watch]") {
  CHECK(exitOf("child: the deadline passes") == kRestart);
}

TEST_CASE("child: SIGTERM asks", "[.]") {
  test::Signal asked;
  SignalWatch watch(60s);
  watch.start([&] { asked.raise(); });
  ::kill(::getpid(), SIGTERM);
  asked.await();
}

TEST_CASE("child: SIGINT asks", "[.]") {
  test::Signal asked;
  SignalWatch watch(60s);
  watch.start([&] { asked.raise(); });
  ::kill(::getpid(), SIGINT);
  asked.await();
}

TEST_CASE("child: no signal", "[.]") {
  bool asked = false;
  {
    SignalWatch watch(60s);
    watch.start([&] { asked = true; });
  }
  CHECK_FALSE(asked);
}

TEST_CASE("child: two signals", "[.]") {
  test::Signal asked;
  SignalWatch watch(60s);
  watch.start([&] { asked.raise(); });
  ::kill(::getpid(), SIGTERM);
  asked.await();
  ::kill(::getpid(), SIGINT);
  for (;;) ::pause();
}

TEST_CASE("child: the deadline passes", "[.]") {
  SignalWatch watch(0s);
  watch.start([] {});
  ::kill(::getpid(), SIGTERM);
  for (;;) ::pause();
}
