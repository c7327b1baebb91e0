#include "tests/sim/workload.hpp"

#include <fmt/format.h>

#include "tests/sim/mutants.hpp"

namespace lockstep::sim {

using std::chrono::milliseconds;

void Workload::start() {
  const auto& options = around_.options;
  if (options.has(Fault::kAbortedInput))
    foreign_.emplace(around_.kafka.foreignProducer("another-application"));
  for (int i = 0; i < options.records; ++i) {
    const auto at = around_.clock.now() + milliseconds(random_.below(options.length.count()));
    const bool transactional = foreign_ && random_.chance(500);
    around_.scheduler.at(at, [this, transactional] {
      if (transactional) {
        produceInTransaction();
      } else {
        produce();
      }
    });
  }
}

std::optional<TopicPartition> Workload::target() {
  const bool received = around_.options.graph == Graph::kReceived;
  const bool second = around_.options.inputs > 1 && !received && random_.chance(500);
  const auto& topic = second ? kSecondInputTopic : kInputTopic;
  const auto partitions =
      around_.kafka.broker().withParts([&](memory::Broker::Parts& parts) -> std::int64_t {
        const auto* found = parts.topics.find(topic);
        return found == nullptr ? 0 : static_cast<std::int64_t>(found->partitions.size());
      });
  if (partitions == 0) return std::nullopt;
  return TopicPartition{topic, Partition{static_cast<std::int32_t>(random_.below(partitions))}};
}

/// "p2:17:5": topic and partition, index, amount.
memory::OwnedRecord Workload::record(const TopicPartition& partition) {
  memory::OwnedRecord record;
  const auto index = indexes_[partition]++;
  if (!random_.chance(100)) record.key = fmt::format("k{}", random_.below(5));
  record.value = fmt::format("{}{}{}:{}:{}", random_.chance(150) ? "bad" : "p",
                             partition.topic == kSecondInputTopic ? "q" : "",
                             partition.partition.value(), index, random_.between(1, 9));
  record.timestamp = around_.clock.wallNow();
  return record;
}

void Workload::produce() {
  const auto partition = target();
  if (!partition) return;
  std::vector<memory::OwnedRecord> records;
  for (auto i = random_.between(1, 3); i > 0; --i) records.push_back(record(*partition));
  around_.kafka.admin().produce(*partition, records);
}

void Workload::produceInTransaction() {
  const auto partition = target();
  if (!partition) return;
  std::vector<memory::OwnedRecord> records{record(*partition)};
  // CONCURRENT_TRANSACTIONS while the last one's markers are on their way: never mind.
  const auto sent = foreign_->send(*partition, records);
  if (sent != memory::BrokerError::kNone || open_) return;
  open_ = true;
  around_.scheduler.at(around_.clock.now() + milliseconds(random_.below(1'500)),
                       [this] { endTransaction(); });
}

void Workload::endTransaction() {
  const auto ended = random_.chance(500) ? foreign_->commit() : foreign_->abort();
  open_ = memory::coordinatorMoves(ended);
  if (open_)
    around_.scheduler.at(around_.clock.now() + milliseconds(100), [this] { endTransaction(); });
}

void Workload::produceLast() {
  for (int i = 0; i < 3; ++i) produce();
  last_produced_ = true;
}

}  // namespace lockstep::sim
