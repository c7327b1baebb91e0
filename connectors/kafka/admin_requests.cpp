#include "connectors/kafka/admin_requests.hpp"

#include <algorithm>
#include <vector>

#include "connectors/kafka/client_errors.hpp"
#include "connectors/kafka/topic_limits.hpp"

namespace lockstep::kafka {

namespace {

using std::chrono::milliseconds;

/// Given to the queue beyond the request's own time-out, so that its answer is seen.
constexpr milliseconds kGrace{500};

using OptionsHandle =
    std::unique_ptr<rd_kafka_AdminOptions_t, HandleDeleter<rd_kafka_AdminOptions_destroy>>;
using ResourceHandle =
    std::unique_ptr<rd_kafka_ConfigResource_t, HandleDeleter<rd_kafka_ConfigResource_destroy>>;
using DeletionHandle =
    std::unique_ptr<rd_kafka_DeleteRecords_t, HandleDeleter<rd_kafka_DeleteRecords_destroy>>;
using NewTopicHandle =
    std::unique_ptr<rd_kafka_NewTopic_t, HandleDeleter<rd_kafka_NewTopic_destroy>>;

OptionsHandle makeOptions(ClientHandle& client, rd_kafka_admin_op_t operation,
                          milliseconds timeout) {
  OptionsHandle options(rd_kafka_AdminOptions_new(client.get(), operation));
  char text[256];
  const int limit = std::max(1, toMilliseconds(timeout));
  rd_kafka_AdminOptions_set_request_timeout(options.get(), limit, text, sizeof text);
  return options;
}

void readConfig(TopicDescription& topic, const rd_kafka_ConfigResource_t* resource) {
  std::size_t count = 0;
  const auto** entries = rd_kafka_ConfigResource_configs(resource, &count);
  bool broker_stamps = false;
  for (std::size_t i = 0; i < count; ++i) {
    const char* value = rd_kafka_ConfigEntry_value(entries[i]);
    if (value == nullptr) continue;
    const char* name = rd_kafka_ConfigEntry_name(entries[i]);
    applyTopicConfig(topic, name, value);
    broker_stamps = broker_stamps || isLogAppendTime(name, value);
  }
  finishLimits(topic, broker_stamps);
}

Status readConfigs(const rd_kafka_event_t* event, std::span<TopicDescription> topics) {
  const auto* result = rd_kafka_event_DescribeConfigs_result(const_cast<rd_kafka_event_t*>(event));
  std::size_t count = 0;
  const auto** resources = rd_kafka_DescribeConfigs_result_resources(result, &count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = rd_kafka_ConfigResource_name(resources[i]);
    const auto topic = std::find_if(topics.begin(), topics.end(),
                                    [&name](const auto& one) { return one.name == name; });
    if (topic == topics.end()) continue;
    const auto error = rd_kafka_ConfigResource_error(resources[i]);
    if (error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
      topic->exists = false;  // deleted between the two questions
      continue;
    }
    const char* text = rd_kafka_ConfigResource_error_string(resources[i]);
    LOCKSTEP_TRY(toStatus(error, name, text == nullptr ? "" : text));
    readConfig(*topic, resources[i]);
  }
  return {};
}

}  // namespace

Status addTopicLimits(ClientHandle& client, std::span<TopicDescription> topics,
                      milliseconds timeout) {
  std::vector<ResourceHandle> owned;
  std::vector<rd_kafka_ConfigResource_t*> resources;
  for (const auto& topic : topics) {
    if (!topic.exists) continue;
    owned.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.name.c_str()));
    resources.push_back(owned.back().get());
  }
  if (resources.empty()) return {};
  const auto options = makeOptions(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeout);
  const QueueHandle queue(rd_kafka_queue_new(client.get()));
  rd_kafka_DescribeConfigs(client.get(), resources.data(), resources.size(), options.get(),
                           queue.get());
  const EventHandle event(rd_kafka_queue_poll(queue.get(), toMilliseconds(timeout + kGrace)));
  if (event == nullptr) {
    return client.explain(toStatus(RD_KAFKA_RESP_ERR__TIMED_OUT, "topic settings"));
  }
  if (const auto error = rd_kafka_event_error(event.get())) {
    return client.explain(
        toStatus(error, "topic settings", rd_kafka_event_error_string(event.get())));
  }
  return readConfigs(event.get(), topics);
}

Status requestTopics(ClientHandle& client, std::span<const NewTopic> topics, milliseconds timeout) {
  std::vector<NewTopicHandle> owned;
  std::vector<rd_kafka_NewTopic_t*> wanted;
  char text[256];
  for (const auto& topic : topics) {
    owned.emplace_back(rd_kafka_NewTopic_new(topic.name.c_str(), topic.partitions,
                                             topic.replication, text, sizeof text));
    if (owned.back() == nullptr) {
      return toStatus(RD_KAFKA_RESP_ERR_INVALID_PARTITIONS, topic.name, text);
    }
    wanted.push_back(owned.back().get());
    for (const auto& [key, value] : topic.config) {
      rd_kafka_NewTopic_set_config(wanted.back(), key.c_str(), value.c_str());
    }
  }
  const auto options = makeOptions(client, RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout);
  const QueueHandle queue(rd_kafka_queue_new(client.get()));
  rd_kafka_CreateTopics(client.get(), wanted.data(), wanted.size(), options.get(), queue.get());
  const EventHandle event(rd_kafka_queue_poll(queue.get(), toMilliseconds(timeout + kGrace)));
  if (event == nullptr) {
    return client.explain(toStatus(RD_KAFKA_RESP_ERR__TIMED_OUT, "create topics"));
  }
  if (const auto error = rd_kafka_event_error(event.get())) {
    return client.explain(
        toStatus(error, "create topics", rd_kafka_event_error_string(event.get())));
  }
  const auto* result = rd_kafka_event_CreateTopics_result(event.get());
  std::size_t count = 0;
  const auto** answers = rd_kafka_CreateTopics_result_topics(result, &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto error = rd_kafka_topic_result_error(answers[i]);
    if (error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) continue;
    const char* detail = rd_kafka_topic_result_error_string(answers[i]);
    LOCKSTEP_TRY(
        toStatus(error, rd_kafka_topic_result_name(answers[i]), detail == nullptr ? "" : detail));
  }
  return {};
}

Status requestDeletion(ClientHandle& client, std::span<const PartitionOffset> before,
                       milliseconds timeout) {
  if (before.empty()) return {};
  const ListHandle list(rd_kafka_topic_partition_list_new(static_cast<int>(before.size())));
  for (const auto& wanted : before) {
    rd_kafka_topic_partition_list_add(list.get(), wanted.partition.topic.c_str(),
                                      wanted.partition.partition.value())
        ->offset = wanted.next.value();
  }
  const DeletionHandle deletion(rd_kafka_DeleteRecords_new(list.get()));
  rd_kafka_DeleteRecords_t* request = deletion.get();
  const auto options = makeOptions(client, RD_KAFKA_ADMIN_OP_DELETERECORDS, timeout);
  const QueueHandle queue(rd_kafka_queue_new(client.get()));
  rd_kafka_DeleteRecords(client.get(), &request, 1, options.get(), queue.get());
  const EventHandle event(rd_kafka_queue_poll(queue.get(), toMilliseconds(timeout + kGrace)));
  if (event == nullptr) {
    return client.explain(toStatus(RD_KAFKA_RESP_ERR__TIMED_OUT, "delete records"));
  }
  if (const auto error = rd_kafka_event_error(event.get())) {
    return client.explain(
        toStatus(error, "delete records", rd_kafka_event_error_string(event.get())));
  }
  const auto* answers =
      rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event.get()));
  for (int i = 0; i < answers->cnt; ++i)
    LOCKSTEP_TRY(client.explain(toStatus(answers->elems[i].err, answers->elems[i].topic)));
  return {};
}

}  // namespace lockstep::kafka
