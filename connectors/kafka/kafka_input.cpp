#include "connectors/kafka/kafka_input.hpp"

#include <map>

#include "connectors/kafka/client_errors.hpp"

namespace lockstep::kafka {

namespace {
constexpr std::chrono::milliseconds kMetadataMax{10'000};
}

Result<std::shared_ptr<InputClient>> KafkaInput::makeClient(std::size_t partitions) const {
  LOCKSTEP_ASSIGN(const auto settings, inputSettings(connection_, use_, partitions));
  LOCKSTEP_ASSIGN(auto handle, ClientHandle::create(RD_KAFKA_CONSUMER, settings));
  auto client = std::make_shared<InputClient>();
  client->handle = std::move(handle);
  client->queued_min = queuedMessagesMin(settings);
  client->needs_waking = needsWaking(rd_kafka_version());
  if (!connection_.security.username.empty()) {
    client->username = connection_.security.username;
    client->password = connection_.security.password;
  }
  return client;
}

Status KafkaInput::warm(ClientHandle& client, std::span<const PartitionOffset> positions) const {
  const auto deadline = Deadline::in(clock_, kMetadataMax);
  std::map<std::string, std::int32_t> partitions;
  for (const auto& position : positions) {
    const auto& topic = position.partition.topic;
    if (!partitions.contains(topic)) {
      const auto handle = makeTopic(client, topic);
      LOCKSTEP_ASSIGN(partitions[topic], warmTopic(client, handle.get(), deadline.left(clock_)));
    }
    if (position.partition.partition.value() >= partitions[topic]) {
      return toStatus(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, toString(position.partition));
    }
  }
  return {};
}

Status KafkaInput::assign(std::span<const PartitionOffset> positions) {
  readers_.clear();
  if (positions.empty()) return {};
  LOCKSTEP_ASSIGN(auto client, makeClient(positions.size()));
  LOCKSTEP_TRY(warm(*client->handle, positions));
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
  return std::unique_ptr<Input>(std::make_unique<KafkaInput>(connection_, use_, clock_));
}

}  // namespace lockstep::kafka
