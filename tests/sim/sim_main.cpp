#include <chrono>
#include <cstdint>
#include <string>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <lockstep/base/log.hpp>

#include "tests/sim/campaign.hpp"

namespace {

using namespace lockstep::sim;

/// One seed, with everything that happened. Returns the exit code.
int showOne(std::uint64_t seed, Mutant mutant, bool at_least_once) {
  auto options = optionsOf(seed);
  if (at_least_once) options = loosened(options);
  options.mutant = mutant;
  options.trace = true;
  const auto outcome = simulate(options);
  fmt::print("{}\n", describe(options));
  for (const auto& line : outcome.trace) fmt::print("{}\n", line);
  fmt::print("{}\n", outcome.violation.value_or("all invariants held"));
  return outcome.violation ? 1 : 0;
}

int huntAll(std::uint64_t seeds_max, bool at_least_once) {
  bool all = true;
  for (int i = 1; i < static_cast<int>(Mutant::kCount); ++i) {
    const auto mutant = static_cast<Mutant>(i);
    const auto found = hunt(mutant, seeds_max, at_least_once);
    fmt::print("{:<24} {:>6}  {}\n", toString(mutant),
               found ? std::to_string(found->seeds) : "never",
               found ? found->violation.substr(0, 100) : "");
    all = all && found;
  }
  return all ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Runs Lockstep's engine and roles under seeded schedules of faults."};
  Campaign campaign;
  std::string mutant = "none";
  bool trace = false;
  bool hunt_all = false;
  std::uint64_t violations_max = 1;
  app.add_option("--seeds", campaign.seeds, "how many schedules");
  app.add_option("--first", campaign.first, "the first seed");
  app.add_option("--mutant", mutant, "a bug to put in; 'all' hunts each in turn");
  app.add_option("--violations", violations_max, "stop after so many");
  app.add_flag("--at-least-once", campaign.at_least_once, "schedules without transactions");
  app.add_flag("--trace", trace, "run the first seed only and tell everything");
  CLI11_PARSE(app, argc, argv);
  lockstep::log::configure(lockstep::log::Level::kOff, lockstep::log::Format::kText);
  hunt_all = mutant == "all";
  if (hunt_all) return huntAll(campaign.seeds, campaign.at_least_once);
  const auto named = mutantNamed(mutant);
  if (!named) {
    fmt::print(stderr, "no mutant '{}'\n", mutant);
    return 64;
  }
  campaign.mutant = *named;
  if (trace) return showOne(campaign.first, *named, campaign.at_least_once);

  std::uint64_t violations = 0;
  campaign.on_violation = [&](const Options& options, const Outcome& outcome) {
    fmt::print("{}\n", report(options, outcome));
    return ++violations < violations_max;
  };
  const auto start = std::chrono::steady_clock::now();
  const auto totals = run(campaign);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  fmt::print(
      "{} schedules in {:.1f} s ({:.0f}/s): {} steps, {} batches, {} starts, {} violations\n",
      totals.schedules, took.count(), static_cast<double>(totals.schedules) / took.count(),
      totals.steps, totals.batches, totals.starts, totals.violations);
  return totals.violations == 0 ? 0 : 1;
}
