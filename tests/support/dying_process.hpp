#pragma once

#include <array>
#include <csignal>
#include <functional>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/catch.hpp"

namespace lockstep::test {

/// How a process ended that was expected to die.
struct Death {
  int signal = 0;       ///< 0: it ended by itself
  std::string printed;  ///< to stderr
};

/// Calls `body` in a process of its own, a copy of this one. REQUIRES: no other thread runs.
inline Death runUntilDeath(const std::function<void()>& body) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const auto child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    for (const int signal : {SIGABRT, SIGSEGV, SIGTERM}) std::signal(signal, SIG_DFL);
    ::dup2(ends[1], STDERR_FILENO);
    try {
      body();
    } catch (...) {
      ::_exit(1);
    }
    ::_exit(0);
  }
  ::close(ends[1]);
  Death death;
  std::array<char, 4096> buffer{};
  for (;;) {
    const auto got = ::read(ends[0], buffer.data(), buffer.size());
    if (got <= 0) break;
    death.printed.append(buffer.data(), static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  if (WIFSIGNALED(status)) death.signal = WTERMSIG(status);
  return death;
}

}  // namespace lockstep::test
