#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "tests/sim/shrink.hpp"

namespace lockstep::sim {

/// Many schedules, one seed each.
struct Campaign {
  std::uint64_t first = 1;
  std::uint64_t seeds = 1'000;
  Mutant mutant = Mutant::kNone;
  bool at_least_once = false;  ///< schedules without transactions
  /// Told of every violation; false ends the campaign.
  std::function<bool(const Options&, const Outcome&)> on_violation;
};

struct CampaignTotals {
  std::uint64_t schedules = 0;
  std::uint64_t steps = 0;
  std::uint64_t batches = 0;
  std::uint64_t starts = 0;
  std::uint64_t violations = 0;
};

[[nodiscard]] CampaignTotals run(const Campaign& campaign);

/// How many seeds, from 1 on, it took to find the mutant; nothing: not found within `seeds_max`.
struct Hunt {
  std::uint64_t seeds = 0;
  std::string violation;
};
[[nodiscard]] std::optional<Hunt> hunt(Mutant mutant, std::uint64_t seeds_max,
                                       bool at_least_once = false);
/// Bugs that only schedules without transactions have.
[[nodiscard]] inline bool isLoose(Mutant mutant) { return mutant >= Mutant::kOffsetsBeforeFlush; }

/// A violation with its options, what it shrinks to, and the trace of that.
[[nodiscard]] std::string report(const Options& options, const Outcome& outcome);

[[nodiscard]] std::optional<Mutant> mutantNamed(const std::string& name);

}  // namespace lockstep::sim
