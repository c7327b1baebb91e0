#include <lockstep/api/local_kafka.hpp>

#include <lockstep/base/check.hpp>
#include <lockstep/base/hash.hpp>

#include "connectors/memory/memory_kafka.hpp"

namespace lockstep {

LocalKafka::LocalKafka() : kafka_(std::make_unique<memory::MemoryKafka>(systemClock())) {}

LocalKafka::~LocalKafka() = default;

void LocalKafka::createTopic(const std::string& topic, std::int32_t partitions) {
  kafka_->admin().createTopic({topic, partitions, 1, {}});
  MutexLock lock(mutex_);
  partitions_[topic] = partitions;
}

void LocalKafka::produce(const std::string& topic, const std::optional<std::string>& key,
                         const std::optional<std::string>& value) {
  const auto count = static_cast<std::uint32_t>(partitionsOf(topic));
  const std::uint32_t partition = key ? partitionOfHash(murmur2(*key), count) : 0;
  memory::OwnedRecord record;
  record.key = key;
  record.value = value;
  record.timestamp = systemClock().wallNow();
  kafka_->admin().produce({topic, Partition{static_cast<std::int32_t>(partition)}},
                          std::vector<memory::OwnedRecord>{std::move(record)});
}

std::vector<OwnedRecord> LocalKafka::read(const std::string& topic) {
  std::vector<OwnedRecord> records;
  const std::int32_t count = partitionsOf(topic);
  for (std::int32_t i = 0; i < count; ++i) {
    const TopicPartition partition{topic, Partition{i}};
    for (auto& stored : kafka_->admin().read(partition, memory::Admin::Isolation::kCommitted)) {
      OwnedRecord record;
      record.key = std::move(stored.key);
      record.value = std::move(stored.value);
      record.offset = stored.offset;
      record.timestamp = stored.timestamp;
      record.source = partition;
      record.headers = std::move(stored.headers);
      records.push_back(std::move(record));
    }
  }
  return records;
}

std::int32_t LocalKafka::partitionsOf(const std::string& topic) {
  MutexLock lock(mutex_);
  const auto found = partitions_.find(topic);
  LOCKSTEP_CHECK(found != partitions_.end(), "createTopic() comes first: " + topic);
  return found->second;
}

}  // namespace lockstep
