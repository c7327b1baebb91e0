#include "tests/contract/broker_admin.hpp"

#include <stdexcept>
#include <thread>

namespace lockstep::test {

namespace {

using kafka::ClientHandle;
using kafka::EventHandle;
using kafka::ListHandle;
using kafka::QueueHandle;
using std::chrono::milliseconds;

constexpr int kAdminPatienceMs = 30'000;

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what); }

ListHandle listOf(const TopicPartition& partition, std::int64_t offset) {
  ListHandle list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(),
                                    partition.partition.value())
      ->offset = offset;
  return list;
}

/// Runs one admin request and waits for its answer.
EventHandle ask(rd_kafka_t* client, const std::string& what,
                const std::function<void(rd_kafka_queue_t*)>& request) {
  const QueueHandle queue(rd_kafka_queue_new(client));
  request(queue.get());
  EventHandle event(rd_kafka_queue_poll(queue.get(), kAdminPatienceMs));
  if (event == nullptr) fail(what + ": no answer");
  require(rd_kafka_event_error(event.get()), what);
  return event;
}

std::unique_ptr<ClientHandle> makeClient(const kafka::KafkaConnection& connection,
                                         kafka::Isolation isolation) {
  auto settings = kafka::querySettings(connection, isolation).value();
  settings["enable.partition.eof"] = "true";
  settings["fetch.wait.max.ms"] = "10";
  return ClientHandle::create(RD_KAFKA_CONSUMER, settings).value();
}

std::optional<std::string> text(const void* data, std::size_t size) {
  if (data == nullptr) return std::nullopt;
  return std::string(static_cast<const char*>(data), size);
}

}  // namespace

void require(rd_kafka_resp_err_t error, const std::string& what) {
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) fail(what + ": " + rd_kafka_err2name(error));
}

void require(rd_kafka_error_t* error, const std::string& what) {
  if (error == nullptr) return;
  const std::string message = what + ": " + rd_kafka_error_string(error);
  rd_kafka_error_destroy(error);
  fail(message);
}

void await(const std::string& what, const std::function<bool()>& done) {
  constexpr int kStepMs = 10;
  for (int waited = 0; !done(); waited += kStepMs) {
    if (waited > kAdminPatienceMs) fail(what + ": still waiting after 30 s");
    std::this_thread::sleep_for(milliseconds(kStepMs));
  }
}

std::unique_ptr<ClientHandle> makeScriptProducer(const kafka::KafkaConnection& connection,
                                                 const std::string& transactional_id,
                                                 const std::string& codec) {
  kafka::ClientSettings settings{{"bootstrap.servers", connection.bootstrap},
                                 {"enable.idempotence", "true"},
                                 {"compression.codec", codec},
                                 {"linger.ms", "5"},
                                 {"socket.nagle.disable", "true"},
                                 {"retry.backoff.ms", "5"}};
  if (!transactional_id.empty()) settings["transactional.id"] = transactional_id;
  auto made = ClientHandle::create(RD_KAFKA_PRODUCER, settings);
  if (!made.ok()) fail(made.status().toString());
  return std::move(made).value();
}

void sendRecords(ClientHandle& producer, const TopicPartition& target,
                 const std::vector<Record>& records) {
  const auto topic = kafka::makeTopic(producer, target.topic);
  if (const auto warm = kafka::warmTopic(producer, topic.get(), milliseconds(kAdminPatienceMs));
      !warm.ok()) {
    fail(warm.status().toString());
  }
  for (const auto& record : records) {
    auto* headers = rd_kafka_headers_new(record.headers.size());
    for (const auto& [name, value] : record.headers) {
      rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()),
                          value ? value->data() : nullptr,
                          value ? static_cast<ssize_t>(value->size()) : 0);
    }
    const char* key = record.key ? record.key->data() : nullptr;
    const char* value = record.value ? record.value->data() : nullptr;
    const std::size_t key_size = record.key ? record.key->size() : 0;
    const std::size_t value_size = record.value ? record.value->size() : 0;
    const auto timestamp = record.timestamp.value_or(systemClock().wallNow());
    require(
        rd_kafka_producev(producer.get(), RD_KAFKA_V_RKT(topic.get()),
                          RD_KAFKA_V_PARTITION(target.partition.value()),
                          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, key_size),
                          RD_KAFKA_V_VALUE(const_cast<char*>(value), value_size),
                          RD_KAFKA_V_TIMESTAMP(timestamp.time_since_epoch().count()),
                          RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END),
        "produce to " + toString(target));
  }
  require(rd_kafka_flush(producer.get(), kAdminPatienceMs), "flush to " + toString(target));
}

BrokerAdmin::BrokerAdmin(const kafka::KafkaConnection& connection)
    : connection_(connection),
      producer_(makeScriptProducer(connection, {})),
      committed_(makeClient(connection, kafka::Isolation::kReadCommitted)),
      uncommitted_(makeClient(connection, kafka::Isolation::kReadUncommitted)) {}

rd_kafka_t* BrokerAdmin::client(Isolation isolation) {
  return (isolation == Isolation::kCommitted ? committed_ : uncommitted_)->get();
}

void BrokerAdmin::produce(const TopicPartition& target, const std::vector<Record>& records) {
  sendRecords(*producer_, target, records);
}

Offset BrokerAdmin::end(const TopicPartition& partition, Isolation isolation) {
  const auto list = listOf(partition, RD_KAFKA_OFFSET_END);
  require(rd_kafka_offsets_for_times(client(isolation), list.get(), kAdminPatienceMs), "end");
  require(list->elems[0].err, "end of " + toString(partition));
  return Offset{list->elems[0].offset};
}

std::vector<SeenRecord> BrokerAdmin::readAll(const TopicPartition& partition, Isolation isolation) {
  const auto until = end(partition, isolation);
  // A client of its own: an assignment may still deliver messages of the last one.
  const auto reader = makeClient(connection_, isolation == Isolation::kCommitted
                                                  ? kafka::Isolation::kReadCommitted
                                                  : kafka::Isolation::kReadUncommitted);
  const auto topic = kafka::makeTopic(*reader, partition.topic);
  static_cast<void>(kafka::warmTopic(*reader, topic.get(), milliseconds(kAdminPatienceMs)));
  const auto start = listOf(partition, RD_KAFKA_OFFSET_BEGINNING);
  require(rd_kafka_assign(reader->get(), start.get()), "assign");
  std::vector<SeenRecord> seen;
  bool at_end = false;
  await("reading " + toString(partition), [&] {
    while (auto* message = rd_kafka_consumer_poll(reader->get(), 10)) {
      const auto error = message->err;
      if (error == RD_KAFKA_RESP_ERR_NO_ERROR && message->offset < until.value()) {
        seen.push_back({Offset{message->offset}, text(message->key, message->key_len),
                        text(message->payload, message->len)});
      }
      at_end = at_end || message->offset >= until.value();
      rd_kafka_message_destroy(message);
      if (error != RD_KAFKA_RESP_ERR__PARTITION_EOF) require(error, "reading");
    }
    return at_end;
  });
  return seen;
}

std::int32_t BrokerAdmin::partitionsOf(const std::string& topic) {
  const auto handle = kafka::makeTopic(*committed_, topic);
  const auto count = kafka::warmTopic(*committed_, handle.get(), milliseconds(kAdminPatienceMs));
  return count.ok() ? *count : 0;
}

void BrokerAdmin::deleteTopic(const std::string& topic) {
  auto* request = rd_kafka_DeleteTopic_new(topic.c_str());
  const auto event = ask(client(Isolation::kCommitted), "delete " + topic, [&](auto* queue) {
    rd_kafka_DeleteTopics(client(Isolation::kCommitted), &request, 1, nullptr, queue);
  });
  rd_kafka_DeleteTopic_destroy(request);
  await("deleting " + topic, [&] { return partitionsOf(topic) == 0; });
}

void BrokerAdmin::growTopic(const std::string& topic, std::int32_t partitions) {
  char problem[256];
  auto* request = rd_kafka_NewPartitions_new(topic.c_str(), static_cast<std::size_t>(partitions),
                                             problem, sizeof problem);
  if (request == nullptr) fail(problem);
  const auto event = ask(client(Isolation::kCommitted), "grow " + topic, [&](auto* queue) {
    rd_kafka_CreatePartitions(client(Isolation::kCommitted), &request, 1, nullptr, queue);
  });
  rd_kafka_NewPartitions_destroy(request);
  await("growing " + topic, [&] { return partitionsOf(topic) == partitions; });
}

void BrokerAdmin::deleteRecords(const TopicPartition& partition, Offset before) {
  const auto list = listOf(partition, before.value());
  auto* request = rd_kafka_DeleteRecords_new(list.get());
  const auto event = ask(client(Isolation::kCommitted), "delete records", [&](auto* queue) {
    rd_kafka_DeleteRecords(client(Isolation::kCommitted), &request, 1, nullptr, queue);
  });
  rd_kafka_DeleteRecords_destroy(request);
  await("deleting records", [&] {
    const auto start = listOf(partition, RD_KAFKA_OFFSET_BEGINNING);
    require(
        rd_kafka_offsets_for_times(client(Isolation::kCommitted), start.get(), kAdminPatienceMs),
        "log start");
    return start->elems[0].offset >= before.value();
  });
}

bool BrokerAdmin::hurryCleaner() {
  auto* config = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_BROKER, "1");
  rd_kafka_ConfigResource_set_config(config, "log.cleaner.backoff.ms", "200");
  bool done = false;
  const auto event = ask(client(Isolation::kCommitted), "cleaner", [&](auto* queue) {
    rd_kafka_AlterConfigs(client(Isolation::kCommitted), &config, 1, nullptr, queue);
  });
  rd_kafka_ConfigResource_destroy(config);
  std::size_t count = 0;
  const auto** answers = rd_kafka_AlterConfigs_result_resources(
      rd_kafka_event_AlterConfigs_result(event.get()), &count);
  done = count == 1 && rd_kafka_ConfigResource_error(answers[0]) == RD_KAFKA_RESP_ERR_NO_ERROR;
  return done;
}

}  // namespace lockstep::test
