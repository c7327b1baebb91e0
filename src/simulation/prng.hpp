#pragma once

#include <cstdint>

namespace lockstep::sim {

/// SplitMix64: the same numbers on every machine and with every standard library. Thread: one.
class Prng {
 public:
  explicit Prng(std::uint64_t seed) : state_(seed) {}
  /// A stream of its own for each purpose, so that switching one fault off leaves the others.
  Prng(std::uint64_t seed, std::uint64_t purpose) : state_(seed * 0x9e3779b97f4a7c15U + purpose) {
    next();
    next();
  }

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  /// In [0, n). REQUIRES: n > 0.
  std::int64_t below(std::int64_t n) {
    return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(n));
  }
  /// In [from, to].
  std::int64_t between(std::int64_t from, std::int64_t to) { return from + below(to - from + 1); }
  /// True `per_thousand` times of a thousand.
  bool chance(std::int64_t per_thousand) { return below(1000) < per_thousand; }

 private:
  std::uint64_t state_;
};

}  // namespace lockstep::sim
