#include "tests/sim/options.hpp"

#include <fmt/format.h>

#include "src/simulation/prng.hpp"

namespace lockstep::sim {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Graph::kCount)> kGraphNames{
    "copy",   "word-count", "dead-letters", "idle-visits", "plan",  "every-key", "groups",
    "joined", "time-outs",  "windows",      "event-time",  "table", "received",  "accumulated"};

constexpr std::array<std::string_view, static_cast<std::size_t>(Mutant::kCount)> kMutantNames{
    "none",
    "skip-offsets",
    "offsets-outside",
    "ignore-dirty",
    "unknown-is-committed",
    "unknown-is-aborted",
    "swap-offsets",
    "short-range",
    "long-commit",
    "drop-last-record",
    "random-transactional-id",
    "dead-letter-outside",
    "checkpoint-without-sync",
    "positions-first",
    "checkpoint-undecided",
    "no-state-rollback",
    "no-seek",
    "restore-short",
    "claim-skipped",
    "read-before-fence",
    "stale-read-back",
    "skip-ledger",
    "state-limit-ignored",
    "oversized-kept",
    "dirty-limit-ignored",
    "second-input-forgotten",
    "emit-only-changed",
    "new-partition-at-end",
    "expired-is-end",
    "ledger-offset-ignored",
    "until-end-short",
    "takeover-ignored",
    "topic-ids-ignored",
    "topic-ids-at-start",
    "deleted-is-empty",
    "skip-deleted-records",
    "loading-is-success",
    "evict-dirty",
    "evicted-is-absent",
    "visit-forgets-evicted",
    "table-to-end",
    "tables-not-first",
    "block-number-forgotten",
    "old-receiver-takes-over",
    "positions-read-early",
    "accumulator-kept",
    "accumulators-not-shown",
    "idle-by-now",
    "offsets-before-flush",
    "ledger-believed"};

/// From a stream of its own, so that what others draw stays the same. An undecided key takes some
/// 110 bytes: a batch of one record fits always, a visit of all six keys where there are visits.
std::uint64_t stateShareOf(std::uint64_t seed, Graph graph) {
  Prng random(seed, 5);
  if (!random.chance(300)) return 0;
  const bool visits = graph == Graph::kIdleVisits || graph == Graph::kTimeOuts;
  return static_cast<std::uint64_t>(visits ? random.between(700, 1'300) : random.between(110, 700));
}

/// A key takes some 80 bytes: room for none of them, or for a few of the six.
std::uint64_t tableBytesOf(std::uint64_t seed) {
  Prng random(seed, 9);
  if (!random.chance(400)) return 0;
  return random.chance(400) ? 1 : static_cast<std::uint64_t>(random.between(80, 500));
}

/// The graphs that one stream of random numbers chooses among; the later ones come from another, so
/// that a seed keeps its meaning.
constexpr int kFirstGraphs = static_cast<int>(Graph::kEveryKey);

void addChanges(Options& options) {
  Prng random(options.seed, 7);
  const auto on = [&](Fault fault, int per_thousand) {
    options.faults[static_cast<std::size_t>(fault)] = random.chance(per_thousand);
  };
  if (random.chance(120)) options.graph = Graph::kEveryKey;
  Prng keyed(options.seed, 11);
  if (keyed.chance(150)) options.graph = keyed.chance(500) ? Graph::kGroups : Graph::kJoined;
  if (Prng(options.seed, 12).chance(120)) {
    options.graph = Graph::kTimeOuts;
    options.state_share = stateShareOf(options.seed, options.graph);
  }
  if (Prng(options.seed, 13).chance(120)) {
    options.graph = Graph::kWindows;
    options.state_share = 0;  // a pane takes more than these shares
  }
  if (Prng(options.seed, 14).chance(120)) {
    options.graph = Graph::kEventTime;
    options.state_share = 0;  // so do timers
  }
  if (random.chance(300)) options.inputs = 2;
  if (Prng(options.seed, 15).chance(100)) {
    options.graph = Graph::kTable;
    options.inputs = 2;
    options.state_share = stateShareOf(options.seed, options.graph);
  }
  options.until_end = random.chance(120);
  if (Prng(options.seed, 16).chance(100)) {
    options.graph = Graph::kReceived;
    options.inputs = 2;
    options.state_share = 0;
    options.until_end = false;  // a receiver has no end
  }
  if (!hasFixedInputs(options.graph) && Prng(options.seed, 17).chance(100)) {
    options.graph = Graph::kAccumulated;
    options.state_share = 0;  // one that has less than their one or two entries cannot go on
  }
  on(Fault::kGrowth, 200);
  on(Fault::kExpiredOffsets, 200);
  on(Fault::kTakeovers, 300);
  on(Fault::kFailover, 250);
  const bool loses_input = random.chance(200);
  options.pattern = options.inputs == 2 && !hasFixedInputs(options.graph) && !options.until_end &&
                    !loses_input && Prng(options.seed, 14).chance(500);
  if (!loses_input) return;
  on(static_cast<Fault>(random.between(static_cast<int>(Fault::kRecreatedInput),
                                       static_cast<int>(Fault::kRetention))),
     1'000);
}

}  // namespace

std::string_view toString(Graph graph) { return kGraphNames.at(static_cast<std::size_t>(graph)); }
std::string_view toString(Mutant mutant) {
  return kMutantNames.at(static_cast<std::size_t>(mutant));
}

Options optionsOf(std::uint64_t seed) {
  Prng random(seed, 1);
  Options options;
  options.seed = seed;
  options.graph = static_cast<Graph>(random.below(kFirstGraphs));
  // One schedule in sixteen runs without faults, the others with about half of them.
  const bool calm = random.chance(62);
  for (std::size_t i = 0; i < kFirstChange; ++i) options.faults[i] = random.chance(500) && !calm;
  options.fault_per_thousand = random.between(3, 60);
  options.upsets = static_cast<int>(random.between(1, 8));
  options.records = static_cast<int>(random.between(5, 60));
  options.partitions = static_cast<int>(random.between(1, 3));
  options.shards = static_cast<int>(random.between(1, 3));
  options.length = std::chrono::milliseconds(random.between(1'000, 8'000));
  options.interval = std::chrono::milliseconds(random.between(2, 8) * 50);
  options.checkpoint_interval = std::chrono::milliseconds(random.between(200, 2'000));
  options.transaction_timeout = std::chrono::milliseconds(random.between(3'000, 12'000));
  options.commit_timeout = std::chrono::milliseconds(random.between(1'200, 5'000));
  options.span_max = random.chance(500) ? static_cast<int>(random.between(1, 10)) : 0;
  options.state_share = stateShareOf(seed, options.graph);
  options.table_bytes = tableBytesOf(seed);
  options.small_parts = Prng(seed, 10).chance(400);
  addChanges(options);
  return options;
}

Options withoutChanges(Options options) {
  for (std::size_t i = kFirstChange; i < kFaults; ++i) options.faults[i] = false;
  options.graph = static_cast<Graph>(Prng(options.seed, 1).below(kFirstGraphs));
  options.inputs = 1;
  options.pattern = false;
  options.until_end = false;
  return options;
}

Options loosened(Options options) {
  options.at_least_once = true;
  for (const auto fault :
       {Fault::kLateRequests, Fault::kDuplicates, Fault::kZombies, Fault::kRivals,
        Fault::kTakeovers, Fault::kRecreatedInput, Fault::kDeletedInput, Fault::kRetention})
    options.faults[static_cast<std::size_t>(fault)] = false;
  if (options.graph == Graph::kIdleVisits || options.graph == Graph::kEveryKey ||
      options.graph == Graph::kTimeOuts || options.graph == Graph::kWindows ||
      options.graph == Graph::kEventTime || options.graph == Graph::kTable)
    options.graph = Graph::kWordCount;
  if (options.graph == Graph::kAccumulated) options.graph = Graph::kWordCount;
  if (options.graph == Graph::kPlan || options.graph == Graph::kGroups ||
      options.graph == Graph::kJoined || options.graph == Graph::kReceived)
    options.graph = Graph::kCopy;
  return options;
}

std::string describe(const Options& options) {
  std::string faults;
  for (std::size_t i = 0; i < kFaults; ++i) {
    if (!options.faults[i]) continue;
    faults += (faults.empty() ? "" : ",") + std::string(toString(static_cast<Fault>(i)));
  }
  return fmt::format(
      "seed={} mutant={} graph={} faults=[{}] per_thousand={} upsets={} records={} partitions={} "
      "shards={} length={}ms interval={}ms checkpoint={}ms transaction_timeout={}ms "
      "commit_timeout={}ms span_max={} state_share={} table_bytes={} small_parts={} inputs={} "
      "pattern={} until_end={} at_least_once={}",
      options.seed, toString(options.mutant), toString(options.graph), faults,
      options.fault_per_thousand, options.upsets, options.records, options.partitions,
      options.shards, options.length.count(), options.interval.count(),
      options.checkpoint_interval.count(), options.transaction_timeout.count(),
      options.commit_timeout.count(), options.span_max, options.state_share, options.table_bytes,
      options.small_parts, options.inputs, options.pattern, options.until_end,
      options.at_least_once);
}

}  // namespace lockstep::sim
