#pragma once

#include <string_view>

#include <lockstep/base/clock.hpp>
#include <lockstep/base/log.hpp>

namespace lockstep {

/// Logs at level debug how long a step of a start took, when it goes out of scope.
class StepLog {
 public:
  StepLog(const Clock& clock, std::string_view what)
      : clock_(clock), what_(what), begun_(clock.now()) {}
  ~StepLog() {
    using Milliseconds = std::chrono::duration<double, std::milli>;
    log::debug("{} in {:.1f} ms", what_, Milliseconds(clock_.now() - begun_).count());
  }
  StepLog(const StepLog&) = delete;
  StepLog& operator=(const StepLog&) = delete;

 private:
  const Clock& clock_;
  const std::string_view what_;
  const Instant begun_;
};

}  // namespace lockstep
