#include "tests/random/subject.hpp"

#include <array>
#include <optional>
#include <utility>

#include <lockstep/base/hash.hpp>

namespace lockstep::random_graphs {
namespace {

using std::chrono::milliseconds;

const std::string kDeadLetters = "dead-letters";

/// A tick that changed nothing leaves nothing in the ledger. A process that starts behind it closes
/// it again, with the next tick's records at hand. Where windows have to be closed before, their
/// partitions are not idle, which they were (plan.behind). Where they have not, what the two ticks
/// bring is of one batch, and joined or windowed together.
bool hasToBeBusy(const DrawnGraph& drawn) {
  return drawn.meets || (drawn.clocks && drawn.graph->windowSlide().count() != 0);
}

sim::Subject::Plan drawPlan(std::uint64_t seed, Guarantee guarantee, bool busy) {
  sim::Prng random(seed, 12);
  sim::Subject::Plan plan{"app", guarantee, kInterval, WallTime(std::chrono::hours(480'000)), {}};
  const auto steps = random.between(3, 6);
  for (std::int64_t i = 0; i < steps; ++i)
    plan.steps.push_back(busy || random.chance(700) ? 1 : random.between(2, 4));
  return plan;
}

std::map<std::string, std::int32_t> writtenBy(const DrawnGraph& drawn) {
  auto written = drawn.written;
  written[kDeadLetters] = 1;
  return written;
}

/// Few keys and values, so that some are equal; null ones, and text that is no number.
memory::OwnedRecord drawRecord(sim::Prng& random, bool table, BatchTime tick) {
  constexpr std::array kKeys{"a", "b", "c", "d", "", "long key of a record"};
  memory::OwnedRecord record;
  record.key = kKeys.at(static_cast<std::size_t>(random.below(kKeys.size())));
  if (!table && random.chance(50)) record.key.reset();
  record.value = std::to_string(random.between(-9, 9));
  if (random.chance(table ? 200 : 40)) record.value.reset();
  if (!table && random.chance(20)) record.value = "x";
  record.timestamp = tick - milliseconds(random.below(3'000));
  if (random.chance(200)) record.headers.emplace_back("source", "test");
  return record;
}

/// Of a key's records, whatever the number of partitions is.
Partition partitionOf(const memory::OwnedRecord& record, std::int32_t partitions) {
  const auto hash = murmur2(record.key.value_or("")) & 0x7fffffffU;
  return Partition{static_cast<std::int32_t>(hash % static_cast<std::uint32_t>(partitions))};
}

}  // namespace

RandomSubject::RandomSubject(const GraphChoice& choice, Guarantee guarantee)
    : choice_(choice),
      drawn_(drawGraph(choice, effects_)),
      plan_(drawPlan(choice.seed, guarantee, hasToBeBusy(drawn_))),
      taker_(plan_.application, writtenBy(drawn_)) {}

Result<ApplicationSpec> RandomSubject::make() {
  auto drawn = drawGraph(choice_, effects_);
  ApplicationSpec spec;
  spec.engine.application = plan_.application;
  spec.engine.guarantee = plan_.guarantee;
  for (const auto& topic : drawn.graph->topicsRead())
    spec.engine.inputs.push_back({topic, StartFrom::kEarliest});
  spec.engine.batch_interval = kInterval;
  spec.engine.catch_up_whole = true;
  spec.errors.eval = spec.errors.produce = OnError::kDeadLetter;
  spec.errors.late = choice_.seed % 2 == 0 ? OnError::kDrop : OnError::kDeadLetter;
  spec.errors.dead_letter_topic = kDeadLetters;
  spec.engine.nonce = Nonce{1};
  spec.graph = running_ = drawn.graph;
  return spec;
}

void RandomSubject::prepare(memory::Admin& kafka) {
  for (const auto& topics : {drawn_.fed, drawn_.tables, writtenBy(drawn_)})
    for (const auto& [topic, partitions] : topics) kafka.createTopic({topic, partitions, 1, {}});
}

void RandomSubject::feed(memory::Admin& kafka, std::size_t step, BatchTime tick) {
  sim::Prng random(choice_.seed, 100 + step);
  const bool busy = hasToBeBusy(drawn_);
  if (!busy && step > 0 && random.chance(150)) return;
  for (const auto& [topic, partitions] : drawn_.fed)
    feedTopic(kafka, topic, partitions, random, tick);
  for (const auto& [topic, partitions] : drawn_.tables)
    feedTopic(kafka, topic, partitions, random, tick);
}

void RandomSubject::feedTopic(memory::Admin& kafka, const std::string& topic,
                              std::int32_t partitions, sim::Prng& random, BatchTime tick) {
  auto count = hasToBeBusy(drawn_) ? random.between(1, 12) : random.below(13);
  // More than a chunk of elements, where that is not multiplied.
  if (random.chance(100) && drawn_.size <= 40) count *= 60;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto record = drawRecord(random, drawn_.tables.contains(topic), tick);
    kafka.produce({topic, partitionOf(record, partitions)}, std::vector{record});
  }
}

}  // namespace lockstep::random_graphs
