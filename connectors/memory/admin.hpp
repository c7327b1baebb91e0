#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "connectors/memory/broker.hpp"

namespace lockstep::memory {

/// A record with its own bytes, as tests and `lockstep try` write and read them.
struct OwnedRecord {
  Offset offset;
  std::optional<std::string> key;
  std::optional<std::string> value;
  WallTime timestamp;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
};

/// What tests, tools and `lockstep try` do to the in-process Kafka beside the ports: without
/// network, faults or waiting. What a real cluster would refuse aborts the process
/// (LOCKSTEP_CHECK): it is a mistake of the caller.
/// Thread: any.
class Admin {
 public:
  explicit Admin(Broker& broker) : broker_(broker) {}

  void createTopic(const NewTopic& topic);
  void deleteTopic(const std::string& topic);
  /// Deletes the topic and makes it again as it was, empty, with another id.
  void recreateTopic(const std::string& topic);
  void growTopic(const std::string& topic, std::int32_t partitions);
  void configure(const std::string& topic, const std::string& key, const std::string& value);

  /// Appends records as a plain producer does, one batch. `timestamp` as given. Returns the first
  /// offset.
  Offset produce(const TopicPartition& target, std::span<const EncodedRecord> records);
  Offset produce(const TopicPartition& target, const std::vector<OwnedRecord>& records);

  enum class Isolation { kCommitted, kUncommitted };
  [[nodiscard]] std::vector<OwnedRecord> read(const TopicPartition& partition, Isolation isolation);
  /// The offset of the next record, whether it is committed or not.
  [[nodiscard]] Offset end(const TopicPartition& partition);
  /// One line per entry of the log, markers and aborted data included:
  /// "12..14 data pid=1000 epoch=0 txn aborted 3 records", "15 COMMIT pid=1000 epoch=0".
  [[nodiscard]] std::string dump(const TopicPartition& partition);

  void deleteRecords(const TopicPartition& partition, Offset before);
  void deleteOlderThan(const TopicPartition& partition, WallTime oldest);
  void compact(const TopicPartition& partition, bool drop_tombstones = false);

  /// What the group has committed, pending offsets left out.
  [[nodiscard]] std::vector<CommittedOffset> committed(
      const std::string& group, const std::vector<TopicPartition>& partitions);
  void commit(const std::string& group, const std::vector<CommittedOffset>& offsets);
  void expireOffsets(const std::string& group);
  /// "Ongoing", "CompleteCommit" and so on; "" for an unknown id.
  [[nodiscard]] std::string transactionState(const std::string& transactional_id);
  /// The coordinators move to another broker: see Broker::failOver().
  void failOver(std::chrono::nanoseconds away, std::chrono::nanoseconds loading);
  /// Fences whoever uses the id and aborts what it has open, as an administrator does.
  void fence(const std::string& transactional_id);

 private:
  Broker& broker_;
};

/// A transactional producer of another application, straight to the broker: it never waits, and
/// may leave its transaction open. Making a second one with the same id fences the first.
/// Thread: any, one at a time.
class ForeignProducer {
 public:
  /// REQUIRES: no markers of the id are under way, nor come to be: with a network that delays
  /// markers, fence() the id and let the time pass before.
  ForeignProducer(Broker& broker, std::string transactional_id,
                  std::chrono::milliseconds transaction_timeout = std::chrono::minutes(1));

  /// Each returns what the broker said. The transaction begins with the first send.
  BrokerError send(const TopicPartition& target, const std::vector<OwnedRecord>& records);
  BrokerError sendOffsets(const std::string& group, const std::vector<PartitionOffset>& offsets);
  BrokerError commit() { return end(true); }
  BrokerError abort() { return end(false); }

 private:
  BrokerError end(bool commit);

  Broker& broker_;
  SharedClient client_;
  ProducerSession session_;
  std::vector<std::pair<TopicPartition, std::int32_t>> sequences_;
};

}  // namespace lockstep::memory
