// What the end-to-end scripts ask of a broker besides running programs against it: quick, without
// a JVM. It judges nothing; that is the verifier's work.
//
// usage: broker_tool HOST:PORT create TOPIC PARTITIONS [SETTING=VALUE...]
//        broker_tool HOST:PORT delete TOPIC
//        broker_tool HOST:PORT delete-records TOPIC PARTITION BEFORE
//        broker_tool HOST:PORT end TOPIC              sum of the partitions' high watermarks
//        broker_tool HOST:PORT committed GROUP TOPIC  "PARTITION:OFFSET METADATA" a line
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <librdkafka/rdkafka.h>

namespace {

constexpr int kPatienceMs = 30'000;

template <typename T>
using Handle = std::unique_ptr<T, void (*)(T*)>;

[[noreturn]] void fail(const std::string& what, const std::string& why) {
  std::fprintf(stderr, "broker_tool: %s: %s\n", what.c_str(), why.c_str());
  std::exit(1);
}

void require(rd_kafka_resp_err_t error, const std::string& what) {
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) fail(what, rd_kafka_err2str(error));
}

Handle<rd_kafka_t> connect(const std::string& brokers, const std::string& group) {
  auto* conf = rd_kafka_conf_new();
  char problem[512];
  for (const auto& [key, value] :
       {std::pair<std::string, std::string>{"bootstrap.servers", brokers},
        {"group.id", group},
        {"topic.metadata.propagation.max.ms", "0"}}) {
    if (rd_kafka_conf_set(conf, key.c_str(), value.c_str(), problem, sizeof problem) !=
        RD_KAFKA_CONF_OK) {
      fail(key, problem);
    }
  }
  auto* client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, problem, sizeof problem);
  if (client == nullptr) fail("client", problem);
  return {client, rd_kafka_destroy};
}

Handle<rd_kafka_topic_partition_list_t> newList() {
  return {rd_kafka_topic_partition_list_new(1), rd_kafka_topic_partition_list_destroy};
}

/// Sends one admin request and checks the answer; `topics` picks its results, when it has any.
void ask(
    rd_kafka_t* client, const std::string& what,
    const std::function<void(rd_kafka_queue_t*)>& request,
    const std::function<const rd_kafka_topic_result_t**(rd_kafka_event_t*, std::size_t*)>& topics) {
  const Handle<rd_kafka_queue_t> queue{rd_kafka_queue_new(client), rd_kafka_queue_destroy};
  request(queue.get());
  const Handle<rd_kafka_event_t> event{rd_kafka_queue_poll(queue.get(), kPatienceMs),
                                       rd_kafka_event_destroy};
  if (event == nullptr) fail(what, "no answer");
  require(rd_kafka_event_error(event.get()), what);
  if (!topics) return;
  std::size_t count = 0;
  const auto** results = topics(event.get(), &count);
  for (std::size_t i = 0; i < count; ++i) {
    require(rd_kafka_topic_result_error(results[i]), what);
  }
}

int partitionsOf(rd_kafka_t* client, const std::string& topic) {
  const rd_kafka_metadata_t* metadata = nullptr;
  const Handle<rd_kafka_topic_t> handle{rd_kafka_topic_new(client, topic.c_str(), nullptr),
                                        rd_kafka_topic_destroy};
  require(rd_kafka_metadata(client, 0, handle.get(), &metadata, kPatienceMs), "metadata");
  const int partitions = metadata->topics[0].partition_cnt;
  rd_kafka_metadata_destroy(metadata);
  return partitions;
}

void create(rd_kafka_t* client, const std::string& topic, int partitions,
            const std::vector<std::string>& settings) {
  char problem[512];
  auto* request = rd_kafka_NewTopic_new(topic.c_str(), partitions, 1, problem, sizeof problem);
  if (request == nullptr) fail("create " + topic, problem);
  for (const auto& setting : settings) {
    const auto equals = std::min(setting.find('='), setting.size());
    const auto value = setting.substr(std::min(equals + 1, setting.size()));
    require(rd_kafka_NewTopic_set_config(request, setting.substr(0, equals).c_str(), value.c_str()),
            setting);
  }
  ask(
      client, "create " + topic,
      [&](auto* queue) { rd_kafka_CreateTopics(client, &request, 1, nullptr, queue); },
      [](auto* event, auto* count) {
        return rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event),
                                                   count);
      });
  rd_kafka_NewTopic_destroy(request);
}

void remove(rd_kafka_t* client, const std::string& topic) {
  auto* request = rd_kafka_DeleteTopic_new(topic.c_str());
  ask(
      client, "delete " + topic,
      [&](auto* queue) { rd_kafka_DeleteTopics(client, &request, 1, nullptr, queue); },
      [](auto* event, auto* count) {
        return rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event),
                                                   count);
      });
  rd_kafka_DeleteTopic_destroy(request);
}

void deleteRecords(rd_kafka_t* client, const std::string& topic, int partition, long before) {
  const auto list = newList();
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = before;
  auto* request = rd_kafka_DeleteRecords_new(list.get());
  ask(
      client, "delete records of " + topic,
      [&](auto* queue) { rd_kafka_DeleteRecords(client, &request, 1, nullptr, queue); }, nullptr);
  rd_kafka_DeleteRecords_destroy(request);
}

void printEnd(rd_kafka_t* client, const std::string& topic) {
  long sum = 0;
  const int partitions = partitionsOf(client, topic);
  for (int i = 0; i < partitions; ++i) {
    std::int64_t low = 0;
    std::int64_t high = 0;
    require(rd_kafka_query_watermark_offsets(client, topic.c_str(), i, &low, &high, kPatienceMs),
            "end of " + topic);
    sum += high;
  }
  std::printf("%ld\n", sum);
}

void printCommitted(rd_kafka_t* client, const std::string& topic) {
  const auto list = newList();
  const int partitions = partitionsOf(client, topic);
  for (int i = 0; i < partitions; ++i) {
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), i);
  }
  require(rd_kafka_committed(client, list.get(), kPatienceMs), "committed offsets");
  for (int i = 0; i < list->cnt; ++i) {
    const auto& entry = list->elems[i];
    std::printf("%d:%ld %.*s\n", entry.partition, static_cast<long>(entry.offset),
                static_cast<int>(entry.metadata_size), static_cast<const char*>(entry.metadata));
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto verb = words.size() > 2 ? words[1] : "";
  const bool of_group = verb == "committed" && words.size() == 4;
  const auto client = words.empty() ? Handle<rd_kafka_t>{nullptr, rd_kafka_destroy}
                                    : connect(words[0], of_group ? words[2] : "broker-tool");
  if (verb == "create" && words.size() >= 4) {
    create(client.get(), words[2], std::stoi(words[3]), {words.begin() + 4, words.end()});
  } else if (verb == "delete" && words.size() == 3) {
    remove(client.get(), words[2]);
  } else if (verb == "delete-records" && words.size() == 5) {
    deleteRecords(client.get(), words[2], std::stoi(words[3]), std::stol(words[4]));
  } else if (verb == "end" && words.size() == 3) {
    printEnd(client.get(), words[2]);
  } else if (of_group) {
    printCommitted(client.get(), words[3]);
  } else {
    std::fprintf(stderr, "broker_tool: unknown request; see the top of its source\n");
    return 64;
  }
  return 0;
}
