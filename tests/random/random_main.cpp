#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <lockstep/base/log.hpp>

#include "tests/random/judge.hpp"

namespace {

using namespace lockstep::random_graphs;

struct Campaign {
  std::uint64_t seeds = 100;
  std::uint64_t first = 1;
  std::uint64_t differences_max = 1;
  bool trace = false;
  Trial trial;
};

/// Returns the exit code.
int run(const Campaign& campaign) {
  lockstep::sim::FaultCounts counts;
  std::uint64_t compared = 0;
  std::uint64_t differences = 0;
  std::uint64_t seed = campaign.first;
  const auto start = std::chrono::steady_clock::now();
  for (; seed < campaign.first + campaign.seeds && differences < campaign.differences_max; ++seed) {
    if (campaign.trace) {
      const GraphChoice choice{seed, 0, GraphBug::kNone};
      fmt::print("{}: {}\n", seed, drawGraph(choice, std::make_shared<Effects>()).text);
    }
    const auto verdict = judge(seed, campaign.trial);
    counts += verdict.counts;
    if (verdict.compared) ++compared;
    if (!verdict.difference) continue;
    ++differences;
    fmt::print("{}\n", *verdict.difference);
    for (const auto& line : verdict.story) fmt::print("  {}\n", line);
    static_cast<void>(std::fflush(stdout));
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  fmt::print(
      "{} graphs in {:.1f} s, {} compared with another parallelism: {} kills, {} pauses, {} "
      "aborted "
      "transactions, {} bad requests, {} disk errors, {} differences\n",
      seed - campaign.first, took.count(), compared, counts.kills, counts.pauses, counts.aborted,
      counts.bad_requests, counts.disk_errors, differences);
  return differences == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Runs random graphs of all operators under seeded faults and at other parallelism."};
  Campaign campaign;
  app.add_option("--seeds", campaign.seeds, "how many graphs");
  app.add_option("--first", campaign.first, "the first seed");
  app.add_option("--schedules", campaign.trial.schedules, "of faults, for each graph");
  app.add_option("--differences", campaign.differences_max, "stop after so many");
  app.add_flag("--trace", campaign.trace, "run the first seed only and show its graph");
  CLI11_PARSE(app, argc, argv);
  lockstep::log::configure(lockstep::log::Level::kOff, lockstep::log::Format::kText);
  if (campaign.trace) campaign.seeds = 1;
  return run(campaign);
}
