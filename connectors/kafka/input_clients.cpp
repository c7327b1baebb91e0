#include "connectors/kafka/input_clients.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "connectors/kafka/client_errors.hpp"

namespace lockstep::kafka {

namespace {
constexpr std::chrono::milliseconds kMetadataMax{10'000};
constexpr std::chrono::milliseconds kConnectMax{1'000};
}  // namespace

void InputClients::prepare(std::vector<TopicPartition> partitions) {
  std::vector<Prepared> ended;  // waits for its threads, outside of the lock
  std::sort(partitions.begin(), partitions.end());
  MutexLock lock(mutex_);
  if (partitions.empty()) return ended.swap(prepared_);
  auto client = std::async(std::launch::async, [this, partitions] {
    auto made = make(partitions);
    if (made.ok()) connect(*made.value()->handle, partitions);
    return made;
  });
  prepared_.push_back({std::move(partitions), std::move(client)});
}

Result<std::shared_ptr<InputClient>> InputClients::take(std::vector<TopicPartition> partitions) {
  std::sort(partitions.begin(), partitions.end());
  std::future<Made> client;
  {
    MutexLock lock(mutex_);
    const auto found =
        std::find_if(prepared_.begin(), prepared_.end(), [&](const Prepared& prepared) {
          return std::includes(prepared.partitions.begin(), prepared.partitions.end(),
                               partitions.begin(), partitions.end());
        });
    if (found != prepared_.end()) {
      client = std::move(found->client);
      prepared_.erase(found);
    }
  }
  if (client.valid()) {
    if (auto made = client.get(); made.ok()) return made;
  }
  return make(partitions);
}

InputClients::Made InputClients::make(std::span<const TopicPartition> partitions) const {
  LOCKSTEP_ASSIGN(const auto settings, inputSettings(connection_, use_, partitions.size()));
  LOCKSTEP_ASSIGN(auto handle, ClientHandle::create(RD_KAFKA_CONSUMER, settings));
  auto client = std::make_shared<InputClient>();
  client->handle = std::move(handle);
  client->queued_min = queuedMessagesMin(settings);
  client->needs_waking = needsWaking(rd_kafka_version());
  if (!connection_.security.username.empty()) {
    client->username = connection_.security.username;
    client->password = connection_.security.password;
  }
  LOCKSTEP_TRY(warm(*client->handle, partitions));
  return client;
}

Status InputClients::warm(ClientHandle& client, std::span<const TopicPartition> partitions) const {
  const auto deadline = Deadline::in(clock_, kMetadataMax);
  std::map<std::string, std::int32_t> counts;
  for (const auto& partition : partitions) {
    const auto& topic = partition.topic;
    if (!counts.contains(topic)) {
      const auto handle = makeTopic(client, topic);
      LOCKSTEP_ASSIGN(counts[topic], warmTopic(client, handle.get(), deadline.left(clock_)));
    }
    if (partition.partition.value() >= counts[topic]) {
      return toStatus(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, toString(partition));
    }
  }
  return {};
}

// The client connects to a leader when it has something to ask of it. Whatever comes of it.
void InputClients::connect(ClientHandle& client, std::span<const TopicPartition> partitions) const {
  const ListHandle list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const auto& partition : partitions) {
    rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(),
                                      partition.partition.value())
        ->offset = RD_KAFKA_OFFSET_END;
  }
  static_cast<void>(
      rd_kafka_offsets_for_times(client.get(), list.get(), toMilliseconds(kConnectMax)));
}

}  // namespace lockstep::kafka
