// Graph::kTable: its graph, what it has to give, and what has to be read first.
#include "tests/sim/tables.hpp"

#include <algorithm>
#include <utility>

#include <lockstep/dstream/dstream.hpp>
#include <lockstep/dstream/kafka_output.hpp>
#include <lockstep/dstream/table.hpp>

#include "tests/sim/graphs.hpp"
#include "tests/sim/invariants.hpp"
#include "tests/sim/mutants.hpp"
#include "tests/sim/oracle.hpp"

namespace lockstep::sim {
namespace {

using Held = std::optional<std::int64_t>;  ///< what the table has for a key

std::string besideAmount(std::string_view value, const Held& amount) {
  return std::string(value) + " " + (amount ? std::to_string(*amount) : std::string(kNoPartner));
}

}  // namespace

std::string lookedUp(const Options& options, std::string_view key, std::string_view value) {
  if (options.seed % 2 == 0) return std::string(key);
  return "k" + std::to_string(amountOf(value) % 5);
}

void tableGraph(const std::shared_ptr<DStreamGraph>& graph, const Options& options) {
  const auto decode = [](const RecordView& record) {
    const auto amount = amountOf(*record.value);
    return std::pair(std::string(record.key.value_or("")),
                     amount == kDeletes ? std::nullopt : Held(amount));
  };
  const auto table = kafkaTable(graph, kSecondInputTopic, decode, {.id = kStateId});
  using Read = std::pair<std::string, std::string_view>;
  const auto records = directKafkaInput(graph, {kInputTopic}).map([](const RecordView& record) {
    return Read(std::string(record.key.value_or("")), *record.value);
  });
  const auto key_of = [options](const Read& record) {
    return lookedUp(options, record.first, record.second);
  };
  const auto write = [](const auto& joined) {
    const auto text = [](const auto& both) { return besideAmount(both.first, both.second); };
    kafkaOutput(joined.mapValues(text), {.topic = kOutputTopic, .step = {}});
  };
  const bool own_key = options.seed % 2 == 0;
  if (dropsMissing(options)) {
    write(own_key ? records.joinTable(table) : records.joinTable(table, key_of));
  } else {
    write(own_key ? records.leftJoinTable(table) : records.leftJoinTable(table, key_of));
  }
}

/// The batch's records of the table first, then its look-ups.
Oracle::Expected Oracle::tableBatch(const std::vector<std::vector<Seen>>& input,
                                    const BatchPlan& plan) {
  Expected expected;
  const auto before = entries_;
  const auto for_each = [&](bool of_table, const auto& call) {
    for (const auto& partition : input)
      for (const auto& record : partition)
        if (isOfTable(*record.value) == of_table) call(record.key.value_or(""), *record.value);
  };
  for_each(true, [&](const std::string& key, const std::string& value) {
    if (amountOf(value) == kDeletes) {
      entries_.erase(key);
    } else {
      entries_[key].sum = amountOf(value);
    }
  });
  for_each(false, [&](const std::string& key, const std::string& value) {
    const auto found = entries_.find(lookedUp(options_, key, value));
    const bool missing = found == entries_.end();
    if (missing && dropsMissing(options_)) return;
    const auto amount = missing ? std::nullopt : Held(found->second.sum);
    expected.outputs.push_back({Partition{0}, key, besideAmount(value, amount)});
  });
  auto& after = states_[plan.id];
  for (const auto& [key, entry] : entries_) {
    after[key] = entry.sum;
    const auto old = before.find(key);
    if (old == before.end() || old->second.sum != entry.sum) expected.state[key] = entry.sum;
  }
  for (const auto& [key, entry] : before)
    if (!after.contains(key)) expected.removed.insert(key);
  return expected;
}

/// I12: nothing is looked up before the table was read to where it ended when the owner started.
void Invariants::checkTableFirst(const BatchPlan& plan, Nonce owner) {
  const auto started = starts_.find(owner);
  if (options_.graph != Graph::kTable || started == starts_.end()) return;
  const bool looks_up =
      std::any_of(plan.ranges.begin(), plan.ranges.end(), [](const OffsetRange& range) {
        return range.partition.topic == kInputTopic && !range.empty();
      });
  if (!looks_up) return;
  for (const auto& [partition, end] : started->second) {
    if (partition.topic != kSecondInputTopic || offsetBefore(partition) >= end) continue;
    violated(
        fmt::format("I12: batch {} looks up with the table at offset {} of {}, which ended at "
                    "{} when its owner started",
                    plan.id.value(), offsetBefore(partition), toString(partition), end));
  }
}

}  // namespace lockstep::sim
