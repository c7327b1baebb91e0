// Graph::kReceived: its graph, how an instance receives, and what has to be in the log.
#include "tests/sim/received.hpp"

#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include <lockstep/dstream/dstream.hpp>
#include <lockstep/dstream/kafka_output.hpp>
#include <lockstep/dstream/received_input.hpp>

#include "src/runtime/log_writer.hpp"
#include "src/runtime/source_feed.hpp"
#include "tests/sim/instance.hpp"
#include "tests/sim/invariants.hpp"
#include "tests/sim/mutants.hpp"
#include "tests/sim/oracle.hpp"

namespace lockstep::sim {
namespace {

using std::chrono::milliseconds;

const TopicPartition kReceived{kSecondInputTopic, Partition{0}};
const TopicPartition kPositions{kPositionsTopic, Partition{0}};

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

void receivedGraph(const std::shared_ptr<DStreamGraph>& graph, const Options& options) {
  kafkaOutput(directKafkaInput(graph, {kInputTopic}), {.topic = kOutputTopic, .step = {}});
  const auto log = directKafkaInput(graph, {kSecondInputTopic});
  const auto value = [](const RecordView& record) { return *record.value; };
  kafkaOutput(readsFolder(options) ? log.map(value) : withoutRepeats(log, "numbers"),
              {.topic = kOutputTopic, .step = {}});
}

/// The threads of a source as one fiber: until its log is another's.
void Instance::receive(Nonce owner) {
  const std::function<bool()> has_claimed = [this] { return incarnation_.has_value(); };
  while (!has_claimed()) around_.scheduler.waitFor(has_claimed, Instant::max());
  const auto kind = around_.options.mutant;
  const bool unordered = kind == Mutant::kOldReceiverTakesOver;
  ReceivedLog::Names names{kReceived, std::nullopt};
  if (readsFolder(around_.options)) names.positions = kPositions;
  SourceReport report({"numbers", "simulated", {}}, around_.clock);
  LogWriter log(
      std::make_unique<ReceivedLog>(
          receiverPorts(), names,
          ReceivedLog::Owner{owner, unordered ? Incarnation{1} : *incarnation_}, around_.clock),
      report, around_.clock, [this](milliseconds pause) { return goOnAfter(pause); });
  if (readsFolder(around_.options)) {
    readFolder(log, report, owner);
  } else {
    receiveNumbers(log, owner);
  }
}

/// False once the instance has ended by itself.
bool Instance::goOnAfter(milliseconds pause) {
  if (pause > pause.zero()) around_.clock.sleep(pause);
  return !stopped_;
}

void Instance::received(std::int64_t last) {
  auto& source = *hooks_.source;
  around_.trace.add("{}: received up to {}", process_.name, last);
  source.told = std::max(source.told, last);
  hooks_.on_told();
}

/// The source's numbers, block by block.
void Instance::receiveNumbers(LogWriter& log, Nonce owner) {
  auto& clock = around_.clock;
  const auto& source = *hooks_.source;
  if (!log.open().ok()) return;
  for (auto next = source.told + 1;;) {
    const std::function<bool()> ready = [&] { return stopped_ || source.available >= next; };
    while (!ready()) around_.scheduler.waitFor(ready, Instant::max());
    const auto last = std::min(source.available, next + random_.below(3));
    if (stopped_ || !log.write(blockOf(next, last, owner, clock.wallNow())).ok()) return;
    received(last);
    next = last + 1;
    clock.sleep(milliseconds(random_.between(1, 150)));
  }
}

/// SourceFeed over files in order of their names. A file's position is how many lines of it were
/// read.
void Instance::readFolder(LogWriter& log, SourceReport& report, Nonce owner) {
  using Positions = std::map<std::string, std::string>;
  std::optional<Positions> early;
  if (around_.options.mutant == Mutant::kPositionsReadEarly) {
    auto read = log.readPositions();
    if (!read.ok()) return;
    early = std::move(*read);
  }
  const auto open = [&](const Positions& kept) -> Result<SourceFeed::Next> {
    std::int64_t read = 0;
    for (const auto& [file, lines] : early ? *early : kept) read += std::stoll(lines);
    return SourceFeed::Next(
        [&, read, told = std::int64_t{0}]() mutable -> Result<ReceivedLog::Block> {
          if (std::exchange(told, read) != read)
            received(read);  // what was returned before is written
          const auto file = read / kLinesOfFile;
          const auto end = (file + 1) * kLinesOfFile;
          if (hooks_.source->available < end) return ReceivedLog::Block{};
          const auto last = std::min(end, read + random_.between(1, kLinesOfFile));
          auto block = blockOf(read + 1, last, owner, around_.clock.wallNow());
          block.positions[fmt::format("f{:04}", file)] = std::to_string(last - file * kLinesOfFile);
          read = last;
          return block;
        });
  };
  SourceFeed feed({false, milliseconds(50)}, log, report, open,
                  [this](milliseconds pause) { return goOnAfter(pause); });
  (void)feed.run();
}

/// A receiver's repeats are left out: what another instance had written when this one began.
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
/// each owner writes each once, owners do not take turns, and come in the order of their claims.
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
    if (readsFolder(options_) && number <= highest)
      violated(fmt::format("I13: line {} was read again after {}", number, highest));
    if (number > highest + 1)
      violated(fmt::format("I13: number {} follows number {}", number, highest));
    highest = std::max(highest, number);
    if (by == owner) continue;
    const auto later = last_claims_.find(owner);
    const auto earlier = last_claims_.find(by);
    if (later != last_claims_.end() && earlier != last_claims_.end() &&
        earlier->second < later->second)
      violated(fmt::format("I13: {}, incarnation {}, writes after {}, incarnation {}", by,
                           earlier->second.value(), owner, later->second.value()));
    former.insert(std::exchange(owner, by));
    if (former.contains(by)) violated(fmt::format("I13: {} writes after another owner", by));
  }
  if (highest < told)
    violated(fmt::format("I13: the source was told that {} is safe, the log ends with {}", told,
                         highest));
}

}  // namespace lockstep::sim
