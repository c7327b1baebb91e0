// Graph::kAccumulated: its graph, and what its accumulators have to be.
#include "tests/sim/accumulated.hpp"

#include <map>
#include <utility>

#include <fmt/format.h>

#include <lockstep/base/check.hpp>
#include <lockstep/dstream/accumulator.hpp>
#include <lockstep/dstream/dstream.hpp>
#include <lockstep/dstream/kafka_output.hpp>
#include <lockstep/model/record_error.hpp>

#include "tests/sim/invariants.hpp"
#include "tests/sim/mutants.hpp"
#include "tests/sim/oracle.hpp"

namespace lockstep::sim {
namespace {

const std::string kAmounts = "amounts";
const std::string kEffects = "effects";

bool isRefused(std::string_view value) { return value.starts_with("bad"); }

std::string shownTotals(std::int64_t amounts, std::int64_t effects) {
  return fmt::format("amounts {} effects {}", amounts, effects);
}

std::int64_t totalOf(const LongAccumulator& accumulator) {
  return sim::totalOf(accumulator.sum(), accumulator.count());
}

}  // namespace

std::int64_t totalIn(const std::string& bytes) {
  LOCKSTEP_CHECK(bytes.size() >= 16, "an accumulator has a sum and a count");
  const auto at = bytes.size() - 16;
  return totalOf(numberIn(bytes.substr(at, 8)), numberIn(bytes.substr(at + 8)));
}

void accumulatedGraph(DStreamGraph& graph, const DStream<RecordView>& input, const Options& options,
                      const std::function<void(Effect)>& on_effect) {
  const LongAccumulator amounts(graph, kAmounts);
  const auto counted = input.map([amounts](const RecordView& record) {
    amounts.add(amountOf(*record.value));
    if (isRefused(*record.value)) throw RecordError(RecordErrorKind::kEval, "bad record");
    return record;
  });
  kafkaOutput(counted, {.topic = kOutputTopic, .step = {}});
  if (!readsAccumulators(options)) return;
  const LongAccumulator effects(graph, kEffects);
  counted.foreachRDD([=](const CollectedRdd<RecordView>& rdd, BatchTime time) {
    Effect effect{rdd.offsetRanges(), time, {}};
    for (const auto& record : rdd.collect()) {
      effect.values.push_back(record.value.value_or(""));
      effects.add(1);
    }
    if (!effect.values.empty())
      effect.values.push_back(shownTotals(totalOf(amounts), totalOf(effects)));
    on_effect(std::move(effect));
  });
}

Oracle::Expected Oracle::accumulatedBatch(const std::vector<std::vector<Seen>>& input,
                                          const BatchPlan& plan) {
  Expected expected;
  const auto before = totals_;
  for (const auto& partition : input) {
    for (const auto& record : partition) {
      if (isRefused(*record.value)) {
        expected.dead_letters.push_back(*record.value);
        continue;
      }
      expected.outputs.push_back(record);
      totals_[kAmounts] += totalOf(amountOf(*record.value), 1);
      if (readsAccumulators(options_)) totals_[kEffects] += totalOf(1, 1);
    }
  }
  for (const auto& [name, total] : totals_) {
    const auto old = before.find(name);
    if (old == before.end() || old->second != total) expected.state[name] = total;
  }
  states_[plan.id] = totals_;
  return expected;
}

/// What foreachRDD has read: the values with this batch.
void Invariants::checkAccumulatorsRead(const BatchPlan& plan, const std::string& effect) {
  const auto& totals = *oracle_.stateAt(plan.id);
  const auto total = [&](const std::string& name) {
    const auto found = totals.find(name);
    return found == totals.end() ? 0 : found->second;
  };
  const auto expected = shownTotals(total(kAmounts), total(kEffects));
  if (!effect.ends_with(expected))
    violated(fmt::format("I1: foreachRDD of batch {} has read other values than {}: {}",
                         plan.id.value(), expected, effect));
}

}  // namespace lockstep::sim
