#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>

#include <lockstep/model/ids.hpp>

namespace lockstep {

/// How often a producer may be lost. Fenced although the last claim is ours means our own time-out
/// or our own late request: recovered with a new claim, at most three times in five minutes.
/// Fenced before our first claim: another instance starts as well; again after a pause that depends
/// on the nonce, three times.
class FencingBudget {
 public:
  explicit FencingBudget(Nonce nonce) : nonce_(nonce) {}

  /// The producer was lost, the last claim is ours. False: the budget is spent (exit 75).
  [[nodiscard]] bool takeRecovery(Instant now);

  /// Fenced before the first claim. How long to wait before the next start; nothing: give up
  /// (exit 73). Between 0.2 and 2.2 s; two processes have different nonces and so different pauses.
  [[nodiscard]] std::optional<std::chrono::milliseconds> takeStart();

 private:
  static constexpr std::size_t kRecoveriesMax = 3;
  static constexpr std::chrono::minutes kRecoveryWindow{5};
  static constexpr int kStartsMax = 3;

  Nonce nonce_;
  std::deque<Instant> recoveries_;
  int starts_ = 0;
};

/// Watches, without fencing, whether the winner of an earlier contest still commits: batches,
/// claims and keep-alives all change what is committed at the ledger's partition.
class OwnerWatch {
 public:
  enum class Verdict { kWatching, kSilent, kAlive };

  /// `metadata`: what stands at the ledger's partition now ("" = nothing).
  [[nodiscard]] Verdict see(Instant now, const std::string& metadata);
  /// When to look again; a moment in the past before the first look.
  [[nodiscard]] Instant lookAgainAt() const {
    return last_look_ ? *last_look_ + kBetweenLooks : Instant::min();
  }

  static constexpr std::chrono::seconds kBetweenLooks{5};
  static constexpr std::chrono::seconds kSilence{60};

 private:
  std::optional<Instant> since_;
  std::optional<Instant> last_look_;
  std::string metadata_;
};

}  // namespace lockstep
