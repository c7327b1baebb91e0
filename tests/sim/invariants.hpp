#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <lockstep/model/checkpoint_positions.hpp>
#include <lockstep/model/commit_metadata.hpp>

#include "connectors/memory/memory_kafka.hpp"
#include "src/simulation/sim_disk.hpp"
#include "src/simulation/trace.hpp"
#include "tests/sim/accumulated.hpp"
#include "tests/sim/graphs.hpp"
#include "tests/sim/input_history.hpp"
#include "tests/sim/oracle.hpp"

namespace lockstep::sim {

/// Looks at what readers can see after every committed transaction, and says what is wrong with it.
/// Without transactions other things have to hold: at_least_once.cpp.
/// Trusts the in-process Kafka and its own folds, nothing of Lockstep's but the ledger's plan.
class Invariants {
 public:
  Invariants(memory::MemoryKafka& kafka, const Options& options, Trace& trace);

  /// One of the application's transactions was committed and its last marker is written.
  void transactionCommitted();
  /// The positions on a disk were replaced.
  void checkpointWritten(const SimDisk& disk);
  /// A batch with these ranges is about to be sent.
  void batchSent(const std::vector<OffsetRange>& ranges);
  /// foreachRDD was called.
  void effectRun(const Effect& effect);
  /// An instance has started when the inputs ended there.
  void instanceStarted(Nonce owner, std::map<TopicPartition, std::int64_t> ends) {
    starts_[owner] = std::move(ends);
  }
  /// An instance gave up. Returns whether it refuses to go on, as it should after loseInput().
  bool instanceStopped(const std::string& name, const Status& status);
  /// An input is about to lose records that may not be processed yet: from now on the application
  /// may stop with one of these codes.
  void loseInput(const std::string& topic, std::vector<std::string> codes);
  /// What --until-end has to reach, if it starts now.
  [[nodiscard]] std::map<TopicPartition, std::int64_t> ends() const;
  /// An instance with --until-end that started at these ends has ended.
  void endReached(const std::string& name, const std::map<TopicPartition, std::int64_t>& ends);
  /// Whether an end waits for checkEndsReached(): when all that is committed by now was seen.
  [[nodiscard]] bool endsToCheck() const { return !ends_to_reach_.empty(); }
  void checkEndsReached();
  /// The source of a receiver was told that its numbers up to this one are safe.
  void checkReceived(std::int64_t told);  // I13
  /// Now and then.
  void lookAtOpenTransactions(Instant now);
  /// Nothing happens any more.
  void atEnd();

  [[nodiscard]] bool caughtUp();
  /// A claim was committed, and what happened to an input is known to the history.
  [[nodiscard]] bool claimed() const { return last_.incarnation.value() > 0; }
  /// Of the last committed transaction.
  [[nodiscard]] Incarnation incarnation() const { return last_.incarnation; }
  [[nodiscard]] Nonce owner() const { return last_.owner; }
  /// Whether the application has committed an offset of the partition.
  [[nodiscard]] bool reads(const TopicPartition& partition) const {
    return offsets_.contains(partition);
  }
  [[nodiscard]] InputHistory& history() { return history_; }
  [[nodiscard]] const std::optional<std::string>& violation() const { return violation_; }
  void violated(std::string text) {
    if (!violation_) violation_ = std::move(text);
  }
  [[nodiscard]] std::uint64_t batches() const { return last_.batch.value(); }

 private:
  using Offsets = std::map<TopicPartition, std::int64_t>;

  /// What one transaction made visible, and where it moved the offsets.
  struct Delta {
    CommitMetadata metadata;
    Offsets offsets;                       ///< committed
    std::vector<std::vector<Seen>> input;  ///< by partition, as in offsets
    std::vector<Seen> outputs, dead_letters, changelog, ledger;
  };

  [[nodiscard]] std::optional<Delta> readDelta();
  [[nodiscard]] std::vector<Seen> newRecords(const TopicPartition& partition);
  [[nodiscard]] std::vector<Seen> newRecords(const std::string& topic);
  [[nodiscard]] std::int64_t offsetBefore(const TopicPartition& partition) const;
  void readInput(Delta& delta);
  void checkOffsetsAgree(const std::vector<CommittedOffset>& committed);        // I6
  void checkOffsetsGoForward(const Delta& delta);                               // I7
  void checkOwner(const Delta& delta);                                          // I8
  [[nodiscard]] std::optional<BatchPlan> checkTiles(const Delta& delta);        // I2
  void checkOutputs(const Delta& delta, const Oracle::Expected& expected);      // I1, I3, I4
  void checkDeadLetters(const Delta& delta, const Oracle::Expected& expected);  // I11
  void checkChangelog(const Delta& delta, const Oracle::Expected& expected);    // I5
  void checkCheckpoint(BatchId batch, const std::map<std::string, std::int64_t>& found);  // I5
  void checkEffect(const BatchPlan& plan);
  /// The number that a value of the state holds for the oracle.
  [[nodiscard]] std::int64_t stateNumber(const std::string& bytes) const {
    return options_.graph == Graph::kAccumulated ? totalIn(bytes) : numberIn(bytes);
  }
  void checkPartitionOfKeys(const std::vector<Seen>& outputs);  // I4
  void checkTopicIds(const Delta& delta);

  // tables.cpp, accumulated.cpp
  void checkTableFirst(const BatchPlan& plan, Nonce owner);  // I12
  void checkAccumulatorsRead(const BatchPlan& plan, const std::string& effect);

  // at_least_once.cpp
  void offsetsCommitted();
  void takeNewRecords();
  void checkNothingLost();  // A1
  void checkDoubles();      // A2
  [[nodiscard]] std::int64_t timesSent(const TopicPartition& partition, std::int64_t offset) const;
  [[nodiscard]] std::map<std::string, std::int64_t> leastState(const Offsets& offsets) const;
  void checkAtLeast(std::string_view what, const std::map<std::string, std::int64_t>& least,
                    const std::map<std::string, std::int64_t>& found);
  void looseCheckpoint(const CheckpointPositions& positions,
                       const std::map<std::string, std::int64_t>& found);

  memory::MemoryKafka& kafka_;
  const Options& options_;
  Trace& trace_;
  Oracle oracle_;
  InputHistory history_;
  std::map<TopicPartition, std::int64_t> cursors_;
  CommitMetadata last_;
  Offsets offsets_;
  std::map<std::string, std::string> topic_ids_;  ///< of inputs, as the ledger's first record says
  std::vector<std::string> expected_codes_;
  std::map<std::string, Incarnation> last_claims_;  ///< by owner, as in a receiver's log
  std::map<Nonce, Offsets> starts_;  ///< where the inputs ended when each owner started
  Offsets ends_to_reach_;            ///< as soon as the last transaction's markers are written
  BatchTime last_time_{};
  std::map<std::string, Partition> partition_of_key_;
  std::map<std::string, std::string> effects_;  ///< by begin of the ranges: the whole as text
  std::map<BatchId, std::map<std::string, std::int64_t>> early_checkpoints_;
  struct Stuck {
    std::int64_t at = -1;
    Instant since{};
  };
  std::map<TopicPartition, Stuck> stuck_;
  std::optional<std::string> violation_;
  // Without transactions.
  std::vector<OffsetRange> sent_;                            ///< of every attempt at a batch
  std::map<std::string, std::int64_t> times_written_;        ///< by value
  std::map<std::string, std::int64_t> last_index_;           ///< by key and source
  std::map<std::string, std::int64_t> written_, changelog_;  ///< newest value of each key
};

}  // namespace lockstep::sim
