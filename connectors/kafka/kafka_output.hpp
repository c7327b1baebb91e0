#pragma once

#include <memory>
#include <optional>

#include <lockstep/base/clock.hpp>
#include <lockstep/ports/transactional_output.hpp>

#include "connectors/kafka/offset_committer.hpp"
#include "connectors/kafka/producer_start.hpp"
#include "connectors/kafka/record_sender.hpp"

namespace lockstep::kafka {

/// The batch producer. See TransactionalOutput for the contract.
///
/// commit() runs in steps that a repeated call takes up where the last one stopped: offsets sent
/// and acknowledged, records delivered, transaction ended. Time-outs
/// rd_kafka_send_offsets_to_transaction() ignores its own while the coordinator is away:
///            begin with a watch from outside. Destroying: see ClientHandle.
/// abort()    After it the coordinator may still hold the transaction open: librdkafka 2.0.2 sends
///            no EndTxn when the answer that adds partitions comes while it aborts. None of its
///            records was sent then, and the init() that follows a dirty producer ends it.
/// Without a transaction (an OffsetCommitter is given: at_least_once) the same steps run with an
///            idempotent producer: nothing is fenced, begun or ended; commit() has every record
///            acknowledged and then commits the offsets; abort() takes back what was not sent.
class KafkaOutput final : public TransactionalOutput {
 public:
  KafkaOutput(const KafkaConnection& connection, ClientSettings settings, bool rebuild,
              Clock& clock, std::unique_ptr<OffsetCommitter> offsets = nullptr);
  ~KafkaOutput() override;

  Status init(std::chrono::milliseconds timeout) override;
  Status begin() override;
  Status append(const TopicPartition& target, std::span<const EncodedRecord> records,
                Deadline deadline, std::size_t& appended) override;
  Status commit(std::span<const PartitionOffset> consumed, std::string_view metadata,
                std::chrono::milliseconds timeout) override;
  Status abort(std::chrono::milliseconds timeout) override;
  [[nodiscard]] bool dirty() const override;

 private:
  /// kSending -> kOffsetsSent -> kEnding are the steps of commit().
  enum class State { kNew, kReady, kOpen, kOffsetsSent, kEnding, kAborting };

  Status commitSteps(std::span<const PartitionOffset> consumed, std::string_view metadata,
                     Deadline deadline);
  Status sendOffsets(std::span<const PartitionOffset> consumed, std::string_view metadata,
                     Deadline deadline);
  Status endTransaction(Deadline deadline);
  [[nodiscard]] bool transactional() const { return offsets_ == nullptr; }
  Status commitOffsets(std::span<const PartitionOffset> consumed, std::string_view metadata,
                       Deadline deadline);
  void giveUp(Deadline deadline);
  /// librdkafka 2.0.2 aborts the process when it is destroyed while the first request that adds
  /// partitions to a transaction is being sent: waits for the answer, at most 100 ms.
  void settleRegistration();
  /// Remembers a fatal error: every later call returns it.
  Status keep(Status status);

  const ClientSettings settings_;
  const std::chrono::milliseconds slow_commit_;
  const bool rebuild_;
  Clock& clock_;
  std::unique_ptr<OffsetCommitter> offsets_;  ///< null: they go with the transaction
  GroupHandle group_;
  std::unique_ptr<ProducerStart> start_;
  std::unique_ptr<Producer> producer_;
  std::unique_ptr<RecordSender> sender_;

  State state_ = State::kNew;
  bool appended_ = false;  ///< the open transaction has records
  bool dirty_ = false;
  std::optional<Instant> commit_began_;
  Status dead_;
};

/// Makes producers with the application's transactional id. Thread: the committer's.
class KafkaOutputFactory final : public TransactionalOutputFactory {
 public:
  KafkaOutputFactory(KafkaConnection connection, Clock& clock)
      : connection_(std::move(connection)), clock_(clock) {}
  [[nodiscard]] Result<std::unique_ptr<TransactionalOutput>> createOutput() override;
  /// The smallest max.message.bytes of the topics written to: the client never splits a batch.
  /// REQUIRES: before the first createOutput().
  void limitBatches(Bytes bytes_max);

 private:
  KafkaConnection connection_;
  Clock& clock_;
  bool made_before_ = false;
};

}  // namespace lockstep::kafka
