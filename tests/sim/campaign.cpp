#include "tests/sim/campaign.hpp"

#include <fmt/format.h>

namespace lockstep::sim {

CampaignTotals run(const Campaign& campaign) {
  CampaignTotals totals;
  for (auto seed = campaign.first; seed < campaign.first + campaign.seeds; ++seed) {
    auto options = optionsOf(seed);
    if (campaign.at_least_once) options = loosened(options);
    options.mutant = campaign.mutant;
    const auto outcome = simulate(options);
    ++totals.schedules;
    totals.steps += outcome.steps;
    totals.batches += outcome.batches;
    totals.starts += outcome.starts;
    if (!outcome.violation) continue;
    ++totals.violations;
    if (!campaign.on_violation(options, outcome)) break;
  }
  return totals;
}

std::optional<Hunt> hunt(Mutant mutant, std::uint64_t seeds_max, bool at_least_once) {
  std::optional<Hunt> found;
  Campaign campaign;
  campaign.seeds = seeds_max;
  campaign.mutant = mutant;
  campaign.at_least_once = at_least_once || isLoose(mutant);
  campaign.on_violation = [&](const Options& options, const Outcome& outcome) {
    found = {options.seed, *outcome.violation};
    return false;
  };
  (void)run(campaign);
  return found;
}

std::string report(const Options& options, const Outcome& outcome) {
  auto text = fmt::format("violated: {}\n{}\n", *outcome.violation, describe(options));
  const auto small = shrink(options);
  text += fmt::format("shrunk to: {}\n{}\n", describe(small.options),
                      small.outcome.violation.value_or("(not violated)"));
  for (const auto& line : small.outcome.trace) text += "  " + line + "\n";
  return text;
}

std::optional<Mutant> mutantNamed(const std::string& name) {
  for (int i = 0; i < static_cast<int>(Mutant::kCount); ++i) {
    if (toString(static_cast<Mutant>(i)) == name) return static_cast<Mutant>(i);
  }
  return std::nullopt;
}

}  // namespace lockstep::sim
