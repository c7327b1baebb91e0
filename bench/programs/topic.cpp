// Makes and removes what a bench run needs.
//
// topic brokers=HOST:PORT create=TOPIC [partitions=4] | delete=TOPIC | forget=GROUP
#include <cstdio>

#include "bench/programs/client.hpp"

namespace {

using namespace bench;

constexpr int kTimeoutMs = 20'000;

void deleteTopic(rd_kafka_t* client, const std::string& topic) {
  auto* request = rd_kafka_DeleteTopic_new(topic.c_str());
  auto* queue = rd_kafka_queue_new(client);
  rd_kafka_DeleteTopics(client, &request, 1, nullptr, queue);
  if (rd_kafka_queue_poll(queue, kTimeoutMs) == nullptr) die("topic " + topic + " was not deleted");
}

void forgetGroup(rd_kafka_t* client, const std::string& group) {
  auto* request = rd_kafka_DeleteGroup_new(group.c_str());
  auto* queue = rd_kafka_queue_new(client);
  rd_kafka_DeleteGroups(client, &request, 1, nullptr, queue);
  if (rd_kafka_queue_poll(queue, kTimeoutMs) == nullptr) die("group " + group + " was not deleted");
}

/// Until no broker lists it: a topic made anew too early would be the old one.
void awaitGone(rd_kafka_t* client, const std::string& topic) {
  for (const double until = seconds() + 20; seconds() < until;) {
    const struct rd_kafka_metadata* metadata = nullptr;
    if (rd_kafka_metadata(client, 1, nullptr, &metadata, kTimeoutMs) != RD_KAFKA_RESP_ERR_NO_ERROR)
      continue;
    bool listed = false;
    for (int i = 0; i < metadata->topic_cnt; ++i) listed |= topic == metadata->topics[i].topic;
    rd_kafka_metadata_destroy(metadata);
    if (!listed) return;
  }
  die("topic " + topic + " is still there");
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments(count, values);
  auto* client = makeProducer({{"bootstrap.servers", arguments.text("brokers")}});
  if (const auto topic = arguments.text("create"); !topic.empty()) {
    createTopic(client, topic, static_cast<int>(arguments.number("partitions", 4)), false);
  } else if (const auto gone = arguments.text("delete"); !gone.empty()) {
    deleteTopic(client, gone);
    awaitGone(client, gone);
  } else if (const auto group = arguments.text("forget"); !group.empty()) {
    forgetGroup(client, group);
  } else {
    die("create=, delete= or forget= is needed");
  }
  return 0;
}
