#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <lockstep/model/commit_metadata.hpp>

#include "connectors/memory/memory_kafka.hpp"
#include "tests/sim/graphs.hpp"
#include "tests/sim/oracle.hpp"
#include "tests/sim/sim_disk.hpp"
#include "tests/sim/trace.hpp"

namespace lockstep::sim {

/// Looks at what readers can see after every committed transaction, and says what is wrong with it.
/// Trusts the in-process Kafka and its own folds, nothing of Lockstep's but the ledger's plan.
class Invariants {
 public:
  Invariants(memory::MemoryKafka& kafka, const Options& options, Trace& trace);

  /// One of the application's transactions was committed and its last marker is written.
  void transactionCommitted();
  /// The positions on a disk were replaced.
  void checkpointWritten(const SimDisk& disk);
  /// foreachRDD was called.
  void effectRun(const Effect& effect);
  /// An instance gave up.
  void instanceStopped(const std::string& name, const Status& status);
  /// Now and then.
  void lookAtOpenTransactions(Instant now);
  /// Nothing happens any more.
  void atEnd();

  [[nodiscard]] bool caughtUp();
  [[nodiscard]] const std::optional<std::string>& violation() const { return violation_; }
  void violated(std::string text) {
    if (!violation_) violation_ = std::move(text);
  }
  [[nodiscard]] std::uint64_t batches() const { return last_.batch.value(); }

 private:
  /// What one transaction made visible, and where it moved the offsets.
  struct Delta {
    CommitMetadata metadata;
    std::vector<std::int64_t> offsets;  ///< committed, by input partition
    std::vector<std::vector<Seen>> input;
    std::vector<Seen> outputs, dead_letters, changelog, ledger;
  };

  [[nodiscard]] std::optional<Delta> readDelta();
  [[nodiscard]] std::vector<Seen> newRecords(const TopicPartition& partition);
  [[nodiscard]] std::vector<Seen> newRecords(const std::string& topic);
  [[nodiscard]] std::vector<Seen> inputBetween(Partition partition, std::int64_t from,
                                               std::int64_t until);
  void checkOffsetsAgree(const std::vector<CommittedOffset>& committed);        // I6
  void checkOffsetsGoForward(const Delta& delta);                               // I7
  void checkOwner(const Delta& delta);                                          // I8
  [[nodiscard]] std::optional<BatchPlan> checkTiles(const Delta& delta);        // I2
  void checkOutputs(const Delta& delta, const Oracle::Expected& expected);      // I1, I3, I4
  void checkDeadLetters(const Delta& delta, const Oracle::Expected& expected);  // I11
  void checkChangelog(const Delta& delta, const Oracle::Expected& expected);    // I5
  void checkCheckpoint(BatchId batch, const std::map<std::string, std::int64_t>& found);  // I5
  void checkEffect(const BatchPlan& plan);
  void checkPartitionOfKeys(const std::vector<Seen>& outputs);  // I4

  memory::MemoryKafka& kafka_;
  const Options& options_;
  Trace& trace_;
  Oracle oracle_;
  std::map<TopicPartition, std::int64_t> cursors_;
  CommitMetadata last_;
  std::vector<std::int64_t> offsets_;
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
};

}  // namespace lockstep::sim
