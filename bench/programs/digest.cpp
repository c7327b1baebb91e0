// Independent read_committed reader of a topic: what a bench run's output is checked with.
//
// digest brokers=HOST:PORT topic=TOPIC [partitions=4] [counts=no|big|little] [from_keys=yes]
//
// Prints one JSON line: records and an order-free checksum of (key, value); with counts (8-byte
// values of that byte order) the number of keys and the sum of each key's last value; with
// from_keys=yes (on the input) what those two have to be. `counts_checksum` hashes every (key, last
// count) pair.
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <unordered_map>

#include "bench/programs/client.hpp"

namespace {

using namespace bench;

enum class Counts { kNone, kBig, kLittle, kFromKeys };

std::int64_t decode(const rd_kafka_message_t& message, Counts counts) {
  if (message.len != sizeof(std::int64_t)) die("a count is not 8 bytes long");
  std::uint64_t value;
  std::memcpy(&value, message.payload, sizeof value);
  return static_cast<std::int64_t>(counts == Counts::kBig ? __builtin_bswap64(value) : value);
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments(count, values);
  const auto kind = arguments.text("counts", "no");
  auto counts = kind == "big" ? Counts::kBig : kind == "little" ? Counts::kLittle : Counts::kNone;
  if (arguments.text("from_keys") == "yes") counts = Counts::kFromKeys;
  const auto topic = arguments.text("topic");
  const int partitions = static_cast<int>(arguments.number("partitions", 4));
  auto settings = consumerSettings(arguments);
  settings["check.crcs"] = "true";
  settings["queued.min.messages"] = "1000000";
  auto* consumer = makeConsumer(settings);
  static_cast<void>(warmTopic(consumer, topic));
  auto* list = rd_kafka_topic_partition_list_new(partitions);
  for (int p = 0; p < partitions; ++p)
    rd_kafka_topic_partition_list_add(list, topic.c_str(), p)->offset = RD_KAFKA_OFFSET_BEGINNING;
  rd_kafka_assign(consumer, list);
  auto* queue = rd_kafka_queue_get_consumer(consumer);
  std::vector<rd_kafka_message_t*> messages(10'000);
  std::unordered_map<std::string, std::int64_t> last;
  long records = 0;
  std::uint64_t checksum = 0;
  for (int ended = 0; ended < partitions;) {
    const ssize_t got = rd_kafka_consume_batch_queue(queue, 1000, messages.data(), messages.size());
    for (ssize_t i = 0; i < got; ++i) {
      auto* message = messages[static_cast<std::size_t>(i)];
      if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        ++ended;
      } else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        die(rd_kafka_message_errstr(message));
      } else {
        ++records;
        checksum +=
            hashBytes(message->key, message->key_len, hashBytes(message->payload, message->len));
        if (counts != Counts::kNone) {
          auto& value = last[std::string(static_cast<char*>(message->key), message->key_len)];
          value = counts == Counts::kFromKeys ? value + 1 : decode(*message, counts);
        }
      }
      rd_kafka_message_destroy(message);
    }
  }
  std::int64_t sum = 0;
  std::uint64_t counts_checksum = 0;
  for (const auto& [key, value] : last) {
    sum += value;
    counts_checksum += hashBytes(key.data(), key.size(), static_cast<std::uint64_t>(value));
  }
  std::printf(
      R"({"records":%ld,"checksum":"%016lx","keys":%zu,"sum":%ld,"counts_checksum":"%016lx"})"
      "\n",
      records, checksum, last.size(), sum, counts_checksum);
  std::fflush(stdout);
  _exit(0);
}
