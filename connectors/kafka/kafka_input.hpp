#pragma once

#include <memory>
#include <unordered_map>

#include <lockstep/base/clock.hpp>
#include <lockstep/ports/input.hpp>

#include "connectors/kafka/client_settings.hpp"
#include "connectors/kafka/partition_reader.hpp"

namespace lockstep::kafka {

/// Reads assigned partitions with one consumer, read_committed, each partition through its own
/// queue. Never pauses, never subscribes; each assign() begins with a new consumer, because the old
/// one may deliver messages of its old positions for a while.
class KafkaInput final : public Input {
 public:
  KafkaInput(KafkaConnection connection, InputUse use, Clock& clock)
      : connection_(std::move(connection)), use_(use), clock_(clock) {}

  Status assign(std::span<const PartitionOffset> positions) override;
  [[nodiscard]] PartitionInput& partition(const TopicPartition& partition) override;

 private:
  Result<std::shared_ptr<InputClient>> makeClient(std::size_t partitions) const;
  Status warm(ClientHandle& client, std::span<const PartitionOffset> positions) const;

  const KafkaConnection connection_;
  const InputUse use_;
  Clock& clock_;
  std::unordered_map<TopicPartition, std::unique_ptr<PartitionReader>> readers_;
};

/// Makes inputs of one kind. Thread: any.
class KafkaInputFactory final : public InputFactory {
 public:
  KafkaInputFactory(KafkaConnection connection, InputUse use, Clock& clock)
      : connection_(std::move(connection)), use_(use), clock_(clock) {}
  [[nodiscard]] Result<std::unique_ptr<Input>> createInput() override;

 private:
  const KafkaConnection connection_;
  const InputUse use_;
  Clock& clock_;
};

}  // namespace lockstep::kafka
