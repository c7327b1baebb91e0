#include "tests/sim/changes.hpp"

#include <fmt/format.h>

#include <lockstep/model/internal_topics.hpp>

#include "tests/sim/mutants.hpp"

namespace lockstep::sim {

using std::chrono::milliseconds;

namespace {

constexpr int kPartitionsMax = 5;
constexpr milliseconds kAgain{150};

}  // namespace

void Changes::plan() {
  const auto times = [&](Fault fault, std::int64_t most, void (Changes::*what)()) {
    if (!world_.options.has(fault)) return;
    for (auto i = random_.between(1, most); i > 0; --i)
      world_.scheduler.at(sometime(), [this, what] { (this->*what)(); });
  };
  times(Fault::kGrowth, 3, &Changes::grow);
  times(Fault::kExpiredOffsets, 2, &Changes::expireOffsets);
  times(Fault::kFailover, 4, &Changes::failOver);
  times(Fault::kTakeovers, 4, &Changes::takeOver);
  if (world_.options.graph == Graph::kTable) times(Fault::kCompaction, 3, &Changes::compactTable);
  if (world_.options.pattern) world_.scheduler.at(sometime(), [this] { addInput(); });
  if (world_.options.losesInput()) world_.scheduler.at(sometime(), [this] { loseInput(); });
}

Instant Changes::sometime() {
  return world_.scheduler.now() + milliseconds(random_.below(world_.options.length.count()));
}

std::string Changes::someInput() {
  if (world_.options.graph == Graph::kReceived) return kInputTopic;  // the other one is its own
  const auto topics = inputTopics(world_.options);
  return topics.at(static_cast<std::size_t>(random_.below(static_cast<int>(topics.size()))));
}

void Changes::grow() {
  const auto topic = someInput();
  const auto partitions = world_.kafka.broker().withParts([&](memory::Broker::Parts& parts) {
    const auto* found = parts.topics.find(topic);
    return found == nullptr ? kPartitionsMax : static_cast<int>(found->partitions.size());
  });
  if (partitions >= kPartitionsMax || world_.invariants.history().isGone(topic)) return;
  const auto more = static_cast<std::int32_t>(random_.between(partitions + 1, kPartitionsMax));
  world_.trace.add("{} grows from {} to {} partitions", topic, partitions, more);
  world_.kafka.admin().growTopic(topic, more);
}

/// A topic that matches the application's pattern: it has to be read from its beginning.
void Changes::addInput() {
  world_.trace.add("{} comes", kSecondInputTopic);
  world_.kafka.admin().createTopic({kSecondInputTopic, world_.options.partitions, 1, {}});
}

bool Changes::undecided() const {
  world_.kafka.settle();
  const auto state = world_.kafka.admin().transactionState(kTransactionalId);
  return state == "Ongoing" || state.starts_with("Prepare");
}

/// After seven days without the application, in one moment: all of its offsets, or some.
void Changes::expireOffsets() {
  if (world_.healed()) return;
  if (undecided()) {
    world_.scheduler.at(world_.scheduler.now() + kAgain, [this] { expireOffsets(); });
    return;
  }
  world_.check_commits();
  world_.down_for_a_while();
  auto partitions = world_.invariants.history().partitions();
  partitions.push_back(ledgerPartition(kApplication));
  const bool all = random_.chance(600);
  std::vector<CommittedOffset> expired;
  std::string names;
  for (const auto& partition : partitions) {
    if (!all && !random_.chance(500)) continue;
    expired.push_back({partition, std::nullopt, {}});
    names += fmt::format(" {}", toString(partition));
  }
  world_.trace.add("committed offsets expire:{}", names);
  world_.kafka.admin().commit(kApplication, expired);
}

/// While nobody reads it: what a batch finds in a topic that is compacted just then, nobody can
/// say.
void Changes::compactTable() {
  if (world_.healed()) return;
  if (undecided()) {
    world_.scheduler.at(world_.scheduler.now() + kAgain, [this] { compactTable(); });
    return;
  }
  world_.check_commits();
  world_.down_for_a_while();
  for (const auto& partition : world_.invariants.history().partitions()) {
    const bool gone = world_.invariants.history().isGone(partition.topic);
    if (partition.topic != kSecondInputTopic || gone) continue;
    world_.trace.add("{} is compacted", toString(partition));
    world_.kafka.admin().compact(partition);
  }
}

/// Mostly for a moment; now and then for longer than requests and transactions last.
void Changes::failOver() {
  if (world_.healed()) return;
  const auto most = random_.chance(200) ? 6'000 : 400;
  const milliseconds away(random_.below(most));
  const milliseconds loading(random_.below(most));
  world_.trace.add("the coordinators move: away for {} ms, loading for {} ms", away.count(),
                   loading.count());
  world_.kafka.admin().failOver(away, loading);
}

/// Once the application has claimed its inputs: before, they are nothing to it.
void Changes::loseInput() {
  if (world_.healed()) return;
  if (!world_.invariants.claimed()) {
    world_.scheduler.at(world_.scheduler.now() + kAgain, [this] { loseInput(); });
    return;
  }
  world_.check_commits();
  if (random_.chance(300)) world_.down_for_a_while();
  const auto topic = someInput();
  auto& admin = world_.kafka.admin();
  auto& history = world_.invariants.history();
  input_lost_ = true;
  if (world_.options.has(Fault::kRetention)) {
    world_.invariants.loseInput(topic, {"E203"});
    history.keep(topic);
    deleteOldRecords(topic);
  } else if (world_.options.has(Fault::kDeletedInput)) {
    world_.invariants.loseInput(topic, {"E211"});
    history.keepForGood(topic);
    admin.deleteTopic(topic);
  } else {
    // E204: made anew between two of the requests that a start reads the cluster with.
    world_.invariants.loseInput(topic, {"E205", "E204"});
    history.keepForGood(topic);
    admin.recreateTopic(topic);
  }
}

void Changes::deleteOldRecords(const std::string& topic) {
  for (const auto& partition : world_.invariants.history().partitions()) {
    if (partition.topic != topic) continue;
    if (!world_.invariants.reads(partition)) continue;  // new: starts at its log start in any case
    const auto end = world_.invariants.history().lastStable(partition);
    const auto before = random_.chance(500) ? end : random_.between(0, end);
    world_.trace.add("{} loses its records before {}", toString(partition), before);
    world_.kafka.admin().deleteRecords(partition, Offset{before});
  }
}

}  // namespace lockstep::sim
