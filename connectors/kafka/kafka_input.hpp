#pragma once

#include <memory>
#include <unordered_map>

#include <lockstep/base/clock.hpp>
#include <lockstep/ports/input.hpp>

#include "connectors/kafka/client_settings.hpp"
#include "connectors/kafka/input_clients.hpp"
#include "connectors/kafka/partition_reader.hpp"

namespace lockstep::kafka {

/// Reads assigned partitions with one consumer, read_committed, each partition through its own
/// queue. Never pauses, never subscribes; each assign() begins with a new consumer, because the old
/// one may deliver messages of its old positions for a while.
class KafkaInput final : public Input {
 public:
  KafkaInput(std::shared_ptr<InputClients> clients, Clock& clock)
      : clients_(std::move(clients)), clock_(clock) {}

  Status assign(std::span<const PartitionOffset> positions) override;
  [[nodiscard]] PartitionInput& partition(const TopicPartition& partition) override;

 private:
  const std::shared_ptr<InputClients> clients_;
  Clock& clock_;
  std::unordered_map<TopicPartition, std::unique_ptr<PartitionReader>> readers_;
};

/// Makes inputs of one kind. Thread: any.
class KafkaInputFactory final : public InputFactory {
 public:
  KafkaInputFactory(KafkaConnection connection, InputUse use, Clock& clock)
      : connection_(connection),
        use_(use),
        clock_(clock),
        clients_(std::make_shared<InputClients>(std::move(connection), use, clock)) {}
  [[nodiscard]] Result<std::unique_ptr<Input>> createInput() override;
  void expect(std::vector<TopicPartition> partitions) override {
    clients_->prepare(std::move(partitions));
  }

 private:
  const KafkaConnection connection_;
  const InputUse use_;
  Clock& clock_;
  const std::shared_ptr<InputClients> clients_;
};

}  // namespace lockstep::kafka
