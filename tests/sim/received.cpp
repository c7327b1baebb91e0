// Graph::kReceived: its graph, how an instance receives, and what has to be in the log.
#include "tests/sim/received.hpp"

#include <charconv>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <lockstep/dstream/dstream.hpp>
#include <lockstep/dstream/kafka_output.hpp>
#include <lockstep/dstream/received_input.hpp>

#include "src/runtime/received_log.hpp"
#include "tests/sim/instance.hpp"
#include "tests/sim/invariants.hpp"
#include "tests/sim/mutants.hpp"
#include "tests/sim/oracle.hpp"

namespace lockstep::sim {
namespace {

using std::chrono::milliseconds;

const TopicPartition kReceived{kSecondInputTopic, Partition{0}};

ReceivedLog::Block blockOf(std::int64_t first, std::int64_t last, Nonce owner, WallTime now) {
  ReceivedLog::Block block;
  const auto key = fmt::format("{:016x}", owner.value());
  for (auto number = first; number <= last; ++number) {
    const auto value = fmt::format("r0:{}:1", number);
    const auto sequence = std::to_string(number);
    const Header headers[] = {{kSourceHeader, "numbers"}, {kSequenceHeader, sequence}};
    block.records.append({key, value, now, headers});
  }
  return block;
}

}  // namespace

std::int64_t receivedNumber(std::string_view value) {
  const auto from = value.find(':') + 1;
  std::int64_t number = 0;
  std::from_chars(value.data() + from, value.data() + value.size(), number);
  return number;
}

void receivedGraph(const std::shared_ptr<DStreamGraph>& graph) {
  kafkaOutput(directKafkaInput(graph, {kInputTopic}), {.topic = kOutputTopic, .step = {}});
  kafkaOutput(withoutRepeats(directKafkaInput(graph, {kSecondInputTopic}), "numbers"),
              {.topic = kOutputTopic, .step = {}});
}

/// A receiver's threads as one fiber: its source's numbers, block by block, until the log is
/// another's.
void Instance::receive(Nonce owner) {
  auto& clock = around_.clock;
  auto& source = *hooks_.source;
  const auto kind = around_.options.mutant;
  const auto wait = [&](const std::function<bool()>& ready) {
    while (!ready()) around_.scheduler.waitFor(ready, Instant::max());
  };
  wait([this] { return incarnation_.has_value(); });
  auto ports = receiverPorts();
  const bool unordered = kind == Mutant::kOldReceiverTakesOver;
  ReceivedLog log(std::move(ports), {kReceived, std::nullopt},
                  {owner, unordered ? Incarnation{1} : *incarnation_}, clock);
  const auto patiently = [&](const std::function<Status()>& call) {
    for (;;) {
      const auto status = call();
      if (status.ok()) return !stopped_;
      around_.trace.add("{}: the receiver's log: {}", process_.name, status.toString());
      if (status.reaction() == Reaction::kFatal || stopped_) return false;
      clock.sleep(milliseconds(50));
    }
  };
  if (!patiently([&] { return log.open(); })) return;
  for (auto next = source.told + 1;;) {
    wait([&] { return stopped_ || source.available >= next; });
    const auto last = std::min(source.available, next + random_.below(3));
    const auto block = blockOf(next, last, owner, clock.wallNow());
    if (stopped_ || !patiently([&] { return log.write(block); })) return;
    around_.trace.add("{}: received up to {}", process_.name, last);
    source.told = std::max(source.told, last);
    hooks_.on_told();
    next = last + 1;
    clock.sleep(milliseconds(random_.between(1, 150)));
  }
}

/// Repeats are left out: what another instance had written when this one began.
Oracle::Expected Oracle::receivedBatch(const std::vector<std::vector<Seen>>& input) {
  Expected expected;
  for (const auto& partition : input) {
    for (const auto& record : partition) {
      if (!isReceived(*record.value)) {
        expected.outputs.push_back(record);
      } else if (const auto number = receivedNumber(*record.value); number > received_) {
        expected.outputs.push_back({Partition{0}, std::nullopt, record.value});
        received_ = number;
      }
    }
  }
  return expected;
}

/// I13: what the source was told is safe is in the log; numbers come in order for the first time,
/// each owner writes each once, and owners do not take turns.
void Invariants::checkReceived(std::int64_t told) {
  if (kafka_.admin().transactionState(kReceiverTransactions).starts_with("Prepare")) return;
  std::set<std::pair<std::string, std::int64_t>> written;
  std::set<std::string> former;
  std::string owner;
  std::int64_t highest = 0;
  for (const auto& record : history_.between(kReceived, 0, history_.lastStable(kReceived))) {
    const auto number = receivedNumber(record.value.value_or(""));
    const auto by = record.key.value_or("");
    if (!written.emplace(by, number).second)
      violated(fmt::format("I13: {} has written number {} twice", by, number));
    if (number > highest + 1)
      violated(fmt::format("I13: number {} follows number {}", number, highest));
    highest = std::max(highest, number);
    if (by == owner) continue;
    former.insert(std::exchange(owner, by));
    if (former.contains(by)) violated(fmt::format("I13: {} writes after another owner", by));
  }
  if (highest < told)
    violated(fmt::format("I13: the source was told that {} is safe, the log ends with {}", told,
                         highest));
}

}  // namespace lockstep::sim
