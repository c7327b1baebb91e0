// The contract's scripts on the in-process Kafka: virtual time, markers written 5 ms late.
#include <stdexcept>

#include "connectors/memory/memory_kafka.hpp"
#include "connectors/memory/virtual_clock.hpp"
#include "tests/contract/kafka_fixture.hpp"

namespace lockstep::test {
namespace {

using memory::BrokerError;
using std::chrono::milliseconds;

constexpr milliseconds kMarkerDelay{5};

void require(BrokerError error) {
  if (error != BrokerError::kNone) throw std::runtime_error(std::string(memory::toString(error)));
}

std::vector<memory::OwnedRecord> owned(const std::vector<Record>& records, const Clock& clock) {
  std::vector<memory::OwnedRecord> all;
  for (const Record& record : records)
    all.push_back({Offset(0), record.key, record.value, record.timestamp.value_or(clock.wallNow()),
                   record.headers});
  return all;
}

class MemoryForeignProducer final : public ForeignProducer {
 public:
  MemoryForeignProducer(memory::MemoryKafka& kafka, memory::VirtualClock& clock,
                        const std::string& id)
      : clock_(clock), producer_(start(kafka, clock, id)) {}

  void begin() override {}
  void send(const TopicPartition& target, const std::vector<Record>& records) override {
    require(producer_.send(target, owned(records, clock_)));
  }
  void sendOffsets(const std::string& group, const std::vector<PartitionOffset>& offsets) override {
    require(producer_.sendOffsets(group, offsets));
  }
  void commit() override { end(producer_.commit()); }
  void abort() override { end(producer_.abort()); }

 private:
  static memory::ForeignProducer start(memory::MemoryKafka& kafka, memory::VirtualClock& clock,
                                       const std::string& id) {
    kafka.admin().fence(id);
    clock.advance(kMarkerDelay);
    return kafka.foreignProducer(id);
  }
  void end(BrokerError error) {
    require(error);
    clock_.advance(kMarkerDelay);
  }

  memory::VirtualClock& clock_;
  memory::ForeignProducer producer_;
};

class MemoryFixture final : public KafkaFixture {
 public:
  [[nodiscard]] std::string prefix() const override { return "contract"; }
  [[nodiscard]] Clock& clock() override { return clock_; }

  [[nodiscard]] std::unique_ptr<TransactionalOutputFactory> outputs(
      const Identity& identity) override {
    memory::OutputOptions options;
    options.transactional_id = identity.transactional_id;
    options.group = identity.group;
    options.transaction_timeout = identity.transaction_timeout;
    options.guarantee = identity.guarantee;
    options.send_bytes = 0;
    return kafka_.outputs(options);
  }
  [[nodiscard]] std::unique_ptr<InputFactory> inputs(const std::string& group) override {
    memory::InputOptions options;
    options.group = group;
    return kafka_.inputs(options);
  }
  [[nodiscard]] std::unique_ptr<Cluster> cluster(const std::string& group) override {
    return kafka_.cluster(group);
  }

  void produce(const TopicPartition& target, const std::vector<Record>& records) override {
    kafka_.admin().produce(target, owned(records, clock_));
  }
  [[nodiscard]] std::unique_ptr<ForeignProducer> foreignProducer(const std::string& id) override {
    return std::make_unique<MemoryForeignProducer>(kafka_, clock_, id);
  }
  [[nodiscard]] std::vector<SeenRecord> readAll(const TopicPartition& partition,
                                                Isolation isolation) override {
    using Wanted = memory::Admin::Isolation;
    std::vector<SeenRecord> seen;
    for (auto& record :
         kafka_.admin().read(partition, isolation == Isolation::kCommitted ? Wanted::kCommitted
                                                                           : Wanted::kUncommitted))
      seen.push_back({record.offset, std::move(record.key), std::move(record.value)});
    return seen;
  }

  void createTopic(const NewTopic& topic) override { kafka_.admin().createTopic(topic); }
  void deleteTopic(const std::string& topic) override { kafka_.admin().deleteTopic(topic); }
  void growTopic(const std::string& topic, std::int32_t partitions) override {
    kafka_.admin().growTopic(topic, partitions);
  }
  void deleteRecords(const TopicPartition& partition, Offset before) override {
    kafka_.admin().deleteRecords(partition, before);
  }
  [[nodiscard]] bool canCompact() const override { return true; }
  void compact(const TopicPartition& partition) override { kafka_.admin().compact(partition); }

 private:
  memory::VirtualClock clock_;
  memory::DirectNetwork network_{kMarkerDelay};
  memory::MemoryKafka kafka_{clock_, &network_};
};

}  // namespace

std::unique_ptr<KafkaFixture> makeKafkaFixture() { return std::make_unique<MemoryFixture>(); }

}  // namespace lockstep::test
