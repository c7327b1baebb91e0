#include "connectors/kafka/kafka_cluster.hpp"

#include <algorithm>

#include "connectors/kafka/admin_requests.hpp"
#include "connectors/kafka/client_errors.hpp"

namespace lockstep::kafka {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTopicPoll{5};

ListHandle listOf(std::span<const TopicPartition> partitions, std::int64_t offset) {
  ListHandle list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const auto& partition : partitions) {
    rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(),
                                      partition.partition.value())
        ->offset = offset;
  }
  return list;
}

/// One ListOffsets request per broker. Unlike rd_kafka_query_watermark_offsets() it keeps to its
/// time-out (before 2.3.0), and it honours the isolation level of the handle.
Result<std::vector<Offset>> queryOffsets(ClientHandle& client,
                                         std::span<const TopicPartition> partitions,
                                         std::int64_t which, milliseconds timeout) {
  if (partitions.empty()) return std::vector<Offset>{};
  const auto list = listOf(partitions, which);
  const auto error = rd_kafka_offsets_for_times(client.get(), list.get(), toMilliseconds(timeout));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return client.explain(toStatus(error, "offsets"));
  std::vector<Offset> offsets;
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    const auto& answer = list->elems[i];
    if (answer.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return client.explain(toStatus(answer.err, toString(partitions[i])));
    }
    if (answer.offset < 0) {
      return Status::retry(toString(partitions[i]) + ": the broker gave no offset");
    }
    offsets.push_back(Offset{answer.offset});
  }
  return offsets;
}

std::vector<std::string> brokersOf(const rd_kafka_metadata_t& metadata) {
  std::vector<std::string> brokers;
  for (int i = 0; i < metadata.broker_cnt; ++i) {
    const auto& broker = metadata.brokers[i];
    const std::string host = broker.host;
    const bool v6 = host.find(':') != std::string::npos;
    brokers.push_back((v6 ? "[" + host + "]" : host) + ":" + std::to_string(broker.port));
  }
  return brokers;
}

/// What the brokers say of all topics, or of those that have a handle. That a login was refused
/// shows only when the client is served, which nobody does while it waits: so it waits in steps.
/// Each is twice as long as the one before, so that a slow answer comes, too.
Result<MetadataHandle> askForMetadata(ClientHandle& client, bool all, Clock& clock,
                                      Deadline deadline) {
  constexpr milliseconds kFirstStep{250};
  for (auto step = kFirstStep;; step *= 2) {
    const auto left = deadline.left(clock);
    const rd_kafka_metadata_t* raw = nullptr;
    const auto error = rd_kafka_metadata(client.get(), all ? 1 : 0, nullptr, &raw,
                                         toMilliseconds(std::min<milliseconds>(step, left)));
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return MetadataHandle(raw);
    auto status = client.explain(toStatus(error, "topics"));
    if (status.reaction() != Reaction::kRetry || left <= step) return status;
  }
}

Status describeTopic(const rd_kafka_metadata_topic_t& found, TopicDescription& description) {
  if (found.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return {};
  if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR) return toStatus(found.err, description.name);
  description.exists = true;
  description.partitions = found.partition_cnt;
  for (int i = 0; i < found.partition_cnt; ++i) {
    const auto replicas = static_cast<std::int32_t>(found.partitions[i].replica_cnt);
    description.replication = i == 0 ? replicas : std::min(description.replication, replicas);
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<KafkaCluster>> KafkaCluster::create(const KafkaConnection& connection,
                                                           Clock& clock) {
  LOCKSTEP_ASSIGN(const auto stable, querySettings(connection, Isolation::kReadCommitted));
  LOCKSTEP_ASSIGN(const auto all, querySettings(connection, Isolation::kReadUncommitted));
  LOCKSTEP_ASSIGN(auto committed, ClientHandle::create(RD_KAFKA_CONSUMER, stable));
  LOCKSTEP_ASSIGN(auto uncommitted, ClientHandle::create(RD_KAFKA_CONSUMER, all));
  const bool plain = connection.security.protocol == "plaintext";
  auto ids = plain ? std::make_unique<TopicIdProbe>(connection.bootstrap, clock) : nullptr;
  return std::unique_ptr<KafkaCluster>(
      new KafkaCluster(std::move(committed), std::move(uncommitted), std::move(ids), clock));
}

Result<std::vector<TopicDescription>> KafkaCluster::describe(std::span<const std::string> topics,
                                                             Timeout timeout) {
  const auto deadline = Deadline::in(clock_, timeout);
  LOCKSTEP_ASSIGN(auto descriptions, describeAll(topics, deadline));
  LOCKSTEP_TRY(addTopicLimits(*committed_, descriptions, deadline.left(clock_)));
  addTopicIds(descriptions, deadline);
  return descriptions;
}

void KafkaCluster::addTopicIds(std::span<TopicDescription> topics, Deadline deadline) {
  if (ids_ == nullptr) return;
  std::vector<std::string> names;
  for (const auto& topic : topics) {
    if (topic.exists) names.push_back(topic.name);
  }
  auto ids = ids_->ask(names, deadline);
  if (!ids) return;  // unknown: the topic is then known by its offsets only
  for (auto& topic : topics) topic.id = std::move((*ids)[topic.name]);
}

Result<std::vector<std::string>> KafkaCluster::topicNames(Timeout timeout) {
  LOCKSTEP_ASSIGN(const auto metadata,
                  askForMetadata(*committed_, true, clock_, Deadline::in(clock_, timeout)));
  std::vector<std::string> names;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const auto& topic = metadata->topics[i];
    if (topic.err == RD_KAFKA_RESP_ERR_NO_ERROR) names.emplace_back(topic.topic);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::vector<std::optional<std::string>>> KafkaCluster::topicIds(
    std::span<const std::string> topics, Timeout timeout) {
  std::vector<std::optional<std::string>> ids(topics.size(), "");
  if (ids_ == nullptr) return ids;
  const auto answer = ids_->ask(topics, Deadline::in(clock_, timeout));
  if (!answer) return Status::retry("no broker tells the ids of topics");
  for (std::size_t i = 0; i < topics.size(); ++i) {
    const auto found = answer->find(topics[i]);
    ids[i] = found == answer->end() ? std::nullopt : std::optional(found->second);
  }
  return ids;
}

Result<std::vector<TopicDescription>> KafkaCluster::describeAll(std::span<const std::string> names,
                                                                Deadline deadline) {
  std::vector<TopicHandle> known;  // one request asks for every topic that has a handle
  for (const auto& name : names) known.push_back(makeTopic(*committed_, name));
  LOCKSTEP_ASSIGN(const auto metadata, askForMetadata(*committed_, false, clock_, deadline));
  if (ids_ != nullptr) ids_->alsoAsk(brokersOf(*metadata));
  const std::span found(metadata->topics, static_cast<std::size_t>(metadata->topic_cnt));
  std::vector<TopicDescription> descriptions;
  for (const auto& name : names) {
    descriptions.emplace_back().name = name;
    const auto topic = std::find_if(found.begin(), found.end(),
                                    [&](const auto& candidate) { return candidate.topic == name; });
    if (topic != found.end()) LOCKSTEP_TRY(describeTopic(*topic, descriptions.back()));
  }
  return descriptions;
}

Status KafkaCluster::deleteRecords(std::span<const PartitionOffset> before, Timeout timeout) {
  return requestDeletion(*committed_, before, timeout);
}

Status KafkaCluster::createTopics(std::span<const NewTopic> topics, Timeout timeout) {
  if (topics.empty()) return {};
  const auto deadline = Deadline::in(clock_, timeout);
  LOCKSTEP_TRY(requestTopics(*committed_, topics, timeout));
  return awaitTopics(topics, deadline);
}

Status KafkaCluster::awaitTopics(std::span<const NewTopic> topics, Deadline deadline) {
  // The controller has created them; the brokers that answer us may learn it a moment later.
  for (const auto& topic : topics) {
    for (;;) {
      LOCKSTEP_ASSIGN(const auto described, describeAll({&topic.name, 1}, deadline));
      if (described.front().exists) break;
      if (deadline.passed(clock_)) return Status::retry(topic.name + ": not yet known everywhere");
      clock_.sleep(kTopicPoll);
    }
  }
  return {};
}

Result<std::vector<CommittedOffset>> KafkaCluster::committed(
    std::span<const TopicPartition> partitions, Timeout timeout) {
  std::vector<CommittedOffset> offsets;
  if (partitions.empty()) return offsets;
  // The read_committed handle asks for stable offsets: while a transaction may still move one, the
  // client asks again until the time-out.
  const auto list = listOf(partitions, RD_KAFKA_OFFSET_INVALID);
  const auto error = rd_kafka_committed(committed_->get(), list.get(), toMilliseconds(timeout));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return committed_->explain(toStatus(error, "committed offsets"));
  }
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    const auto& answer = list->elems[i];
    if (answer.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return committed_->explain(toStatus(answer.err, toString(partitions[i])));
    }
    CommittedOffset committed{partitions[i], std::nullopt, {}};
    if (answer.offset >= 0) committed.offset = Offset{answer.offset};
    if (answer.metadata != nullptr) {
      committed.metadata.assign(static_cast<const char*>(answer.metadata), answer.metadata_size);
    }
    offsets.push_back(std::move(committed));
  }
  return offsets;
}

Result<std::vector<Offset>> KafkaCluster::logStarts(std::span<const TopicPartition> partitions,
                                                    Timeout timeout) {
  return queryOffsets(*committed_, partitions, RD_KAFKA_OFFSET_BEGINNING, timeout);
}

Result<std::vector<Offset>> KafkaCluster::lastStable(std::span<const TopicPartition> partitions,
                                                     Timeout timeout) {
  return queryOffsets(*committed_, partitions, RD_KAFKA_OFFSET_END, timeout);
}

Result<std::vector<Offset>> KafkaCluster::highWatermarks(std::span<const TopicPartition> partitions,
                                                         Timeout timeout) {
  return queryOffsets(*uncommitted_, partitions, RD_KAFKA_OFFSET_END, timeout);
}

}  // namespace lockstep::kafka
