#include "tests/sim/simulation.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include <lockstep/model/internal_topics.hpp>

#include "src/simulation/sim_clock.hpp"
#include "src/simulation/sim_network.hpp"
#include "tests/sim/changes.hpp"
#include "tests/sim/instance.hpp"
#include "tests/sim/invariants.hpp"
#include "tests/sim/mutants.hpp"
#include "tests/sim/workload.hpp"

namespace lockstep::sim {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kHosts = 2;
/// Watching a silent owner takes a minute, a hanging transaction half a minute, a restart seconds.
constexpr std::chrono::seconds kHealsWithin{240};
/// What refuses to go on is started once more, and has to refuse again.
constexpr int kRefusals = 2;
/// The time-out of a start, and then some; well below the minute for which a silent owner is
/// watched without --takeover.
constexpr std::chrono::seconds kTakesOverWithin{45};

/// One schedule: the world, its hosts, what happens to them.
class Simulation {
 public:
  explicit Simulation(const Options& options)
      : options_(options),
        clock_(scheduler_),
        trace_(clock_, options.trace),
        network_(scheduler_, options_, trace_),
        kafka_(clock_, &network_),
        invariants_(kafka_, options_, trace_),
        workload_({options_, scheduler_, clock_, trace_, kafka_}),
        changes_({options_, scheduler_, trace_, kafka_, invariants_, [this] { downForAWhile(); },
                  [this] { checkCommits(); }, [this] { takeOver(); }, [this] { return healed_; }}),
        random_(options.seed, 3),
        disk_faults_(options.seed, 4),
        behind_claims_(options.seed, 18) {
    for (std::size_t i = 0; i < kHosts; ++i) hosts_.push_back(std::make_unique<Host>(options_, i));
  }

  Outcome run();

 private:
  struct Host {
    Host(const Options& options, std::size_t number) : disk(options.seed, number) {}
    SimDisk disk;
    std::unique_ptr<Instance> instance;
    Nonce nonce;  ///< of the present instance
    std::optional<Nonce> yield_to;
    bool wanted = false;  ///< somebody restarts it when it stops
    std::uint64_t starts = 0;
    std::map<TopicPartition, std::int64_t> ends;  ///< of the inputs when the instance started
    bool takes_over_next = false;                 ///< the next start is one with --takeover
    std::optional<Instant> takes_over_since;      ///< it was started with --takeover
  };

  void prepareTopics();
  void start(std::size_t number);
  void startSoon(std::size_t number, milliseconds pause);
  void stopped(std::size_t number, const command::Stop& stop);
  void notYielding(const Host& host, const command::Stop& stop);
  void takeOver();
  void lookAtTakeovers();
  [[nodiscard]] bool takingOver() const;
  void crash(std::size_t number);
  void downForAWhile();
  void pause(std::size_t number, milliseconds length);
  void pauseBehindClaim();
  void upset();
  void planUpsets();
  void compact();
  void heal();
  void watch();
  [[nodiscard]] std::optional<std::size_t> victim();
  [[nodiscard]] bool alive(std::size_t number) const {
    const auto& host = *hosts_[number];
    return host.instance && !host.instance->stopped();
  }
  void checkCommits();
  /// What has lost an input for good has to refuse to go on.
  [[nodiscard]] bool mayEnd() const {
    return !changes_.inputLost() || options_.has(Fault::kRetention);
  }
  [[nodiscard]] bool goOn();
  [[nodiscard]] Instant in(milliseconds pause) const { return scheduler_.now() + pause; }

  const Options options_;
  Scheduler scheduler_;
  SimClock clock_;
  Trace trace_;
  SimNetwork network_;
  memory::MemoryKafka kafka_;
  Invariants invariants_;
  Workload workload_;
  Changes changes_;
  NumberSource source_;
  Prng random_;
  Prng disk_faults_;
  Prng behind_claims_;
  Incarnation last_claim_;
  std::vector<std::unique_ptr<Host>> hosts_;
  int commits_to_check_ = 0;
  bool healed_ = false;
  Instant heal_deadline_{};
  std::uint64_t starts_ = 0;
  int refusals_ = 0;
  bool reached_end_ = false;  ///< --until-end has ended by itself after everything healed
};

void Simulation::prepareTopics() {
  auto topics = inputTopics(options_);
  topics.push_back(kOutputTopic);
  topics.push_back(kDeadLetterTopic);
  if (options_.pattern) std::erase(topics, kSecondInputTopic);  // Changes makes it
  for (const auto& topic : topics) kafka_.admin().createTopic({topic, options_.partitions, 1, {}});
  if (readsFolder(options_)) kafka_.admin().createTopic({kPositionsTopic, 1, 1, {}});
  kafka_.broker().observe([this](const memory::TransactionOutcome& outcome) {
    const bool ours = outcome.transactional_id.starts_with(kTransactionalId);
    if (ours && outcome.committed) ++commits_to_check_;
  });
}

void Simulation::start(std::size_t number) {
  auto& host = *hosts_[number];
  host.wanted = true;
  if (alive(number)) return;
  host.instance.reset();
  ++host.starts;
  ++starts_;
  InstanceHooks hooks;
  hooks.disk = {[this](const SimDisk& disk) {
                  kafka_.settle();
                  checkCommits();
                  invariants_.checkpointWritten(disk);
                },
                [this] {
                  return !healed_ && options_.has(Fault::kDiskErrors) &&
                         disk_faults_.chance(options_.fault_per_thousand);
                },
                storeBugOf(options_.mutant)};
  hooks.on_batch_sent = [this](const std::vector<OffsetRange>& ranges) {
    invariants_.batchSent(ranges);
  };
  hooks.on_effect = [this](const Effect& effect) { invariants_.effectRun(effect); };
  hooks.source = &source_;
  hooks.on_told = [this] {
    kafka_.settle();
    invariants_.checkReceived(source_.told);
  };
  hooks.on_stop = [this, number](const command::Stop& stop) { stopped(number, stop); };
  const Nonce nonce{random_.next() | 1U};
  host.nonce = nonce;
  const auto name = fmt::format("{}{}", number == 0 ? "A" : "B", host.starts);
  const bool takeover = std::exchange(host.takes_over_next, false);
  host.takes_over_since.reset();
  if (takeover) host.takes_over_since = scheduler_.now();
  host.ends = invariants_.ends();
  invariants_.instanceStarted(nonce, host.ends);
  trace_.add("{} starts{}, nonce {:016x}", name, takeover ? " with --takeover" : "", nonce.value());
  host.instance = std::make_unique<Instance>(
      Surroundings{options_, scheduler_, clock_, trace_, kafka_},
      Instance::Identity{name, nonce, host.yield_to, takeover}, host.disk, std::move(hooks));
}

void Simulation::startSoon(std::size_t number, milliseconds pause) {
  hosts_[number]->wanted = true;
  scheduler_.at(in(pause), [this, number] { start(number); });
}

/// Called on the instance's own fiber: what follows happens later.
void Simulation::stopped(std::size_t number, const command::Stop& stop) {
  auto& host = *hosts_[number];
  const auto& name = host.instance->process().name;
  if (stop.yield_to && *stop.yield_to == host.nonce)
    invariants_.violated("I8: an instance takes itself for another owner");
  host.yield_to = stop.yield_to;
  const bool refuses = invariants_.instanceStopped(name, stop.status);
  const bool yields = !stop.status.ok() && stop.status.exitCode() == ExitCode::kOtherOwner;
  if (yields) notYielding(host, stop);
  if (options_.until_end && stop.status.ok() && !host.instance->stopRequested()) {
    invariants_.endReached(name, host.ends);
    reached_end_ = healed_;
  }
  host.wanted = !yields && !refuses;  // nobody restarts after 73; after 65 somebody looks first
  if (refuses && ++refusals_ < kRefusals) startSoon(number, milliseconds(2'000));
  if (host.wanted) startSoon(number, milliseconds(random_.between(50, 1'000)));
}

/// --takeover does not watch the owner that an earlier start yielded to.
void Simulation::notYielding(const Host& host, const command::Stop& stop) {
  if (host.takes_over_since && !host.instance->initialised())
    invariants_.violated("I8: --takeover has yielded without a try: " + stop.status.toString());
}

/// A second instance starts; whoever has yielded, then or before, comes back with --takeover.
void Simulation::takeOver() {
  const auto number = victim();
  if (healed_ || !number || refusals_ > 0) return;
  auto& other = *hosts_[1 - *number];
  other.takes_over_next = other.yield_to.has_value();
  startSoon(1 - *number, milliseconds(0));
}

bool Simulation::takingOver() const {
  return std::any_of(hosts_.begin(), hosts_.end(), [](const auto& host) {
    const bool alive = host->instance && !host->instance->stopped();
    return alive && host->takes_over_since && !host->instance->claimed();
  });
}

void Simulation::lookAtTakeovers() {
  for (std::size_t i = 0; i < kHosts; ++i) {
    auto& host = *hosts_[i];
    if (!host.takes_over_since || !alive(i)) continue;
    auto& instance = *host.instance;
    const auto since = std::max(*host.takes_over_since, instance.process().paused_until);
    if (instance.claimed()) {
      host.takes_over_since.reset();
    } else if (scheduler_.now() - since > kTakesOverWithin) {
      invariants_.violated("I9: --takeover has neither claimed the application nor given up");
    }
  }
}

void Simulation::crash(std::size_t number) {
  auto& host = *hosts_[number];
  trace_.add("{} is killed", host.instance->process().name);
  host.instance.reset();
  host.disk.crash(options_.has(Fault::kTornDisk));
  if (options_.has(Fault::kLostDisk) && random_.chance(200)) {
    trace_.add("the disk of host {} is lost", number);
    host.disk.lose();
  }
}

void Simulation::downForAWhile() {
  for (std::size_t i = 0; i < kHosts; ++i) {
    if (!alive(i)) continue;
    crash(i);
    startSoon(i, milliseconds(random_.between(20, 2'500)));
  }
}

void Simulation::pause(std::size_t number, milliseconds length) {
  auto& process = hosts_[number]->instance->process();
  trace_.add("{} is paused for {} ms", process.name, length.count());
  process.paused_until = std::max(process.paused_until, in(length));
}

std::optional<std::size_t> Simulation::victim() {
  const auto first = static_cast<std::size_t>(random_.below(kHosts));
  for (std::size_t i = 0; i < kHosts; ++i) {
    if (alive((first + i) % kHosts)) return (first + i) % kHosts;
  }
  return std::nullopt;
}

/// An instance with a receiver stands still right behind its claim, before the receiver's log is
/// its own, and another one starts, which goes on undisturbed: upsets alone hit this moment in one
/// schedule of thousands.
void Simulation::pauseBehindClaim() {
  const auto claim = invariants_.incarnation();
  if (std::exchange(last_claim_, claim) == claim || options_.graph != Graph::kReceived) return;
  if (healed_ || !options_.has(Fault::kZombies) || !behind_claims_.chance(600)) return;
  for (std::size_t i = 0; i < kHosts; ++i) {
    if (!alive(i) || hosts_[i]->nonce != invariants_.owner()) continue;
    if (alive(1 - i) && hosts_[1 - i]->instance->process().paused_until > scheduler_.now()) return;
    pause(i, milliseconds(behind_claims_.between(300, 6'000)));
    startSoon(1 - i, milliseconds(behind_claims_.between(1, 300)));
  }
}

/// One of the things that can happen to processes; nothing when that kind is switched off.
void Simulation::upset() {
  const auto kind = static_cast<Fault>(
      random_.between(static_cast<int>(Fault::kOutages), static_cast<int>(Fault::kCompaction)));
  const milliseconds length(random_.chance(300) ? random_.between(2'000, 30'000)
                                                : random_.between(5, 2'000));
  const auto restart_pause = milliseconds(random_.between(20, 2'500));
  const auto number = victim();
  if (healed_ || !options_.has(kind) || !number) return;
  const std::size_t other = 1 - *number;
  switch (kind) {
    case Fault::kOutages:
      trace_.add("no broker answers for {} ms", length.count() / 3);
      network_.outage(in(length / 3));
      return;
    case Fault::kCrashes:
      crash(*number);
      startSoon(*number, restart_pause);
      return;
    case Fault::kPauses:
      pause(*number, length);
      return;
    case Fault::kZombies:
      pause(*number, length);
      startSoon(other, restart_pause);
      return;
    case Fault::kRivals:
      startSoon(other, milliseconds(0));
      return;
    case Fault::kRestarts:
      trace_.add("{} is asked to stop", hosts_[*number]->instance->process().name);
      hosts_[*number]->instance->requestStop();
      return;
    case Fault::kCompaction:
      compact();
      return;
    default:
      return;
  }
}

void Simulation::compact() {
  std::vector<TopicPartition> partitions{ledgerPartition(kApplication)};
  for (int i = 0; i < options_.shards; ++i)
    partitions.push_back({changelogTopic(kApplication, stateIdOf(options_)), Partition{i}});
  partitions.push_back({kPositionsTopic, Partition{0}});
  for (const auto& partition : partitions) {
    const bool exists = kafka_.broker().withParts(
        [&](memory::Broker::Parts& parts) { return parts.topics.log(partition) != nullptr; });
    if (!exists) continue;
    trace_.add("{} is compacted", toString(partition));
    kafka_.admin().compact(partition);
  }
}

void Simulation::planUpsets() {
  for (int i = 0; i < options_.upsets; ++i) {
    scheduler_.at(in(milliseconds(random_.below(options_.length.count()))), [this] { upset(); });
  }
  changes_.plan();
  if (options_.graph == Graph::kReceived) {
    for (int i = 0; i < options_.records; ++i)
      scheduler_.at(in(milliseconds(random_.below(options_.length.count()))),
                    [this] { ++source_.available; });
  }
  scheduler_.at(in(options_.length), [this] { heal(); });
}

/// From here on nothing goes wrong; within kHealsWithin everything has to be done (I9).
void Simulation::heal() {
  trace_.add("everything heals");
  healed_ = true;
  network_.heal();
  heal_deadline_ = in(kHealsWithin);
  for (std::size_t i = 0; i < kHosts; ++i) {
    if (alive(i)) hosts_[i]->instance->process().paused_until = scheduler_.now();
  }
  workload_.produceLast();
  if (options_.graph == Graph::kReceived) source_.finish(2);
}

/// Now and then: settles what is due, looks at open transactions, sees that somebody runs.
void Simulation::watch() {
  kafka_.settle();
  invariants_.lookAtOpenTransactions(scheduler_.now());
  lookAtTakeovers();
  bool wanted = false;
  for (std::size_t i = 0; i < kHosts; ++i) wanted = wanted || hosts_[i]->wanted;
  // The operator finds that both instances have yielded, and starts one again.
  if (!wanted && refusals_ == 0)
    startSoon(static_cast<std::size_t>(random_.below(kHosts)), milliseconds(10));
  scheduler_.at(in(milliseconds(500)), [this] { watch(); });
}

void Simulation::checkCommits() {
  if (std::exchange(commits_to_check_, 0) == 0) return;
  invariants_.transactionCommitted();
  pauseBehindClaim();
}

bool Simulation::goOn() {
  checkCommits();
  if (invariants_.endsToCheck()) {
    kafka_.settle();
    checkCommits();
    invariants_.checkEndsReached();
  }
  if (invariants_.violation()) return false;
  if (!healed_) return true;
  const auto log = kafka_.admin().transactionState(kReceiverTransactions);
  const bool received = source_.told == source_.available && !log.starts_with("Prepare");
  const bool done = workload_.done() && received && invariants_.caughtUp() && !takingOver();
  if (done && (reached_end_ || !options_.until_end) && mayEnd()) return false;
  // A commit that was decided just before the last stop shows when its markers are written.
  const bool deciding = kafka_.admin().transactionState(kTransactionalId).starts_with("Prepare");
  if (refusals_ >= kRefusals && !alive(0) && !alive(1) && !deciding) return false;
  if (scheduler_.now() > heal_deadline_) {
    invariants_.violated(fmt::format("I9: no full progress within {} s after everything healed",
                                     kHealsWithin.count()));
    return false;
  }
  return true;
}

Outcome Simulation::run() {
  prepareTopics();
  workload_.start();
  start(0);
  planUpsets();
  watch();
  scheduler_.run([this] { return goOn(); });
  if (scheduler_.failure()) invariants_.violated(*scheduler_.failure());
  checkCommits();  // the last look at Kafka may have let a marker be written
  if (options_.graph == Graph::kReceived) invariants_.checkReceived(source_.told);
  invariants_.atEnd();
  for (auto& host : hosts_) host->instance.reset();
  return {invariants_.violation(), scheduler_.steps(), invariants_.batches(), starts_,
          trace_.lines()};
}

}  // namespace

Outcome simulate(const Options& options) { return Simulation(options).run(); }

}  // namespace lockstep::sim
