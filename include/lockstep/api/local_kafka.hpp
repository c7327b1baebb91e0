#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <lockstep/base/mutex.hpp>
#include <lockstep/formats/record.hpp>

namespace lockstep {

namespace memory {
class MemoryKafka;
}  // namespace memory

/// A Kafka inside the process, with real transactions, for tests of a program's graph: no broker,
/// nothing on disk. Topics have to be made before they are used.
///
///   ls::LocalKafka kafka;
///   kafka.createTopic("lines");
///   kafka.createTopic("word-counts");
///   kafka.produce("lines", std::nullopt, "to be or not to be");
///   ls::StreamingContext context(settings, kafka);
///   ...
///   context.start({.until_end = true});
///   context.awaitTermination();
///   kafka.read("word-counts");
///
/// Thread: any.
class LocalKafka {
 public:
  LocalKafka();
  ~LocalKafka();
  LocalKafka(const LocalKafka&) = delete;
  LocalKafka& operator=(const LocalKafka&) = delete;

  /// REQUIRES: a legal name that is new; partitions > 0. A mistake here ends the process.
  void createTopic(const std::string& topic, std::int32_t partitions = 1);
  /// Appends a record to the partition that the Java client would choose; without key to the first.
  /// REQUIRES: the topic was made by createTopic().
  void produce(const std::string& topic, const std::optional<std::string>& key,
               const std::optional<std::string>& value);
  /// All records that a read_committed reader sees, partition by partition.
  /// REQUIRES: the topic was made by createTopic().
  [[nodiscard]] std::vector<OwnedRecord> read(const std::string& topic);

  /// For the library itself.
  [[nodiscard]] memory::MemoryKafka& kafka() { return *kafka_; }

 private:
  [[nodiscard]] std::int32_t partitionsOf(const std::string& topic);

  std::unique_ptr<memory::MemoryKafka> kafka_;
  Mutex mutex_;
  std::map<std::string, std::int32_t> partitions_ GUARDED_BY(mutex_);
};

}  // namespace lockstep
