#pragma once

#include <chrono>
#include <cstdint>

#include <lockstep/base/clock.hpp>

namespace lockstep {

/// When an idle application has to commit its offsets again: they would expire, and other instances
/// would take it for dead.
class KeepAlive {
 public:
  static constexpr std::chrono::seconds kIdleMax{20};

  /// A batch, claim or plan was committed.
  void committed(Instant now) {
    last_ = now;
    beat_ = 0;
  }
  /// A keep-alive was sent; whether it was committed makes no difference.
  void sent(Instant now) {
    last_ = now;
    ++beat_;
  }

  [[nodiscard]] bool due(Instant now) const { return now >= dueAt(); }
  [[nodiscard]] Instant dueAt() const { return last_ + kIdleMax; }
  /// The number of the next keep-alive since the last commit.
  [[nodiscard]] std::uint64_t nextBeat() const { return beat_ + 1; }

 private:
  Instant last_{};
  std::uint64_t beat_ = 0;
};

}  // namespace lockstep
