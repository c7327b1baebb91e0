#pragma once

#include <chrono>
#include <utility>

#include <lockstep/base/clock.hpp>
#include <lockstep/base/status.hpp>

namespace lockstep {

/// Calls `call(timeout)` until it gives something else than kRetry, or the deadline has passed;
/// then the last answer stands. Works for Status and Result<T>. Sleeps a little between tries.
template <class Call>
auto retryUntil(Deadline deadline, Clock& clock, Call&& call) {
  constexpr std::chrono::milliseconds kPause{10};
  const auto statusOf = [](const auto& answer) -> const Status& {
    if constexpr (requires { answer.status(); }) {
      return answer.status();
    } else {
      return answer;
    }
  };
  for (;;) {
    auto answer = call(std::max(deadline.left(clock), std::chrono::milliseconds(1)));
    const Status& status = statusOf(answer);
    if (status.ok() || status.reaction() != Reaction::kRetry || deadline.passed(clock))
      return answer;
    clock.sleep(kPause);
  }
}

}  // namespace lockstep
