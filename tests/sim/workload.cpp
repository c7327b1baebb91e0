#include "tests/sim/workload.hpp"

#include <fmt/format.h>

#include "tests/sim/mutants.hpp"

namespace lockstep::sim {

using std::chrono::milliseconds;

void Workload::start() {
  indexes_.resize(static_cast<std::size_t>(around_.options.partitions));
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

memory::OwnedRecord Workload::record(Partition partition) {
  memory::OwnedRecord record;
  const auto index = indexes_[static_cast<std::size_t>(partition.value())]++;
  if (!random_.chance(100)) record.key = fmt::format("k{}", random_.below(5));
  record.value = fmt::format("{}{}:{}:{}", random_.chance(150) ? "bad" : "p", partition.value(),
                             index, random_.between(1, 9));
  record.timestamp = around_.clock.wallNow();
  return record;
}

void Workload::produce() {
  const Partition partition{static_cast<std::int32_t>(random_.below(around_.options.partitions))};
  std::vector<memory::OwnedRecord> records;
  for (auto i = random_.between(1, 3); i > 0; --i) records.push_back(record(partition));
  around_.kafka.admin().produce({kInputTopic, partition}, records);
}

void Workload::produceInTransaction() {
  const Partition partition{static_cast<std::int32_t>(random_.below(around_.options.partitions))};
  std::vector<memory::OwnedRecord> records{record(partition)};
  // CONCURRENT_TRANSACTIONS while the last one's markers are on their way: never mind.
  const auto sent = foreign_->send({kInputTopic, partition}, records);
  if (sent != memory::BrokerError::kNone || open_) return;
  open_ = true;
  around_.scheduler.at(around_.clock.now() + milliseconds(random_.below(1'500)),
                       [this] { endTransaction(); });
}

void Workload::endTransaction() {
  open_ = false;
  if (random_.chance(500)) {
    (void)foreign_->commit();
  } else {
    (void)foreign_->abort();
  }
}

void Workload::produceLast() {
  for (int i = 0; i < 3; ++i) produce();
  last_produced_ = true;
}

}  // namespace lockstep::sim
