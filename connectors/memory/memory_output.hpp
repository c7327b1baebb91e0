#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include <lockstep/ports/transactional_output.hpp>

#include "connectors/memory/client_options.hpp"
#include "connectors/memory/connection.hpp"

namespace lockstep::memory {

/// A transactional producer that treats the broker as librdkafka does: it buffers, registers
/// partitions with the transaction before their first batch, repeats what got no answer, and is
/// dead once fenced.
///
/// Without transactions (OutputOptions::guarantee) nothing is registered or ended: commit() has
/// every record acknowledged and then commits the offsets; abort() drops what was not sent.
///
/// Life    New --init--> Ready --begin--> Open --commit | abort--> Ready; kFatal: Dead from there
/// Thread  One.
class MemoryOutput final : public TransactionalOutput {
 public:
  MemoryOutput(Connection connection, OutputOptions options);

  Status init(std::chrono::milliseconds timeout) override;
  Status begin() override;
  Status append(const TopicPartition& target, std::span<const EncodedRecord> records,
                Deadline deadline, std::size_t& appended) override;
  Status commit(std::span<const PartitionOffset> consumed, std::string_view metadata,
                std::chrono::milliseconds timeout) override;
  Status abort(std::chrono::milliseconds timeout) override;
  [[nodiscard]] bool dirty() const override { return dirty_; }

 private:
  enum class State { kNew, kReady, kOpen };
  struct Target {
    PartitionName name;
    std::int32_t next_sequence = 0;
    bool active = false;  ///< has been appended to in this transaction
    bool added = false;   ///< the coordinator knows that it is part of the transaction
    std::size_t sent = 0;
    std::vector<SharedBlock> blocks;  ///< of this transaction; the first `sent` are acknowledged
  };

  Target& target(const TopicPartition& partition);
  Status flush(Deadline deadline);
  Status addPartitions(Deadline deadline);
  Status sendBlocks(Target& target, Deadline deadline);
  Status sendOffsets(std::span<const PartitionOffset> consumed, std::string_view metadata,
                     Deadline deadline);
  Status endTransaction(bool commit, Deadline deadline);
  [[nodiscard]] bool transactional() const { return options_.guarantee == Guarantee::kExactlyOnce; }
  Status commitOffsets(std::span<const PartitionOffset> consumed, std::string_view metadata,
                       Deadline deadline);
  void close();
  /// Remembers errors that outlive the call.
  Status failed(Status status);

  /// Repeats a request until it is answered with something else than CONCURRENT_TRANSACTIONS and
  /// the errors of a coordinator that moves: answers like these are routine, and leave no doubt.
  template <class Request>
  Result<typename Request::Reply> ask(const Request& request, Deadline deadline);

  Connection connection_;
  OutputOptions options_;
  SharedClient name_;
  ProducerSession session_;
  State state_ = State::kNew;
  Status dead_;    ///< kFatal: returned by every later call
  Status broken_;  ///< kAbort: returned until abort()
  bool dirty_ = false;
  bool offsets_added_ = false;
  bool offsets_sent_ = false;
  bool anything_added_ = false;  ///< the coordinator may know of this transaction
  std::optional<Instant> commit_since_;
  std::size_t unsent_bytes_ = 0;
  std::unordered_map<TopicPartition, Target> targets_;
  std::vector<Target*> active_;  ///< of this transaction, in order of first append
};

}  // namespace lockstep::memory
