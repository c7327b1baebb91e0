#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/base/clock.hpp>
#include <lockstep/model/cluster.hpp>
#include <lockstep/model/guarantee.hpp>
#include <lockstep/ports/cluster.hpp>
#include <lockstep/ports/input.hpp>
#include <lockstep/ports/transactional_output.hpp>

/// What a Kafka has to offer so that the contract scripts can run on it. Each test binary links
/// the scripts with one implementation of makeKafkaFixture(): the in-process Kafka, or a real
/// broker through librdkafka.
///
/// For implementers
///   - All functions that are not ports throw std::runtime_error when they fail: a script cannot go
///     on. They wait until what they do is durable and visible to others, at most 30 s.
///   - A fixture is made per test case. prefix() is unique per fixture, also between runs on the
///   same
///     broker: names, ids and groups of different cases never meet.
///   - Topics that a script makes through admin functions need no clean-up on a broker that lives
///   as
///     long as the suite.
///   - Broker settings that the scripts rely on: offset.metadata.max.bytes 4096 (default),
///     transaction time-outs looked for every 10 s (default), auto.create.topics.enable=false,
///     log.cleaner.enable with log.cleaner.backoff.ms <= 500 when canCompact().
namespace lockstep::test {

/// A record as a script writes it. Without a timestamp it gets the present time.
struct Record {
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::optional<WallTime> timestamp;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
};

/// A record as a foreign reader sees it.
struct SeenRecord {
  Offset offset;
  std::optional<std::string> key;
  std::optional<std::string> value;
};

enum class Isolation { kCommitted, kUncommitted };

/// A transactional producer that is not ours: another application. Its destructor neither commits
/// nor aborts: an open transaction stays open, as after a kill.
class ForeignProducer {
 public:
  virtual ~ForeignProducer() = default;
  virtual void begin() = 0;
  /// Sends the records as one batch and returns once the broker has them.
  virtual void send(const TopicPartition& target, const std::vector<Record>& records) = 0;
  /// Sends offsets of `group` with the transaction; returns once the broker holds them as pending.
  virtual void sendOffsets(const std::string& group,
                           const std::vector<PartitionOffset>& offsets) = 0;
  /// Both return once the markers are written: the last stable offset has moved.
  virtual void commit() = 0;
  virtual void abort() = 0;
};

/// Who our clients are.
struct Identity {
  std::string transactional_id;
  std::string group;
  std::chrono::milliseconds transaction_timeout{60'000};
  Guarantee guarantee = Guarantee::kExactlyOnce;
};

class KafkaFixture {
 public:
  virtual ~KafkaFixture() = default;

  /// Begins every topic, group and id of this case: letters, digits, '-'.
  [[nodiscard]] virtual std::string prefix() const = 0;
  /// The clock that all clients here live by. Virtual for the model: sleeping costs nothing.
  [[nodiscard]] virtual Clock& clock() = 0;

  /// The ports. Several may exist at once: each output factory stands for a process of its own.
  [[nodiscard]] virtual std::unique_ptr<TransactionalOutputFactory> outputs(
      const Identity& identity) = 0;
  [[nodiscard]] virtual std::unique_ptr<InputFactory> inputs(const std::string& group) = 0;
  [[nodiscard]] virtual std::unique_ptr<Cluster> cluster(const std::string& group) = 0;

  /// Plain producer: one batch per call, outside of any transaction, acknowledged by all.
  virtual void produce(const TopicPartition& target, const std::vector<Record>& records) = 0;
  /// REQUIRES: the id begins with prefix(). Making a second one with the same id fences the first.
  [[nodiscard]] virtual std::unique_ptr<ForeignProducer> foreignProducer(
      const std::string& transactional_id) = 0;
  /// All records of a partition from its log start: to the last stable offset, or to the high
  /// watermark.
  [[nodiscard]] virtual std::vector<SeenRecord> readAll(const TopicPartition& partition,
                                                        Isolation isolation) = 0;

  /// Returns once the topic can be written to.
  virtual void createTopic(const NewTopic& topic) = 0;
  /// Returns once the name can be used again.
  virtual void deleteTopic(const std::string& topic) = 0;
  /// Sets the partition count, which only grows.
  virtual void growTopic(const std::string& topic, std::int32_t partitions) = 0;
  /// Moves the log start to `before`.
  virtual void deleteRecords(const TopicPartition& partition, Offset before) = 0;
  /// Whether compact() works here.
  [[nodiscard]] virtual bool canCompact() const = 0;
  /// Makes the cleaner run over everything but what was written last, and waits until older values
  /// of a key are gone. REQUIRES: the topic has cleanup.policy=compact, and config that makes
  /// compaction immediate (min.cleanable.dirty.ratio=0.001, segment.ms=100, and the like; see
  /// Script::compactedTopic()). The last record of the partition always survives:
  /// scripts write one that keeps the segment before it closed.
  virtual void compact(const TopicPartition& partition) = 0;
};

/// Made by the binary that links the scripts.
[[nodiscard]] std::unique_ptr<KafkaFixture> makeKafkaFixture();

}  // namespace lockstep::test
