// The bound: the least that any engine on librdkafka has to do. Reads committed records, works on
// them (bound/work.hpp lists the modes), commits outputs and offsets every `ms` milliseconds. One
// thread of ours, nothing else.
//
// bound mode=copy|filter|count|words|json|window|join|running|parse|consume brokers=HOST:PORT
// in=TOPIC [out=TOPIC] [changelog=TOPIC] [partitions=4] [ms=100] [table_bits=21] [slides=60]
//
// Prints one JSON line: records, records_out, cpu_s, wall_s, rss_max_mib, commits, commit_ms_p50,
// commit_ms_p99. parse and consume write nothing and commit nothing.
#include <unistd.h>

#include <cstdio>

#include "bench/programs/bound/work.hpp"

namespace {

using namespace bench;

constexpr std::size_t kBatch = 2000;
constexpr double kNoProgressMax = 20;

bool hasState(const std::string& mode) {
  return mode == "count" || mode == "words" || mode == "json" || mode == "window" ||
         mode == "running";
}
bool writes(const std::string& mode) { return mode != "parse" && mode != "consume"; }

class Bound {
 public:
  explicit Bound(const Arguments& arguments)
      : partitions_(static_cast<int>(arguments.number("partitions", 4))),
        interval_s_(static_cast<double>(arguments.number("ms", 100)) / 1e3),
        input_(arguments.text("in")),
        consumer_(makeConsumer(consumerSettings(arguments))) {
    const std::string mode = arguments.text("mode", "copy");
    if (writes(mode)) startProducer(arguments, hasState(mode));
    group_ = rd_kafka_consumer_group_metadata_new(arguments.text("group", "bound").c_str());
    work_ = makeWork(mode, static_cast<int>(arguments.number("table_bits", 21)),
                     static_cast<int>(arguments.number("slides", 60)));
    assignAll();
  }

  void run() {
    const auto before = usage();
    const double start = seconds();
    double progress = start;
    while (open_partitions_ > 0) {
      if (producer_ != nullptr) must(rd_kafka_begin_transaction(producer_), "begin");
      const double begun = seconds();
      while (open_partitions_ > 0 && seconds() - begun < interval_s_) {
        if (consumeOnce() > 0) progress = seconds();
        if (seconds() - progress > kNoProgressMax) die("no progress");
      }
      if (producer_ != nullptr) commit();
    }
    report(usage().cpu_s - before.cpu_s, seconds() - start);
  }

 private:
  void startProducer(const Arguments& arguments, bool with_changelog) {
    auto settings = producerSettings(arguments);
    settings["transactional.id"] = "bound";
    settings["transaction.timeout.ms"] = "60000";
    producer_ = makeProducer(settings);
    sender_ = std::make_unique<Sender>(producer_);
    outputs_.sender = sender_.get();
    outputs_.partitions = partitions_;
    createTopic(producer_, arguments.text("out"), partitions_, false);
    outputs_.output = warmTopic(producer_, arguments.text("out"));
    if (with_changelog) {
      createTopic(producer_, arguments.text("changelog"), partitions_, true);
      outputs_.changelog = warmTopic(producer_, arguments.text("changelog"));
    }
    must(rd_kafka_init_transactions(producer_, 30'000), "init_transactions");
  }

  [[nodiscard]] std::unique_ptr<Work> makeWork(const std::string& mode, int table_bits,
                                               int slides) const {
    if (mode == "copy") return makeCopy(outputs_);
    if (mode == "filter") return makeFilter(outputs_);
    if (mode == "count") return makeCount(outputs_, table_bits);
    if (mode == "words") return makeWords(outputs_, table_bits);
    if (mode == "json") return makeJson(outputs_);
    if (mode == "window") return makeWindow(outputs_, table_bits, slides);
    if (mode == "join") return makeJoin(outputs_, table_bits);
    if (mode == "running") return makeRunning(outputs_, table_bits);
    if (mode == "parse") return makeParse();
    if (mode == "consume") return makeConsume();
    die("no mode " + mode);
  }

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
    work_->records({messages_.data(), kept});
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

  void commit() {
    work_->finish();
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
                records_, sender_ ? sender_->sent() : 0, cpu_s, wall_s, usage().rss_max_kib / 1024,
                commit_ms_.size(), quantile(commit_ms_, 0.5), quantile(commit_ms_, 0.99));
    std::fflush(stdout);
  }

  const int partitions_;
  const double interval_s_;
  const std::string input_;
  rd_kafka_t* consumer_;
  rd_kafka_t* producer_ = nullptr;
  std::unique_ptr<Sender> sender_;
  Outputs outputs_;
  std::unique_ptr<Work> work_;
  rd_kafka_consumer_group_metadata_t* group_ = nullptr;
  rd_kafka_topic_partition_list_t* offsets_ = nullptr;
  rd_kafka_queue_t* queue_ = nullptr;
  std::vector<int64_t> until_;
  int open_partitions_ = 0;
  std::vector<rd_kafka_message_t*> messages_ = std::vector<rd_kafka_message_t*>(kBatch);
  std::vector<double> commit_ms_;
  long records_ = 0;
  double woken_ = 0;
};

}  // namespace

int main(int count, char** values) {
  Bound(Arguments(count, values)).run();
  _exit(0);  // closing the handles is not what is measured
}
