#pragma once

#include <atomic>
#include <cstdint>

#include <librdkafka/rdkafka.h>

namespace lockstep::kafka {

/// Watches the requests of one producer from inside librdkafka, where the calls say nothing: the
/// client repeats EndTxn silently after a lost answer, and a late duplicate could then hit the next
/// transaction (KAFKA-17754). Lives longer than the producer it watches.
///
/// Thread    Interceptors run on librdkafka's broker threads; the rest may be called from any.
class WireWatch {
 public:
  /// What the committer is doing, so that an EndTxn on the wire is known for what it is.
  enum class Phase : std::uint8_t { kOther, kCommitting, kAborting };

  /// Adds the interceptors to a configuration; `opaque` is a WireWatch.
  static void install(rd_kafka_conf_t* conf, void* opaque);

  /// A transaction begins: what was said about its partitions concerns the last one.
  void begin() { partitions_answered_.store(false, std::memory_order_release); }
  /// Whether the coordinator has answered that partitions belong to the transaction.
  [[nodiscard]] bool partitionsAnswered() const {
    return partitions_answered_.load(std::memory_order_acquire);
  }

  void enter(Phase phase) { phase_.store(phase, std::memory_order_release); }

  /// A request that changes the transaction ended in a transport error or a time-out: it, or a copy
  /// of it, may still be under way. Error codes inside an answer do not count.
  [[nodiscard]] bool doubtful() const { return doubtful_.load(std::memory_order_acquire); }

  /// Whether the coordinator has answered the request for a producer id. If init is not done then,
  /// the answer was "an older transaction is still being ended", which the client repeats only
  /// after 500 ms.
  [[nodiscard]] bool initAnswered() const { return init_answered_.load(std::memory_order_acquire); }

 private:
  static rd_kafka_resp_err_t onNew(rd_kafka_t* client, const rd_kafka_conf_t* conf, void* opaque,
                                   char* text, size_t text_size);
  static rd_kafka_resp_err_t onSent(rd_kafka_t* client, int socket, const char* broker,
                                    int32_t broker_id, int16_t api, int16_t version,
                                    int32_t correlation, size_t size, void* opaque);
  static rd_kafka_resp_err_t onResponse(rd_kafka_t* client, int socket, const char* broker,
                                        int32_t broker_id, int16_t api, int16_t version,
                                        int32_t correlation, size_t size, int64_t rtt,
                                        rd_kafka_resp_err_t error, void* opaque);

  std::atomic<Phase> phase_{Phase::kOther};
  std::atomic<bool> doubtful_{false};
  std::atomic<bool> init_answered_{false};
  std::atomic<bool> partitions_answered_{false};
};

}  // namespace lockstep::kafka
