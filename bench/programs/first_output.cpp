// From exec to the first committed output record.
//
// first_output brokers=HOST:PORT out=TOPIC [in=TOPIC] [partitions=4] [runs=10] [kill_after_ms=0]
// [limit_s=30] command="..."
//
// Each run: with `in`, one record is produced there; the command is started; the clock stops when a
// read_committed reader sees a record of `out` behind the end that it had before the start. Then
// the command gets SIGTERM, or, with kill_after_ms, kill -9 that long after its first output.
// Prints one JSON line: runs, ms_p50, ms_max, ms (all).
#include <signal.h>
#include <unistd.h>

#include <cstdio>

#include "bench/programs/child.hpp"
#include "bench/programs/client.hpp"

namespace {

using namespace bench;

/// A reader that is never behind: with a full queue librdkafka 2.0.2 would look away for a second.
Settings watchSettings(const Arguments& arguments) {
  auto settings = consumerSettings(arguments);
  settings["queued.min.messages"] = "10000000";
  settings["queued.max.messages.kbytes"] = "1048576";
  return settings;
}

class Measurement {
 public:
  explicit Measurement(const Arguments& arguments)
      : input_(arguments.text("in")),
        output_(arguments.text("out")),
        partitions_(static_cast<int>(arguments.number("partitions", 4))),
        kill_after_ms_(arguments.number("kill_after_ms", 0)),
        limit_s_(arguments.number("limit_s", 30)),
        command_(arguments.text("command")),
        consumer_(makeConsumer(watchSettings(arguments))),
        producer_(makeProducer(producerSettings(arguments))) {
    static_cast<void>(warmTopic(consumer_, output_));
    if (!input_.empty()) input_handle_ = warmTopic(producer_, input_);
  }

  double run() {
    readFromEnd();
    if (input_handle_ != nullptr) produceOne();
    const double start = seconds();
    Child child(command_);
    awaitRecord();
    const double took_ms = (seconds() - start) * 1e3;
    if (kill_after_ms_ > 0) usleep(static_cast<useconds_t>(kill_after_ms_ * 1000));
    if (kill_after_ms_ > 0)
      child.end(SIGKILL);
    else if (child.end(SIGTERM) != 0)
      die("the command failed");
    return took_ms;
  }

 private:
  void readFromEnd() {
    auto* list = rd_kafka_topic_partition_list_new(partitions_);
    for (int p = 0; p < partitions_; ++p) {
      int64_t low = 0;
      int64_t high = 0;  // a high watermark: what an open transaction holds back is not new either
      rd_kafka_query_watermark_offsets(consumer_, output_.c_str(), p, &low, &high, 10'000);
      rd_kafka_topic_partition_list_add(list, output_.c_str(), p)->offset = high;
    }
    rd_kafka_assign(consumer_, list);
    rd_kafka_topic_partition_list_destroy(list);
  }

  void produceOne() {
    rd_kafka_produce(input_handle_, 0, RD_KAFKA_MSG_F_COPY, const_cast<char*>("value"), 5, "key", 3,
                     nullptr);
    if (rd_kafka_flush(producer_, 10'000) != RD_KAFKA_RESP_ERR_NO_ERROR)
      die("the record was not delivered");
  }

  void awaitRecord() {
    for (const double until = seconds() + static_cast<double>(limit_s_); seconds() < until;) {
      auto* message = rd_kafka_consumer_poll(consumer_, 100);
      const bool record = message != nullptr && message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
      if (message != nullptr) rd_kafka_message_destroy(message);
      if (record) return;
    }
    die("no output within " + std::to_string(limit_s_) + " s");
  }

  const std::string input_;
  const std::string output_;
  const int partitions_;
  const long kill_after_ms_;
  const long limit_s_;
  const std::string command_;
  rd_kafka_t* consumer_;
  rd_kafka_t* producer_;
  rd_kafka_topic_t* input_handle_ = nullptr;
};

}  // namespace

int main(int count, char** values) {
  const Arguments arguments(count, values);
  Measurement measurement(arguments);
  std::vector<double> took_ms;
  for (long i = 0; i < arguments.number("runs", 10); ++i) took_ms.push_back(measurement.run());
  std::printf(R"({"runs":%zu,"ms_p50":%.0f,"ms_max":%.0f,"ms":[)", took_ms.size(),
              quantile(took_ms, 0.5), quantile(took_ms, 1));
  for (std::size_t i = 0; i < took_ms.size(); ++i)
    std::printf("%s%.0f", i > 0 ? "," : "", took_ms[i]);
  std::printf("]}\n");
  std::fflush(stdout);
  _exit(0);
}
