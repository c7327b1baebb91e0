#include "src/engine/fencing.hpp"

namespace lockstep {

bool FencingBudget::takeRecovery(Instant now) {
  while (!recoveries_.empty() && now - recoveries_.front() > kRecoveryWindow) {
    recoveries_.pop_front();
  }
  if (recoveries_.size() >= kRecoveriesMax) return false;
  recoveries_.push_back(now);
  return true;
}

std::optional<std::chrono::milliseconds> FencingBudget::takeStart() {
  if (starts_ >= kStartsMax) return std::nullopt;
  // Another 16 bits of the nonce for each start: random, but no randomness in here.
  const auto bits = (nonce_.value() >> (16 * starts_)) & 0xffffU;
  ++starts_;
  constexpr std::uint64_t kSpread = 2'000;
  return std::chrono::milliseconds(200 + static_cast<std::int64_t>(bits * kSpread >> 16));
}

OwnerWatch::Verdict OwnerWatch::see(Instant now, const std::string& metadata) {
  last_look_ = now;
  if (!since_) {
    since_ = now;
    metadata_ = metadata;
    return Verdict::kWatching;
  }
  if (metadata != metadata_) return Verdict::kAlive;
  return now - *since_ >= kSilence ? Verdict::kSilent : Verdict::kWatching;
}

}  // namespace lockstep
