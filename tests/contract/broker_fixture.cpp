// The contract's scripts on a real broker (LOCKSTEP_TEST_BROKER=host:port), through librdkafka.
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <map>
#include <set>
#include <stdexcept>

#include <fmt/format.h>

#include "connectors/fetch/fetch_ports.hpp"
#include "connectors/kafka/kafka_ports.hpp"
#include "tests/contract/broker_admin.hpp"

namespace lockstep::test {
namespace {

using kafka::KafkaConnection;
using std::chrono::milliseconds;

constexpr int kClientPatienceMs = 30'000;
/// A little more than the segment.ms of Script::compactedTopic().
constexpr milliseconds kSegmentEnd{120};

std::string uniquePrefix() {
  static std::atomic<int> cases{0};
  const auto now = systemClock().wallNow().time_since_epoch().count();
  return fmt::format("c{}-{}-{}", now, ::getpid(), ++cases);
}

class BrokerForeignProducer final : public ForeignProducer {
 public:
  BrokerForeignProducer(const KafkaConnection& connection, BrokerAdmin& admin,
                        const std::string& id)
      : admin_(admin), producer_(makeScriptProducer(connection, id)) {
    require(rd_kafka_init_transactions(producer_->get(), kClientPatienceMs), "init of " + id);
  }

  void begin() override {
    require(rd_kafka_begin_transaction(producer_->get()), "begin");
    touched_.clear();
  }
  void send(const TopicPartition& target, const std::vector<Record>& records) override {
    sendRecords(*producer_, target, records);
    touched_.insert(target);
  }
  void sendOffsets(const std::string& group, const std::vector<PartitionOffset>& offsets) override {
    const kafka::ListHandle list(
        rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
    for (const auto& offset : offsets) {
      rd_kafka_topic_partition_list_add(list.get(), offset.partition.topic.c_str(),
                                        offset.partition.partition.value())
          ->offset = offset.next.value();
    }
    const kafka::GroupHandle metadata(rd_kafka_consumer_group_metadata_new(group.c_str()));
    require(rd_kafka_send_offsets_to_transaction(producer_->get(), list.get(), metadata.get(),
                                                 kClientPatienceMs),
            "offsets");
  }
  void commit() override {
    const auto ends = logEnds();
    require(rd_kafka_commit_transaction(producer_->get(), kClientPatienceMs), "commit");
    awaitMarkers(ends);
  }
  void abort() override {
    const auto ends = logEnds();
    require(rd_kafka_abort_transaction(producer_->get(), kClientPatienceMs), "abort");
    awaitMarkers(ends);
  }

 private:
  using Ends = std::map<TopicPartition, Offset>;

  Ends logEnds() {
    Ends ends;
    for (const auto& partition : touched_) {
      ends[partition] = admin_.end(partition, Isolation::kUncommitted);
    }
    return ends;
  }
  /// A marker takes an offset of its own in every partition.
  void awaitMarkers(const Ends& before) {
    for (const auto& [partition, end] : before) {
      await("marker in " + toString(partition),
            [&] { return admin_.end(partition, Isolation::kUncommitted) > end; });
    }
  }

  BrokerAdmin& admin_;
  std::unique_ptr<kafka::ClientHandle> producer_;
  std::set<TopicPartition> touched_;
};

/// Which of the two readers the scripts run over: LOCKSTEP_TEST_READER=native takes our own.
bool nativeReader() {
  const char* reader = std::getenv("LOCKSTEP_TEST_READER");
  return reader != nullptr && std::string_view(reader) == "native";
}

class BrokerFixture final : public KafkaFixture {
 public:
  explicit BrokerFixture(std::string bootstrap)
      : connection_(connectionTo(std::move(bootstrap))), admin_(connection_) {}

  [[nodiscard]] std::string prefix() const override { return prefix_; }
  [[nodiscard]] Clock& clock() override { return systemClock(); }

  [[nodiscard]] std::unique_ptr<TransactionalOutputFactory> outputs(
      const Identity& identity) override {
    auto connection = connection_;
    connection.application = identity.group;
    connection.transactional_id = identity.transactional_id;
    connection.transaction_timeout = identity.transaction_timeout;
    connection.guarantee = identity.guarantee;
    return std::make_unique<kafka::KafkaOutputFactory>(connection, systemClock());
  }
  [[nodiscard]] std::unique_ptr<InputFactory> inputs(const std::string& group) override {
    if (nativeReader()) {
      fetch::FetchSettings settings;
      settings.bootstrap = connection_.bootstrap;
      return std::make_unique<fetch::FetchInputFactory>(settings, systemClock());
    }
    return std::make_unique<kafka::KafkaInputFactory>(of(group), kafka::InputUse::kBatches,
                                                      systemClock());
  }
  [[nodiscard]] std::unique_ptr<Cluster> cluster(const std::string& group) override {
    return kafka::KafkaCluster::create(of(group), systemClock()).value();
  }

  void produce(const TopicPartition& target, const std::vector<Record>& records) override {
    // A segment closes when a record comes segment.ms after the segment's first one.
    if (compacted_.contains(target.topic)) systemClock().sleep(kSegmentEnd);
    admin_.produce(target, records);
  }
  [[nodiscard]] std::unique_ptr<ForeignProducer> foreignProducer(const std::string& id) override {
    return std::make_unique<BrokerForeignProducer>(connection_, admin_, id);
  }
  [[nodiscard]] std::vector<SeenRecord> readAll(const TopicPartition& partition,
                                                Isolation isolation) override {
    return admin_.readAll(partition, isolation);
  }
  void createTopic(const NewTopic& topic) override {
    const auto cluster = this->cluster(prefix_);
    const auto status =
        cluster->createTopics(std::span(&topic, 1), milliseconds(kClientPatienceMs));
    if (!status.ok()) throw std::runtime_error(status.toString());
    for (const auto& [key, value] : topic.config) {
      if (key == "cleanup.policy" && value == "compact") compacted_.insert(topic.name);
    }
  }
  void deleteTopic(const std::string& topic) override { admin_.deleteTopic(topic); }
  void growTopic(const std::string& topic, std::int32_t partitions) override {
    admin_.growTopic(topic, partitions);
  }
  void deleteRecords(const TopicPartition& partition, Offset before) override {
    admin_.deleteRecords(partition, before);
  }
  [[nodiscard]] bool canCompact() const override { return can_compact_; }
  void compact(const TopicPartition& partition) override {
    await("compaction of " + toString(partition), [&] {
      auto records = admin_.readAll(partition, Isolation::kUncommitted);
      if (!records.empty()) records.pop_back();  // in the segment that is still open
      std::set<std::optional<std::string>> keys;
      for (const auto& record : records) {
        if (!keys.insert(record.key).second) return false;
      }
      return true;
    });
  }

 private:
  static KafkaConnection connectionTo(std::string bootstrap) {
    KafkaConnection connection;
    connection.bootstrap = std::move(bootstrap);
    connection.application = "contract";
    return connection;
  }
  [[nodiscard]] KafkaConnection of(const std::string& group) const {
    auto connection = connection_;
    connection.application = group;
    return connection;
  }

  const std::string prefix_ = uniquePrefix();
  const KafkaConnection connection_;
  BrokerAdmin admin_;
  std::set<std::string> compacted_;
  const bool can_compact_ = admin_.hurryCleaner();
};

}  // namespace

std::unique_ptr<KafkaFixture> makeKafkaFixture() {
  const char* broker = std::getenv("LOCKSTEP_TEST_BROKER");
  if (broker == nullptr) throw std::runtime_error("LOCKSTEP_TEST_BROKER=host:port is not set");
  return std::make_unique<BrokerFixture>(broker);
}

}  // namespace lockstep::test
