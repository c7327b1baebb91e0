#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/model/ledger_record.hpp>

#include "tests/sim/event_time.hpp"
#include "tests/sim/graphs.hpp"
#include "tests/sim/options.hpp"

namespace lockstep::sim {

/// A record as a reader sees it.
struct Seen {
  Partition partition;
  std::optional<std::string> key;
  std::optional<std::string> value;
};

/// A long of eight bytes, the highest first: values of counts and of the changelog.
[[nodiscard]] std::int64_t numberIn(const std::string& bytes);

/// A batch's input by range of its plan: one from before a topic grew does not name its new
/// partitions, which gave nothing. `input`: by partition of `offsets`.
[[nodiscard]] std::vector<std::vector<Seen>> inputOf(
    const BatchPlan& plan, const std::map<TopicPartition, std::int64_t>& offsets,
    const std::vector<std::vector<Seen>>& input);

/// What a program without Lockstep would have computed: plain folds over std::map.
/// One call per committed batch, with the committed input of exactly its offsets.
class Oracle {
 public:
  explicit Oracle(const Options& options)
      : options_(options),
        graph_(options.graph),
        timeout_(timeOutOf(options)),
        window_(windowOf(options)),
        event_time_(options) {}

  struct Expected {
    std::vector<Seen> outputs;  ///< in any order, except for each key's records of one partition
    std::vector<std::string> dead_letters;  ///< values
    /// New state of each key that changed.
    std::map<std::string, std::int64_t> state;
    std::set<std::string> removed;  ///< keys that had state before, and have none now
  };
  /// `input`: records by input partition, in offset order. `plan`: when the batch was and what it
  /// closed; visits of idle keys and time-outs depend on it.
  [[nodiscard]] Expected batch(const std::vector<std::vector<Seen>>& input, const BatchPlan& plan);

  /// The state after the batch with that id, for checkpoints. Null: there was no such batch.
  [[nodiscard]] const std::map<std::string, std::int64_t>* stateAt(BatchId batch) const;
  /// Whether all of a key's outputs of a batch have one order.
  [[nodiscard]] bool ordersKeys() const {
    return (stateful() && graph_ != Graph::kAccumulated) || keyed() || graph_ == Graph::kWindows;
  }
  /// Whether state, changelog and checkpoint hold stateAt(), one number for each key.
  [[nodiscard]] bool stateful() const {
    return graph_ == Graph::kWordCount || graph_ == Graph::kIdleVisits ||
           graph_ == Graph::kEveryKey || graph_ == Graph::kTimeOuts || graph_ == Graph::kTable ||
           graph_ == Graph::kAccumulated;
  }

 private:
  struct Entry {
    std::int64_t sum = 0;
    std::int64_t visits = 0;
    BatchTime touched{};
  };
  [[nodiscard]] bool keyed() const { return graph_ == Graph::kGroups || graph_ == Graph::kJoined; }
  /// What a keyed graph without state makes of a batch.
  [[nodiscard]] Expected keyedBatch(const std::vector<std::vector<Seen>>& input) const;
  [[nodiscard]] Expected windowBatch(const std::vector<std::vector<Seen>>& input,
                                     const BatchPlan& plan);
  [[nodiscard]] Expected eventTimeBatch(const std::vector<std::vector<Seen>>& input,
                                        const BatchPlan& plan);
  [[nodiscard]] Expected tableBatch(const std::vector<std::vector<Seen>>& input,
                                    const BatchPlan& plan);
  [[nodiscard]] Expected accumulatedBatch(const std::vector<std::vector<Seen>>& input,
                                          const BatchPlan& plan);
  [[nodiscard]] Expected receivedBatch(const std::vector<std::vector<Seen>>& input);
  /// What the windows that end at `boundary` hold.
  void closeWindows(BatchTime boundary, Expected& expected) const;
  void visit(BatchTime tick);
  /// Each tick that closes streams every key (Graph::kEveryKey).
  void streamEveryKey(Expected& expected) const;
  [[nodiscard]] std::int64_t shown(const Entry& entry) const;

  void timeOut(BatchTime tick, Expected& expected);

  const Options options_;
  const Graph graph_;
  const std::chrono::milliseconds timeout_;
  const WindowOf window_;
  EventTimeOracle event_time_;
  std::int64_t received_ = 0;                   ///< highest number (Graph::kReceived)
  std::map<std::string, std::int64_t> totals_;  ///< by accumulator (Graph::kAccumulated)
  struct Amount {
    BatchTime time;
    std::string key;
    std::int64_t amount;
  };
  std::vector<Amount> amounts_;  ///< all that was ever read (Graph::kWindows)
  std::map<std::string, Entry> entries_;
  std::map<BatchId, std::map<std::string, std::int64_t>> states_;
};

}  // namespace lockstep::sim
