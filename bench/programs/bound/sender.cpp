#include "bench/programs/bound/sender.hpp"

#include <utility>

namespace bench {

void Sender::send(rd_kafka_topic_t* topic, int partition) {
  std::size_t count = std::exchange(filled_, 0);
  while (count > 0) {
    const int taken = rd_kafka_produce_batch(topic, partition, RD_KAFKA_MSG_F_COPY, run_.data(),
                                             static_cast<int>(count));
    sent_ += taken;
    if (static_cast<std::size_t>(taken) == count) return;
    std::size_t left = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (run_[i].err == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
      if (run_[i].err != RD_KAFKA_RESP_ERR__QUEUE_FULL) die(rd_kafka_err2str(run_[i].err));
      run_[left] = run_[i];
      run_[left++].err = RD_KAFKA_RESP_ERR_NO_ERROR;
    }
    count = left;
    rd_kafka_poll(producer_, 2);
  }
}

}  // namespace bench
