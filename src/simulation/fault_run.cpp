#include "src/simulation/fault_run.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <lockstep/model/internal_topics.hpp>

#include "src/simulation/held_clock.hpp"
#include "src/simulation/ledger_ticks.hpp"
#include "src/simulation/process_faults.hpp"
#include "src/simulation/sim_network.hpp"
#include "src/simulation/sim_process.hpp"

namespace lockstep::sim {
namespace {

using std::chrono::milliseconds;

/// Of the moment at which a tick is due at the latest.
constexpr std::chrono::seconds kFaultsWithin{60};
constexpr milliseconds kWatch{100};
/// Beyond it an application that falls behind would spend most of the schedule idle.
constexpr std::chrono::seconds kOverlapIntervalMax{10};
/// Far beyond every fault: a batch that is given up for its time would be cut in two.
constexpr std::chrono::minutes kTransactionTimeout{10};
/// After everything healed: a process that was replaced may have died with an open transaction,
/// which nobody may end before its time-out; then a start, an outage's last requests, a claim.
constexpr std::chrono::seconds kHealsWithin = kTransactionTimeout + std::chrono::minutes(4);

/// One schedule: the world, the hosts, the application that is fed.
class FaultRun {
 public:
  FaultRun(Subject& subject, std::uint64_t seed, StoreBug bug)
      : subject_(subject),
        plan_(subject.plan()),
        faults_(faultPlanOf(seed, plan_.guarantee)),
        bug_(bug),
        clock_(scheduler_, plan_.start, plan_.interval),
        trace_(clock_, false),
        network_(scheduler_, faults_.requests, trace_),
        kafka_(clock_, &network_),
        random_(seed, 3),
        disk_random_(seed, 4),
        upsets_(faults_, plan_.steps, seed),
        released_(plan_.start),
        disks_{SimDisk(seed, 0), SimDisk(seed, 1)} {
    network_.onRequest([this] { upsetsDue(); });
    overlaps_ = faults_.overlap && plan_.interval <= kOverlapIntervalMax;
    if (overlaps_) network_.slowCommits(plan_.application);
  }

  FaultOutcome run();

 private:
  struct Host {
    std::unique_ptr<SimProcess> process;
    bool zombie = false;  ///< a process that was paused and replaced
  };

  void start();
  void startSoon(milliseconds pause);
  void ended(std::size_t host, const Status& status);
  ApplicationPorts ports();
  SimStore::Hooks diskHooks();
  void feedSoon();
  void feedNext();
  [[nodiscard]] bool decidedUnseen();
  void endStragglers();
  void release();
  [[nodiscard]] bool consumed();
  void upsetsDue();
  void upset(Fault kind);
  void kill();
  void replace(milliseconds length);
  void compact();
  [[nodiscard]] bool exists(const TopicPartition& partition);
  void heal();
  void watch();
  void endSoon();
  bool goOn();
  bool inTime();
  template <class... Args>
  void tell(fmt::format_string<Args...> text, Args&&... args);
  [[nodiscard]] SimProcess* current() {
    auto& host = hosts_.at(here_);
    return host.process && !host.process->ended() && !host.zombie ? host.process.get() : nullptr;
  }
  [[nodiscard]] Instant in(std::chrono::nanoseconds pause) const {
    return scheduler_.now() + pause;
  }

  Subject& subject_;
  const Subject::Plan plan_;
  const ScheduleFaults faults_;
  const StoreBug bug_;
  Scheduler scheduler_;
  HeldClock clock_;
  Trace trace_;
  SimNetwork network_;
  memory::MemoryKafka kafka_;
  Prng random_;
  Prng disk_random_;
  Upsets upsets_;
  BatchTime released_;
  Instant released_at_{};
  std::size_t next_step_ = 0;            ///< to be fed
  std::int64_t ticks_left_ = 0;          ///< of the step that was fed last, unreleased
  std::shared_ptr<DStreamGraph> graph_;  ///< of the last start
  std::array<SimDisk, 2> disks_;
  std::array<Host, 2> hosts_;
  std::size_t here_ = 0;  ///< the host on which the application is started
  bool start_due_ = false;
  bool healed_ = false;
  bool ending_ = false;
  bool ended_ = false;
  bool overlaps_ = false;
  bool falls_behind_ = false;      ///< nothing is released until ticks are overdue
  std::string transaction_state_;  ///< when last looked at
  std::uint64_t starts_ = 0;
  FaultOutcome outcome_;
};

template <class... Args>
void FaultRun::tell(fmt::format_string<Args...> text, Args&&... args) {
  const auto since = std::chrono::duration_cast<milliseconds>(scheduler_.now() - released_at_);
  outcome_.story.push_back(fmt::format("batch {} + {} ms: ", next_step_, since.count()) +
                           fmt::format(text, std::forward<Args>(args)...));
}

ApplicationPorts FaultRun::ports() {
  memory::OutputOptions output;
  output.transactional_id = output.group = plan_.application;
  output.guarantee = plan_.guarantee;
  output.transaction_timeout = kTransactionTimeout;
  output.socket_timeout = milliseconds(1'000);
  if (faults_.small_requests) output.send_bytes = 200;
  memory::InputOptions input;
  input.group = plan_.application;
  input.socket_timeout = milliseconds(1'000);
  if (faults_.small_requests) input.fetch_bytes = 300;
  return {kafka_.inputs(input), kafka_.inputs(input), kafka_.outputs(output),
          kafka_.cluster(plan_.application)};
}

SimStore::Hooks FaultRun::diskHooks() {
  return {[](const SimDisk&) {},
          [this] {
            const bool fails = !healed_ && faults_.requests.has(Fault::kDiskErrors) &&
                               disk_random_.chance(faults_.requests.fault_per_thousand);
            if (fails) ++outcome_.counts.disk_errors;
            return fails;
          },
          bug_};
}

void FaultRun::start() {
  start_due_ = false;
  if (current() != nullptr || ended_) return;
  auto& host = hosts_.at(here_);
  host.process.reset();
  auto made = subject_.make();
  if (!made.ok()) {
    outcome_.status = made.status();
    return;
  }
  auto spec = std::move(made).value();
  graph_ = spec.graph;
  spec.engine.nonce = Nonce{random_.next() | 1U};
  spec.engine.ticks_until = released_;
  spec.engine.transaction_timeout = kTransactionTimeout;
  spec.engine.start_timeout = std::chrono::seconds(30);
  spec.engine.commit_timeout = faults_.commit_timeout;
  spec.engine.checkpoint_interval = faults_.checkpoint_interval;
  ++starts_;
  const auto here = here_;
  host.process = std::make_unique<SimProcess>(
      scheduler_, clock_, disks_.at(here),
      SimProcess::Parts{fmt::format("{}{}", here == 0 ? 'A' : 'B', starts_), std::move(spec),
                        ports(), diskHooks(),
                        [this, here](const Status& status) { ended(here, status); }});
}

void FaultRun::startSoon(milliseconds pause) {
  if (std::exchange(start_due_, true)) return;
  scheduler_.at(in(pause), [this] { start(); });
}

/// Whoever starts the application again does so after these.
bool restartHelps(const Status& status) {
  if (status.ok()) return true;
  switch (status.exitCode()) {
    case ExitCode::kUnavailable:
    case ExitCode::kOtherOwner:
    case ExitCode::kDisk:
    case ExitCode::kRestart:
      return true;
    default:
      return false;
  }
}

/// On the process's own fiber: it is destroyed later.
void FaultRun::ended(std::size_t number, const Status& status) {
  auto& host = hosts_.at(number);
  if (std::exchange(host.zombie, false)) {
    scheduler_.at(scheduler_.now(), [&host] { host.process.reset(); });
    return;
  }
  if (!restartHelps(status)) {
    outcome_.status = status;
  } else if (ending_) {
    ended_ = true;
  } else {
    tell("{} ends{}", host.process->name(), status.ok() ? "" : ": " + status.message());
    ++outcome_.counts.stops;
    startSoon(milliseconds(random_.between(50, 1'000)));
  }
}

/// Where batches are to overlap, a step begins when several ticks are overdue: a tick that is
/// released early is taken at once then.
void FaultRun::feedSoon() {
  clock_.tickDone(released_);
  const bool begins = ticks_left_ == 0 && next_step_ < plan_.steps.size();
  if (!overlaps_ || healed_ || !begins) return feedNext();
  falls_behind_ = true;
  scheduler_.at(in(plan_.interval * random_.between(2, 4)), [this] {
    falls_behind_ = false;
    feedNext();
  });
}

/// Whether the batch that closes the tick is committed and its process cannot know yet: whatever
/// happens to it now, the next tick has the records of its own only.
bool FaultRun::decidedUnseen() {
  const bool last = ticks_left_ == 0 && next_step_ == plan_.steps.size();
  if (!overlaps_ || last) return false;
  auto state = kafka_.admin().transactionState(plan_.application);
  const bool changed = std::exchange(transaction_state_, state) != state;
  if (!changed || state != "PrepareCommit") return false;
  return closedByOpenTransaction(kafka_, plan_.application, released_);
}

/// A tick without records may be done and leave nothing in the ledger. A process that was replaced
/// before, and is the owner again after its pause, would give that tick's time to the records of
/// the next one.
void FaultRun::endStragglers() {
  const auto behind = [this](const Host& host) {
    return host.process && host.zombie &&
           host.process->doneThrough().value_or(BatchTime{}) < released_;
  };
  if (std::none_of(hosts_.begin(), hosts_.end(), behind)) return;
  if (lastCommittedBatch(kafka_, plan_.application) == released_) return;
  for (auto& host : hosts_) {
    if (!behind(host)) continue;
    tell("{} is killed while it stands still", host.process->name());
    ++outcome_.counts.kills;
    host.process.reset();
    host.zombie = false;
  }
}

/// The next tick, with records where a step begins; or the end.
void FaultRun::feedNext() {
  if (released_ != plan_.start) clock_.tickDone(released_);
  endStragglers();
  if (ticks_left_ == 0) {
    if (next_step_ > 0) subject_.decided(kafka_.admin(), next_step_ - 1);
    if (next_step_ == plan_.steps.size()) return endSoon();
    subject_.feed(kafka_.admin(), next_step_, released_ + plan_.interval);
    ticks_left_ = plan_.steps[next_step_++];
  }
  --ticks_left_;
  release();
}

void FaultRun::release() {
  released_ += plan_.interval;
  released_at_ = scheduler_.now();
  for (auto& host : hosts_)
    if (host.process && !host.process->ended()) host.process->releaseTick(released_);
  upsets_.tickReleased();
}

/// Faults of processes strike by the count of requests: there something is going on.
void FaultRun::upsetsDue() {
  upsets_.requested();
  while (const auto kind = upsets_.due())
    scheduler_.at(in(std::chrono::microseconds(random_.below(2'500))),
                  [this, kind = *kind] { upset(kind); });
}

void FaultRun::upset(Fault kind) {
  auto* const process = current();
  if (healed_ || process == nullptr) return;
  const milliseconds length(random_.chance(300) ? random_.between(1'000, 8'000)
                                                : random_.between(5, 1'000));
  switch (kind) {
    case Fault::kCrashes:
      return kill();
    case Fault::kPauses:
      tell("{} stands still for {} ms", process->name(), length.count());
      ++outcome_.counts.pauses;
      return process->pauseUntil(in(length));
    case Fault::kZombies:
      return replace(length);
    case Fault::kRestarts:
      tell("{} is asked to stop", process->name());
      return process->requestStop();
    case Fault::kOutages:
      tell("no broker answers for {} ms", length.count());
      return network_.outage(in(length));
    case Fault::kFailover:
      tell("the coordinators move, {} ms", length.count());
      return kafka_.admin().failOver(length / 2, length / 2);
    case Fault::kCompaction:
      return compact();
    default:
      return;
  }
}

void FaultRun::kill() {
  auto& host = hosts_.at(here_);
  tell("{} is killed", host.process->name());
  ++outcome_.counts.kills;
  host.process.reset();
  auto& disk = disks_.at(here_);
  disk.crash(faults_.requests.has(Fault::kTornDisk));
  if (faults_.requests.has(Fault::kLostDisk) && random_.chance(200)) {
    tell("the disk is lost");
    disk.lose();
  }
  startSoon(milliseconds(random_.between(20, 2'500)));
}

/// It stands still, takes itself for the owner when it goes on, and finds another one there.
void FaultRun::replace(milliseconds length) {
  const std::size_t other = 1 - here_;
  if (hosts_.at(other).zombie) return;
  auto& host = hosts_.at(here_);
  tell("{} stands still for {} ms, and another process is started elsewhere", host.process->name(),
       length.count());
  ++outcome_.counts.pauses;
  host.process->pauseUntil(in(length));
  host.zombie = true;
  here_ = other;
  startSoon(milliseconds(random_.between(1, 500)));
}

void FaultRun::compact() {
  std::vector<TopicPartition> partitions{ledgerPartition(plan_.application)};
  if (!graph_->prepared()) return;
  for (const auto& state : graph_->states()) {
    for (std::uint32_t i = 0; i < state.shards; ++i)
      partitions.push_back(
          {changelogTopic(plan_.application, state.id), Partition{static_cast<std::int32_t>(i)}});
  }
  tell("ledger and changelogs are compacted");
  for (const auto& partition : partitions)
    if (exists(partition)) kafka_.admin().compact(partition);
}

bool FaultRun::exists(const TopicPartition& partition) {
  return kafka_.broker().withParts(
      [&](memory::Broker::Parts& parts) { return parts.topics.log(partition) != nullptr; });
}

void FaultRun::heal() {
  if (std::exchange(healed_, true)) return;
  network_.heal();
  for (auto& host : hosts_)
    if (host.process && host.zombie) host.process.reset();
  for (auto& host : hosts_) host.zombie = false;
}

void FaultRun::endSoon() {
  ending_ = true;
  released_at_ = scheduler_.now();
  heal();
  if (auto* process = current()) {
    process->requestStop();
  } else {
    ended_ = true;
  }
}

void FaultRun::watch() {
  kafka_.settle();
  scheduler_.at(in(kWatch), [this] { watch(); });
}

bool FaultRun::inTime() {
  if (falls_behind_) return true;
  const auto late = scheduler_.now() - released_at_ - plan_.interval;
  if (late > kFaultsWithin && !healed_) heal();
  if (late <= kFaultsWithin + kHealsWithin) return true;
  outcome_.status =
      Status::fatal(ExitCode::kBug, "",
                    fmt::format("entry {} is not committed {} s after all faults ended", next_step_,
                                kHealsWithin.count()));
  return false;
}

/// After every step of the schedule.
bool FaultRun::goOn() {
  if (!outcome_.status.ok() || !inTime()) return false;
  if (ending_) {
    return !ended_ || kafka_.admin().transactionState(plan_.application).starts_with("Prepare");
  }
  auto* process = current();
  if (falls_behind_ || process == nullptr) return true;
  const auto done = process->doneThrough();
  if (!done || *done < released_) {
    if (!decidedUnseen()) return true;
    ++outcome_.counts.early_ticks;
    feedNext();
  } else if (consumed()) {
    feedSoon();
  } else {
    clock_.tickDone(released_);
    release();
  }
  return true;
}

/// Without transactions the ledger may know of a batch whose offsets were not committed: the next
/// tick runs it again.
bool FaultRun::consumed() {
  if (plan_.guarantee == Guarantee::kExactlyOnce) return true;
  auto& kafka = kafka_.admin();
  for (const auto& topic : graph_->topicsRead()) {
    for (std::int32_t i = 0;; ++i) {
      const TopicPartition partition{topic, Partition{i}};
      if (!exists(partition)) break;
      const auto end = kafka.end(partition);
      const auto committed = kafka.committed(plan_.application, {partition});
      const bool there = !committed.empty() && committed.front().offset == end;
      if (end > Offset{0} && !there) return false;
    }
  }
  return true;
}

FaultOutcome FaultRun::run() {
  constexpr std::uint64_t kStepsPerTick = 5'000;
  constexpr std::uint64_t kStepsBeside = 1'000'000;
  subject_.prepare(kafka_.admin());
  kafka_.broker().observe([this](const memory::TransactionOutcome& transaction) {
    if (!transaction.committed && transaction.transactional_id == plan_.application)
      ++outcome_.counts.aborted;
  });
  std::uint64_t ticks = 0;
  for (const auto count : plan_.steps) ticks += static_cast<std::uint64_t>(count);
  released_at_ = scheduler_.now();
  start();
  watch();
  scheduler_.run([this] { return goOn(); }, kStepsBeside + ticks * kStepsPerTick);
  if (scheduler_.failure() && outcome_.status.ok())
    outcome_.status = Status::fatal(ExitCode::kBug, "", *scheduler_.failure());
  for (auto& host : hosts_) host.process.reset();
  if (outcome_.status.ok()) subject_.ended(kafka_.admin());
  outcome_.counts.bad_requests = network_.broken();
  return std::move(outcome_);
}

}  // namespace

FaultCounts& FaultCounts::operator+=(const FaultCounts& other) {
  kills += other.kills;
  stops += other.stops;
  pauses += other.pauses;
  aborted += other.aborted;
  bad_requests += other.bad_requests;
  disk_errors += other.disk_errors;
  early_ticks += other.early_ticks;
  return *this;
}

FaultOutcome runUnderFaults(Subject& subject, std::uint64_t seed, StoreBug bug) {
  return FaultRun(subject, seed, bug).run();
}

}  // namespace lockstep::sim
