#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <lockstep/base/clock.hpp>
#include <lockstep/base/result.hpp>
#include <lockstep/model/ids.hpp>
#include <lockstep/model/record_batch.hpp>
#include <lockstep/ports/cluster.hpp>
#include <lockstep/ports/input.hpp>
#include <lockstep/ports/transactional_output.hpp>

namespace lockstep {

/// The way to Kafka of one source: with a transactional id and a group of its own, named like its
/// topic.
struct SourcePorts {
  std::unique_ptr<InputFactory> inputs;
  std::unique_ptr<TransactionalOutputFactory> outputs;
  std::unique_ptr<Cluster> cluster;
};
/// Makes them; `name` is the topic.
using MakeSourcePorts = std::function<Result<SourcePorts>(const std::string& name)>;

/// The topic that a receiver or file reader writes ahead to: one transaction per block, each block
/// once, whatever happens on the way.
///
/// The transaction commits, as the group's offset of the topic, the number of the block and who
/// wrote it. After an outcome that is not known, the next producer's init() settles it, and that
/// number tells. The first transaction of a process has no records: it says whose the log is now; a
/// process that finds another one there gives up (E202), so two never take turns. It does so before
/// it has said anything, too, where the other one has claimed the application later: an instance
/// that was paused behind its claim does not take the log from its successor.
/// Thread: one at a time.
class ReceivedLog {
 public:
  struct Names {
    TopicPartition records;
    std::optional<TopicPartition> positions;  ///< of what was read, by name; compacted
  };
  struct Block {
    RecordBatch records;
    /// Latest values by key; none: a tombstone.
    std::map<std::string, std::optional<std::string>> positions;
  };

  /// A process, and its claim of the application.
  struct Owner {
    Nonce nonce;
    Incarnation incarnation;
  };

  ReceivedLog(SourcePorts ports, Names names, Owner owner, Clock& clock)
      : ports_(std::move(ports)), names_(std::move(names)), owner_(owner), clock_(clock) {}

  /// Fences an older self and takes the log over. kRetry: not yet, call again.
  Status open();
  /// REQUIRES: open(). Every position that is kept.
  [[nodiscard]] Result<std::map<std::string, std::string>> readPositions();
  /// Returns ok once the block is committed. kRetry: not yet; the only legal call is the same one
  /// again. E202: another instance writes now.
  Status write(const Block& block);
  /// Where the log ends for its reader.
  [[nodiscard]] Result<Offset> end();
  /// Deletes the records below `processed`, for they are not needed any more.
  Status trim(Offset processed);

 private:
  struct Written {
    std::int64_t block = 0;
    std::string owner;
    std::uint64_t incarnation = 0;  ///< 0: written by an older version
  };
  Status connect();
  Result<Written> lastWritten();
  Status transact(const Block& block);
  Status send(const Block& block, Deadline deadline);
  Status append(const TopicPartition& target, std::span<const EncodedRecord> records,
                Deadline deadline);
  Status commit(Deadline deadline);
  [[nodiscard]] std::string metadata() const;

  const SourcePorts ports_;
  const Names names_;
  const Owner owner_;
  Clock& clock_;
  std::unique_ptr<TransactionalOutput> output_;
  std::int64_t written_ = 0;      ///< blocks that are committed
  bool ours_ = false;             ///< we have said that the log is ours
  bool under_way_ = false;        ///< a block's outcome is not known
  RecordBatch position_records_;  ///< of the block under way
};

}  // namespace lockstep
