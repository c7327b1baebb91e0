#pragma once

#include <string>
#include <vector>

#include "bench/programs/client.hpp"

namespace bench {

/// The producing half of a bound: runs of messages for one partition, copied into the client.
class Sender {
 public:
  static constexpr std::size_t kRun = 2000;

  explicit Sender(rd_kafka_t* producer) : producer_(producer) {}

  /// The slot of the next message of the run, emptied. At most kRun before a send().
  [[nodiscard]] rd_kafka_message_t& next() { return run_[filled_++] = rd_kafka_message_t{}; }
  /// The next message, whole.
  void add(void* key, std::size_t key_size, void* payload, std::size_t size) {
    rd_kafka_message_t& message = next();
    message.key = key;
    message.key_len = key_size;
    message.payload = payload;
    message.len = size;
  }
  [[nodiscard]] bool full() const { return filled_ == kRun; }
  /// Sends the run, in order; what a full queue refuses is tried again.
  void send(rd_kafka_topic_t* topic, int partition);
  [[nodiscard]] long sent() const { return sent_; }

 private:
  rd_kafka_t* producer_;
  std::vector<rd_kafka_message_t> run_ = std::vector<rd_kafka_message_t>(kRun);
  std::size_t filled_ = 0;
  long sent_ = 0;
};

}  // namespace bench
