#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "tests/contract/kafka_fixture.hpp"
#include "tests/support/catch.hpp"

namespace lockstep::test {

using Values = std::vector<std::string>;

/// What every script begins with: a Kafka, names of its own, and short ways to say things.
struct Script {
  using Config = std::vector<std::pair<std::string, std::string>>;
  static constexpr std::chrono::milliseconds kPatience{30'000};

  std::unique_ptr<KafkaFixture> kafka = makeKafkaFixture();
  std::unique_ptr<Cluster> cluster = kafka->cluster(group());

  [[nodiscard]] std::string name(const std::string& suffix) const {
    return kafka->prefix() + "-" + suffix;
  }
  [[nodiscard]] std::string group() const { return name("group"); }
  [[nodiscard]] Clock& clock() const { return kafka->clock(); }

  /// Makes a topic and gives its partition 0.
  TopicPartition topic(const std::string& suffix, std::int32_t partitions = 1,
                       const Config& config = {});
  /// Makes a topic whose segments close and are cleaned as soon as possible.
  TopicPartition compactedTopic(const std::string& suffix);

  /// A process with the application's transactional id, up to and with init().
  std::unique_ptr<TransactionalOutput> initialised(
      std::chrono::milliseconds transaction_timeout = std::chrono::minutes(1));
  /// Repeats init() while it says kRetry, as its contract asks.
  Status init(TransactionalOutput& output) const;
  /// Keeps the values: an output refers to what was appended until its transaction is decided.
  Status append(TransactionalOutput& output, const TopicPartition& target,
                const Values& values) const;
  /// Commits until the answer is not kRetry.
  Status commit(TransactionalOutput& output, const std::vector<PartitionOffset>& consumed,
                const std::string& metadata = "m") const;

  /// The output refuses the record, when it is appended or committed; its abort leaves nothing of
  /// it in `target`, and no offset of `consumed`.
  void checkRefused(TransactionalOutput& output, const TopicPartition& target,
                    const EncodedRecord& record, const TopicPartition& consumed) const;

  /// "-" for a partition without a committed offset, else "OFFSET METADATA".
  [[nodiscard]] std::string committed(const TopicPartition& partition) const;
  [[nodiscard]] std::int64_t lastStable(const TopicPartition& partition) const;
  [[nodiscard]] std::int64_t highWatermark(const TopicPartition& partition) const;
  /// Waits until everything in the log is decided; gives its end.
  std::int64_t awaitStable(const TopicPartition& partition) const;
  /// The values of all records, in order.
  [[nodiscard]] Values values(const TopicPartition& partition,
                              Isolation isolation = Isolation::kCommitted) const;

  /// A reader of one partition that starts at `from`.
  std::unique_ptr<Input> reader(const TopicPartition& partition, std::int64_t from = 0) const;
  /// Reads a whole range: "OFFSET:VALUE" for each record.
  static Values readRange(const Script& script, PartitionInput& input, std::int64_t until);

 private:
  mutable std::deque<std::string> appended_;
};

/// Records with these values and no keys.
[[nodiscard]] std::vector<Record> records(const Values& values);

}  // namespace lockstep::test
