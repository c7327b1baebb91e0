#include "bench/programs/client.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>

namespace bench {
namespace {

rd_kafka_t* make(rd_kafka_type_t type, rd_kafka_conf_t* conf, const Settings& settings) {
  char error[512];
  for (const auto& [key, value] : settings) {
    if (rd_kafka_conf_set(conf, key.c_str(), value.c_str(), error, sizeof error) !=
        RD_KAFKA_CONF_OK)
      die(error);
  }
  auto* client = rd_kafka_new(type, conf, error, sizeof error);
  if (client == nullptr) die(error);
  return client;
}

__extension__ typedef unsigned __int128 Product;

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  const auto product =
      static_cast<Product>(a ^ 0x9e3779b97f4a7c15ULL) * (b ^ 0xe7037ed1a0b428dbULL);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace

void die(const std::string& message) {
  std::fprintf(stderr, "bench: %s\n", message.c_str());
  std::exit(1);
}

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Arguments::Arguments(int count, char** values) {
  for (int i = 1; i < count; ++i) {
    const std::string argument = values[i];
    const auto equals = argument.find('=');
    if (equals == std::string::npos) die("not key=value: " + argument);
    values_[argument.substr(0, equals)] = argument.substr(equals + 1);
  }
}

std::string Arguments::text(const std::string& key, const std::string& otherwise) const {
  const auto found = values_.find(key);
  return found == values_.end() ? otherwise : found->second;
}

long Arguments::number(const std::string& key, long otherwise) const {
  const auto found = values_.find(key);
  return found == values_.end() ? otherwise : std::strtol(found->second.c_str(), nullptr, 10);
}

Settings consumerSettings(const Arguments& arguments) {
  return {{"bootstrap.servers", arguments.text("brokers")},
          {"group.id", arguments.text("group", "bound")},
          {"isolation.level", "read_committed"},
          {"enable.auto.commit", "false"},
          {"enable.auto.offset.store", "false"},
          {"auto.offset.reset", "error"},
          {"enable.partition.eof", "true"},
          {"socket.nagle.disable", "true"},
          {"fetch.wait.max.ms", "10"},
          {"queued.min.messages", "30000"},
          {"queued.max.messages.kbytes", "32768"},
          {"fetch.message.max.bytes", "1048576"}};
}

Settings producerSettings(const Arguments& arguments) {
  return {{"bootstrap.servers", arguments.text("brokers")},
          {"compression.codec", "lz4"},
          {"linger.ms", "50"},
          {"batch.size", "1000000"},
          {"batch.num.messages", "100000"},
          {"queue.buffering.max.messages", "300000"},
          {"queue.buffering.max.kbytes", "262144"},
          {"socket.nagle.disable", "true"},
          {"retry.backoff.ms", "1"},
          {"delivery.report.only.error", "true"}};
}

rd_kafka_t* makeConsumer(const Settings& settings) {
  auto* consumer = make(RD_KAFKA_CONSUMER, rd_kafka_conf_new(), settings);
  rd_kafka_poll_set_consumer(consumer);
  return consumer;
}

rd_kafka_t* makeProducer(const Settings& settings) {
  auto* conf = rd_kafka_conf_new();
  rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_DR);
  return make(RD_KAFKA_PRODUCER, conf, settings);
}

void createTopic(rd_kafka_t* client, const std::string& topic, int partitions, bool compacted) {
  char error[512];
  auto* request = rd_kafka_NewTopic_new(topic.c_str(), partitions, 1, error, sizeof error);
  if (compacted) rd_kafka_NewTopic_set_config(request, "cleanup.policy", "compact");
  auto* queue = rd_kafka_queue_new(client);
  rd_kafka_CreateTopics(client, &request, 1, nullptr, queue);
  auto* event = rd_kafka_queue_poll(queue, 20'000);
  if (event == nullptr) die("topic " + topic + " was not created in time");
  std::size_t count = 0;
  const auto** results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto code = rd_kafka_topic_result_error(results[i]);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR && code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
      die(rd_kafka_err2str(code));
  }
  rd_kafka_event_destroy(event);
  rd_kafka_queue_destroy(queue);
  rd_kafka_NewTopic_destroy(request);
}

rd_kafka_topic_t* warmTopic(rd_kafka_t* client, const std::string& topic) {
  auto* handle = rd_kafka_topic_new(client, topic.c_str(), nullptr);
  const struct rd_kafka_metadata* metadata = nullptr;
  if (rd_kafka_metadata(client, 0, handle, &metadata, 10'000) != RD_KAFKA_RESP_ERR_NO_ERROR)
    die("no metadata of " + topic);
  rd_kafka_metadata_destroy(metadata);
  return handle;
}

void must(rd_kafka_error_t* error, const char* where) {
  if (error != nullptr) die(std::string(where) + ": " + rd_kafka_error_string(error));
}

Usage usage() {
  rusage raw;
  getrusage(RUSAGE_SELF, &raw);
  const auto asSeconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return {asSeconds(raw.ru_utime) + asSeconds(raw.ru_stime), raw.ru_maxrss};
}

std::uint32_t murmur2(const void* bytes, std::size_t size) {
  constexpr std::uint32_t kMultiplier = 0x5bd1e995;
  const auto* data = static_cast<const unsigned char*>(bytes);
  std::uint32_t hash = 0x9747b28cU ^ static_cast<std::uint32_t>(size);
  for (; size >= 4; size -= 4, data += 4) {
    std::uint32_t word;
    std::memcpy(&word, data, 4);
    word *= kMultiplier;
    word ^= word >> 24;
    hash = (hash * kMultiplier) ^ (word * kMultiplier);
  }
  if (size >= 3) hash ^= static_cast<std::uint32_t>(data[2]) << 16;
  if (size >= 2) hash ^= static_cast<std::uint32_t>(data[1]) << 8;
  if (size >= 1) hash = (hash ^ data[0]) * kMultiplier;
  hash = (hash ^ (hash >> 13)) * kMultiplier;
  return hash ^ (hash >> 15);
}

std::uint64_t hashBytes(const void* bytes, std::size_t size, std::uint64_t seed) {
  const auto* data = static_cast<const unsigned char*>(bytes);
  std::uint64_t hash = seed ^ size;
  for (; size >= 8; size -= 8, data += 8) {
    std::uint64_t word;
    std::memcpy(&word, data, 8);
    hash = mix(hash, word);
  }
  std::uint64_t rest = 0;
  std::memcpy(&rest, data, size);
  return mix(hash, rest ^ 0x1d8e4e27c47d124fULL);
}

double quantile(std::vector<double> values, double q) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1,
                         static_cast<std::size_t>(q * static_cast<double>(values.size())))];
}

}  // namespace bench
