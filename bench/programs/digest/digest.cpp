// Independent read_committed reader of a topic: what a bench run's output is checked with.
//
// digest brokers=HOST:PORT topic=TOPIC view=NAME [partitions=4]
//
// Prints one JSON line: records, keys and the view's checksum (digest/view.hpp names the views).
#include <unistd.h>

#include <cstdio>

#include "bench/programs/digest/view.hpp"

namespace {

using namespace bench;

/// Where the partitions end, whatever is undecided there: the markers of a committed transaction
/// are written a moment after it, and until then a read_committed reader sees an earlier end.
std::vector<int64_t> endsOf(const Arguments& arguments, const std::string& topic, int partitions) {
  auto settings = consumerSettings(arguments);
  settings["isolation.level"] = "read_uncommitted";
  auto* consumer = makeConsumer(settings);
  std::vector<int64_t> ends;
  for (int p = 0; p < partitions; ++p) {
    int64_t low = 0;
    int64_t high = 0;
    if (rd_kafka_query_watermark_offsets(consumer, topic.c_str(), p, &low, &high, 10'000) !=
        RD_KAFKA_RESP_ERR_NO_ERROR)
      die("no watermarks");
    ends.push_back(high);
  }
  rd_kafka_destroy(consumer);
  return ends;
}

rd_kafka_t* readerOf(const Arguments& arguments, const std::string& topic, int partitions) {
  auto settings = consumerSettings(arguments);
  settings["check.crcs"] = "true";
  settings["queued.min.messages"] = "1000000";
  auto* consumer = makeConsumer(settings);
  static_cast<void>(warmTopic(consumer, topic));
  auto* list = rd_kafka_topic_partition_list_new(partitions);
  for (int p = 0; p < partitions; ++p)
    rd_kafka_topic_partition_list_add(list, topic.c_str(), p)->offset = RD_KAFKA_OFFSET_BEGINNING;
  rd_kafka_assign(consumer, list);
  return consumer;
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments(count, values);
  const int partitions = static_cast<int>(arguments.number("partitions", 4));
  const auto view = makeView(arguments.text("view", "records"));
  auto* queue =
      rd_kafka_queue_get_consumer(readerOf(arguments, arguments.text("topic"), partitions));
  std::vector<rd_kafka_message_t*> messages(10'000);
  long records = 0;
  double progress = seconds();
  const auto ends = endsOf(arguments, arguments.text("topic"), partitions);
  std::vector<bool> ended(ends.size());
  for (int open = partitions; open > 0;) {
    const ssize_t got = rd_kafka_consume_batch_queue(queue, 1000, messages.data(), messages.size());
    if (got > 0) progress = seconds();
    if (seconds() - progress > 60) die("no progress");
    for (ssize_t i = 0; i < got; ++i) {
      auto* message = messages[static_cast<std::size_t>(i)];
      if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        const auto partition = static_cast<std::size_t>(message->partition);
        if (!ended[partition] && message->offset >= ends[partition]) {
          ended[partition] = true;
          --open;
        }
      } else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        die(rd_kafka_message_errstr(message));
      } else {
        ++records;
        view->add(*message);
      }
      rd_kafka_message_destroy(message);
    }
  }
  std::printf(R"({"records":%ld,"keys":%zu,"checksum":"%016lx"})"
              "\n",
              records, view->keys(), view->checksum());
  std::fflush(stdout);
  _exit(0);
}
