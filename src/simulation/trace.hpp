#pragma once

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <lockstep/base/clock.hpp>

namespace lockstep::sim {

/// What happened, a line per event with its virtual time. Costs nothing while it is off.
class Trace {
 public:
  Trace(const Clock& clock, bool on) : clock_(clock), on_(on) {}
  template <class... Args>
  void add(fmt::format_string<Args...> text, Args&&... args) {
    if (!on_) return;
    const auto ms = std::chrono::duration_cast<std::chrono::microseconds>(
                        clock_.now().time_since_epoch() - std::chrono::seconds(1000))
                        .count();
    lines_.push_back(fmt::format("{:>12.3f} ms  ", static_cast<double>(ms) / 1000) +
                     fmt::format(text, std::forward<Args>(args)...));
  }
  [[nodiscard]] bool on() const { return on_; }
  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }

 private:
  const Clock& clock_;
  const bool on_;
  std::vector<std::string> lines_;
};

}  // namespace lockstep::sim
