#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/instance.hpp"

namespace lockstep::sim {

/// Other applications that write the input: plain records, and transactions that are committed,
/// aborted, or left open for a while.
class Workload {
 public:
  explicit Workload(const Surroundings& around)
      : around_(around), random_(around.options.seed, 5) {}

  void start();
  /// After everything healed: a few more records, for whose effects the schedule waits.
  void produceLast();
  /// Nothing will be written any more.
  [[nodiscard]] bool done() const { return last_produced_ && !open_; }

 private:
  /// A partition of an input topic that exists; nothing if the chosen topic does not.
  [[nodiscard]] std::optional<TopicPartition> target();
  [[nodiscard]] memory::OwnedRecord record(const TopicPartition& partition);
  void produce();
  void produceInTransaction();
  void endTransaction();

  Surroundings around_;
  Prng random_;
  std::optional<memory::ForeignProducer> foreign_;
  std::map<TopicPartition, int> indexes_;
  bool open_ = false;
  bool last_produced_ = false;
};

}  // namespace lockstep::sim
