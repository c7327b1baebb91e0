#include "connectors/kafka/kafka_input.hpp"

#include "connectors/kafka/client_errors.hpp"

namespace lockstep::kafka {

Status KafkaInput::assign(std::span<const PartitionOffset> positions) {
  readers_.clear();
  if (positions.empty()) return {};
  std::vector<TopicPartition> partitions;
  for (const auto& position : positions) partitions.push_back(position.partition);
  LOCKSTEP_ASSIGN(const auto client, clients_->take(std::move(partitions)));
  const ListHandle list(rd_kafka_topic_partition_list_new(static_cast<int>(positions.size())));
  for (const auto& position : positions) {
    readers_[position.partition] = std::make_unique<PartitionReader>(client, position, clock_);
    rd_kafka_topic_partition_list_add(list.get(), position.partition.topic.c_str(),
                                      position.partition.partition.value())
        ->offset = position.next.value();
  }
  const auto error = rd_kafka_assign(client->handle->get(), list.get());
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  readers_.clear();
  return client->handle->explain(toStatus(error, "assign"));
}

PartitionInput& KafkaInput::partition(const TopicPartition& partition) {
  const auto found = readers_.find(partition);
  LOCKSTEP_CHECK(found != readers_.end(), toString(partition) + " is not assigned");
  return *found->second;
}

Result<std::unique_ptr<Input>> KafkaInputFactory::createInput() {
  // Settings that the client refuses show here, not with the first range.
  LOCKSTEP_ASSIGN(const auto settings, inputSettings(connection_, use_, 1));
  static_cast<void>(settings);
  return std::unique_ptr<Input>(std::make_unique<KafkaInput>(clients_, clock_));
}

}  // namespace lockstep::kafka
