#include "tests/sim/shrink.hpp"

#include <algorithm>
#include <utility>

namespace lockstep::sim {
namespace {

constexpr int kTriesMax = 400;

class Shrinker {
 public:
  explicit Shrinker(const Options& options) : best_(options) {}

  Options run() {
    while (improved_ && tries_ < kTriesMax) {
      improved_ = false;
      dropFaults();
      shorten(best_.upsets, 0);
      shorten(best_.records, 1);
      shorten(best_.partitions, 1);
      shorten(best_.shards, 1);
      if (!hasFixedInputs(best_.graph)) shorten(best_.inputs, 1);
      if (best_.until_end) {
        auto plain = best_;
        plain.until_end = false;
        attempt(plain);
      }
      auto shorter = best_;
      shorter.length = std::max(shorter.length / 2, std::chrono::milliseconds(200));
      if (shorter.length != best_.length) attempt(shorter);
    }
    return best_;
  }

 private:
  bool attempt(const Options& options) {
    ++tries_;
    if (!simulate(options).violation) return false;
    best_ = options;
    improved_ = true;
    return true;
  }
  void dropFaults() {
    for (std::size_t i = 0; i < kFaults; ++i) {
      if (!best_.faults[i]) continue;
      auto fewer = best_;
      fewer.faults[i] = false;
      attempt(fewer);
    }
  }
  /// `member` belongs to best_: halves it, then takes one off.
  void shorten(int& member, int least) {
    for (const int less : {member / 2, member - 1}) {
      if (less < least || less >= member) continue;
      const auto before = best_;
      member = less;
      const auto fewer = std::exchange(best_, before);
      if (attempt(fewer)) return;
    }
  }

  Options best_;
  bool improved_ = true;
  int tries_ = 0;
};

}  // namespace

Shrunk shrink(Options options) {
  options.trace = false;
  auto best = Shrinker(options).run();
  best.trace = true;
  auto outcome = simulate(best);
  return {best, std::move(outcome)};
}

}  // namespace lockstep::sim
