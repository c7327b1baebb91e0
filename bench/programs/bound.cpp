// The bound: the least that any engine on librdkafka has to do. Reads committed records, copies
// them (mode=copy) or counts per key with a changelog in the transaction (mode=count), commits
// output and offsets every `ms` milliseconds. One thread of ours, nothing else.
//
// bound mode=copy|count brokers=HOST:PORT in=TOPIC out=TOPIC [changelog=TOPIC] [partitions=4]
// [ms=100]
//
// Prints one JSON line: records, records_out, cpu_s, wall_s, rss_max_mib, commit_ms_p50,
// commit_ms_p99.
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "bench/programs/client.hpp"
#include "bench/programs/count_table.hpp"

namespace {

using namespace bench;

constexpr std::size_t kBatch = 2000;
constexpr double kNoProgressMax = 20;

class Bound {
 public:
  explicit Bound(const Arguments& arguments)
      : counting_(arguments.text("mode", "copy") == "count"),
        partitions_(static_cast<int>(arguments.number("partitions", 4))),
        interval_s_(static_cast<double>(arguments.number("ms", 100)) / 1e3),
        input_(arguments.text("in")),
        consumer_(makeConsumer(consumerSettings(arguments))) {
    auto settings = producerSettings(arguments);
    settings["transactional.id"] = "bound";
    settings["transaction.timeout.ms"] = "60000";
    producer_ = makeProducer(settings);
    createTopic(producer_, arguments.text("out"), partitions_, false);
    output_ = warmTopic(producer_, arguments.text("out"));
    if (counting_) {
      createTopic(producer_, arguments.text("changelog"), partitions_, true);
      changelog_ = warmTopic(producer_, arguments.text("changelog"));
    }
    must(rd_kafka_init_transactions(producer_, 30'000), "init_transactions");
    group_ = rd_kafka_consumer_group_metadata_new(arguments.text("group", "bound").c_str());
    assignAll();
  }

  void run() {
    const auto before = usage();
    const double start = seconds();
    double progress = start;
    while (open_partitions_ > 0) {
      must(rd_kafka_begin_transaction(producer_), "begin");
      const double begun = seconds();
      while (open_partitions_ > 0 && seconds() - begun < interval_s_) {
        if (consumeOnce() > 0) progress = seconds();
        if (seconds() - progress > kNoProgressMax) die("no progress");
      }
      commit();
    }
    report(usage().cpu_s - before.cpu_s, seconds() - start);
  }

 private:
  void assignAll() {
    offsets_ = rd_kafka_topic_partition_list_new(partitions_);
    static_cast<void>(warmTopic(consumer_, input_));
    for (int p = 0; p < partitions_; ++p) {
      int64_t low = 0;
      int64_t high = 0;
      if (rd_kafka_query_watermark_offsets(consumer_, input_.c_str(), p, &low, &high, 10'000) !=
          RD_KAFKA_RESP_ERR_NO_ERROR)
        die("no watermarks");
      rd_kafka_topic_partition_list_add(offsets_, input_.c_str(), p)->offset = low;
      until_.push_back(high);
      open_partitions_ += low < high ? 1 : 0;
    }
    dirty_.resize(static_cast<std::size_t>(partitions_));
    rd_kafka_assign(consumer_, offsets_);
    queue_ = rd_kafka_queue_get_consumer(consumer_);
  }

  ssize_t consumeOnce() {
    const ssize_t got =
        rd_kafka_consume_batch_queue(queue_, 10, messages_.data(), messages_.size());
    std::size_t kept = 0;
    for (ssize_t i = 0; i < got; ++i) {
      if (advance(messages_[static_cast<std::size_t>(i)]))
        messages_[kept++] = messages_[static_cast<std::size_t>(i)];
    }
    counting_ ? count(kept) : copy(kept);
    records_ += static_cast<long>(kept);
    for (std::size_t i = 0; i < kept; ++i) rd_kafka_message_destroy(messages_[i]);
    wakeConsumer();
    return got;
  }

  /// Whether the message is a record of the range; destroys it otherwise.
  bool advance(rd_kafka_message_t* message) {
    auto& cursor = offsets_->elems[message->partition].offset;
    const auto until = until_[static_cast<std::size_t>(message->partition)];
    const bool eof = message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR && !eof) die(rd_kafka_message_errstr(message));
    const bool inside = !eof && message->offset >= cursor && message->offset < until;
    const auto next =
        inside ? message->offset + 1 : std::max(cursor, std::min<int64_t>(message->offset, until));
    if (cursor < until && next >= until) --open_partitions_;
    cursor = next;
    if (!inside) rd_kafka_message_destroy(message);
    return inside;
  }

  void copy(std::size_t count) {
    for (std::size_t i = 0; i < count;) {
      const int partition = messages_[i]->partition;
      std::size_t run = 0;
      for (; i + run < count && messages_[i + run]->partition == partition; ++run) {
        outgoing_[run] = *messages_[i + run];
        outgoing_[run]._private = nullptr;
      }
      send(output_, partition, run);
      i += run;
    }
  }

  void count(std::size_t count) {
    constexpr std::size_t kAhead = 16;
    const auto update = [&](std::size_t i) {
      const auto slot = table_.find(keys_[i]);
      if (table_.countOnce(slot, epoch_))
        dirty_[static_cast<std::size_t>(messages_[i]->partition)].push_back(slot);
    };
    for (std::size_t i = 0; i < count; ++i) {
      keys_[i] = CountTable::key(messages_[i]->key, messages_[i]->key_len);
      table_.prefetch(keys_[i]);
      if (i >= kAhead) update(i - kAhead);
    }
    for (std::size_t i = count > kAhead ? count - kAhead : 0; i < count; ++i) update(i);
  }

  void sendCounts(rd_kafka_topic_t* topic, int partition) {
    const auto& slots = dirty_[static_cast<std::size_t>(partition)];
    for (std::size_t i = 0; i < slots.size();) {
      std::size_t run = 0;
      for (; run < kBatch && i < slots.size(); ++run, ++i) {
        auto& slot = table_.slot(slots[i]);
        outgoing_[run] = {};
        outgoing_[run].payload = &slot.count;
        outgoing_[run].len = sizeof slot.count;
        outgoing_[run].key = slot.key;
        outgoing_[run].key_len = slot.size;
      }
      send(topic, partition, run);
    }
  }

  /// Sends the first `count` of outgoing_, in order; what a full queue refuses is tried again.
  void send(rd_kafka_topic_t* topic, int partition, std::size_t count) {
    while (count > 0) {
      const int taken = rd_kafka_produce_batch(topic, partition, RD_KAFKA_MSG_F_COPY,
                                               outgoing_.data(), static_cast<int>(count));
      records_out_ += taken;
      if (static_cast<std::size_t>(taken) == count) return;
      std::size_t left = 0;
      for (std::size_t i = 0; i < count; ++i) {
        if (outgoing_[i].err == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
        if (outgoing_[i].err != RD_KAFKA_RESP_ERR__QUEUE_FULL)
          die(rd_kafka_err2str(outgoing_[i].err));
        outgoing_[left] = outgoing_[i];
        outgoing_[left++].err = RD_KAFKA_RESP_ERR_NO_ERROR;
      }
      count = left;
      rd_kafka_poll(producer_, 2);
    }
  }

  void commit() {
    if (counting_) {
      for (int p = 0; p < partitions_; ++p) {
        sendCounts(output_, p);
        sendCounts(changelog_, p);
        dirty_[static_cast<std::size_t>(p)].clear();
      }
      ++epoch_;
    }
    const double start = seconds();
    must(rd_kafka_send_offsets_to_transaction(producer_, offsets_, group_, 30'000), "send_offsets");
    must(rd_kafka_commit_transaction(producer_, 30'000), "commit");
    commit_ms_.push_back((seconds() - start) * 1e3);
  }

  /// librdkafka before 2.2 looks at a full fetch queue once a second; new (unused) credentials wake
  /// it.
  void wakeConsumer() {
    const double now = seconds();
    if (now - woken_ < 0.002 || rd_kafka_queue_length(queue_) >= 30'000) return;
    must(rd_kafka_sasl_set_credentials(consumer_, "-", "-"), "wake");
    woken_ = now;
  }

  void report(double cpu_s, double wall_s) {
    std::printf(R"({"records":%ld,"records_out":%ld,"cpu_s":%.3f,"wall_s":%.3f,"rss_max_mib":%ld,)"
                R"("commits":%zu,"commit_ms_p50":%.1f,"commit_ms_p99":%.1f})"
                "\n",
                records_, records_out_, cpu_s, wall_s, usage().rss_max_kib / 1024,
                commit_ms_.size(), quantile(commit_ms_, 0.5), quantile(commit_ms_, 0.99));
    std::fflush(stdout);
  }

  const bool counting_;
  const int partitions_;
  const double interval_s_;
  const std::string input_;
  rd_kafka_t* consumer_;
  rd_kafka_t* producer_ = nullptr;
  rd_kafka_topic_t* output_ = nullptr;
  rd_kafka_topic_t* changelog_ = nullptr;
  rd_kafka_consumer_group_metadata_t* group_ = nullptr;
  rd_kafka_topic_partition_list_t* offsets_ = nullptr;
  rd_kafka_queue_t* queue_ = nullptr;
  std::vector<int64_t> until_;
  int open_partitions_ = 0;
  std::vector<rd_kafka_message_t*> messages_ = std::vector<rd_kafka_message_t*>(kBatch);
  std::vector<rd_kafka_message_t> outgoing_ = std::vector<rd_kafka_message_t>(kBatch);
  std::vector<CountTable::Key> keys_ = std::vector<CountTable::Key>(kBatch);
  CountTable table_{21};
  std::uint32_t epoch_ = 1;
  std::vector<std::vector<std::uint32_t>> dirty_;
  std::vector<double> commit_ms_;
  long records_ = 0;
  long records_out_ = 0;
  double woken_ = 0;
};

}  // namespace

int main(int count, char** values) {
  Bound(Arguments(count, values)).run();
  _exit(0);  // closing the handles is not what is measured
}
