// End-to-end latency under a steady load: from a record's production to its being readable,
// committed, in an output topic.
//
// latency brokers=HOST:PORT in=TOPIC out=TOPIC command="..." [rate=100000] [seconds=10] [warm=3]
// [keys=100000] [value_bytes=100] [partitions=4]
//
// The job has to pass values on unchanged: their first 8 bytes are the time of production (ns of
// the monotonic clock). Prints one JSON line: records, ms_p50, ms_p99, ms_max, cpu_s (of the
// command during the measured seconds), rate.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <thread>

#include "bench/programs/child.hpp"
#include "bench/programs/client.hpp"

namespace {

using namespace bench;

std::int64_t nowNs() { return static_cast<std::int64_t>(seconds() * 1e9); }

/// Produces `rate` records a second in steps of a millisecond, until told to stop.
class Load {
 public:
  explicit Load(const Arguments& arguments)
      : rate_(arguments.number("rate", 100'000)),
        keys_(arguments.number("keys", 100'000)),
        partitions_(arguments.number("partitions", 4)),
        value_(static_cast<std::size_t>(arguments.number("value_bytes", 100)), 'v'),
        producer_(makeProducer(settings(arguments))),
        topic_(warmTopic(producer_, arguments.text("in"))),
        thread_([this] { run(); }) {}
  ~Load() {
    stop_ = true;
    thread_.join();
  }

 private:
  static Settings settings(const Arguments& arguments) {
    auto settings = producerSettings(arguments);
    settings["linger.ms"] = "5";
    return settings;
  }
  void run() {
    const double start = seconds();
    for (long sent = 0; !stop_;) {
      const long due = static_cast<long>((seconds() - start) * static_cast<double>(rate_));
      for (; sent < due; ++sent) produce(sent);
      rd_kafka_poll(producer_, 0);
      usleep(1000);
    }
  }
  void produce(long number) {
    const std::int64_t now = nowNs();
    std::memcpy(value_.data(), &now, sizeof now);
    char key[24];
    const int size = std::snprintf(key, sizeof key, "k%ld", number * 7919 % keys_);
    const auto partition = static_cast<int32_t>(number % partitions_);
    while (rd_kafka_produce(topic_, partition, RD_KAFKA_MSG_F_COPY, value_.data(), value_.size(),
                            key, static_cast<std::size_t>(size), nullptr) == -1)
      rd_kafka_poll(producer_, 1);
  }

  const long rate_;
  const long keys_;
  const long partitions_;
  std::string value_;
  rd_kafka_t* producer_;
  rd_kafka_topic_t* topic_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

/// Reads the output from its end on.
class Reader {
 public:
  explicit Reader(const Arguments& arguments) {
    auto settings = consumerSettings(arguments);
    settings["queued.min.messages"] = "10000000";  // never behind: see first_output
    settings["queued.max.messages.kbytes"] = "1048576";
    consumer_ = makeConsumer(settings);
    const auto topic = arguments.text("out");
    static_cast<void>(warmTopic(consumer_, topic));
    const int partitions = static_cast<int>(arguments.number("partitions", 4));
    auto* list = rd_kafka_topic_partition_list_new(partitions);
    for (int p = 0; p < partitions; ++p)
      rd_kafka_topic_partition_list_add(list, topic.c_str(), p)->offset = RD_KAFKA_OFFSET_END;
    rd_kafka_assign(consumer_, list);
    queue_ = rd_kafka_queue_get_consumer(consumer_);
  }

  /// Latencies in ms of what becomes readable during the next `during_s` seconds.
  std::vector<double> read(double during_s) {
    std::vector<double> latencies_ms;
    for (const double until = seconds() + during_s; seconds() < until;) {
      const ssize_t got =
          rd_kafka_consume_batch_queue(queue_, 10, messages_.data(), messages_.size());
      const std::int64_t now = nowNs();
      for (ssize_t i = 0; i < got; ++i) {
        auto* message = messages_[static_cast<std::size_t>(i)];
        std::int64_t produced = 0;
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && message->len >= sizeof produced) {
          std::memcpy(&produced, message->payload, sizeof produced);
          latencies_ms.push_back(static_cast<double>(now - produced) / 1e6);
        }
        rd_kafka_message_destroy(message);
      }
    }
    return latencies_ms;
  }

 private:
  rd_kafka_t* consumer_;
  rd_kafka_queue_t* queue_;
  std::vector<rd_kafka_message_t*> messages_ = std::vector<rd_kafka_message_t*>(10'000);
};

}  // namespace

int main(int count, char** values) {
  const Arguments arguments(count, values);
  Reader reader(arguments);
  Child child(arguments.text("command"));
  const Load load(arguments);
  static_cast<void>(reader.read(static_cast<double>(arguments.number("warm", 3))));
  const double cpu_before = child.cpuSeconds();
  const auto latencies_ms = reader.read(static_cast<double>(arguments.number("seconds", 10)));
  const double cpu_s = child.cpuSeconds() - cpu_before;
  if (latencies_ms.empty()) die("nothing came out");
  if (child.end(SIGTERM) != 0) die("the command failed");
  std::printf(R"({"records":%zu,"ms_p50":%.1f,"ms_p99":%.1f,"ms_max":%.1f,"cpu_s":%.2f,"rate":%ld})"
              "\n",
              latencies_ms.size(), quantile(latencies_ms, 0.5), quantile(latencies_ms, 0.99),
              quantile(latencies_ms, 1), cpu_s, arguments.number("rate", 100'000));
  std::fflush(stdout);
  _exit(0);
}
