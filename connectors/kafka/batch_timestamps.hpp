#pragma once

#include <cstddef>
#include <cstdint>

#include <librdkafka/rdkafka.h>

#include <lockstep/base/clock.hpp>

namespace lockstep::kafka {

/// Timestamps for rd_kafka_produce_batch(), which stamps every message with the time of the call.
///
/// Why     One call per record (rd_kafka_producev) takes three locks and reads the clock for each
///         of them: 0.15 us of CPU per record, a sixth of all that a copy costs.
/// How     A message of a batch carries its timestamp as its opaque pointer. The client shows each
///         message to an on_send interceptor before it is queued, and there the timestamp is
///         written to where the client keeps it. That place is not in the public header, so it is
///         learnt, not assumed: from the first record of each producer, which goes through
///         rd_kafka_producev(), by finding the one word behind the public part of the message that
///         rd_kafka_message_timestamp() follows. Where no word or more than one does so, usable()
///         stays false, and records go one by one.
/// Life    Longer than the producer it is installed in.
/// Thread  The one that produces.
class BatchTimestamps {
 public:
  /// Adds the interceptor to a producer's configuration.
  void install(rd_kafka_conf_t* conf);

  /// Whether batches may be used. False until the producer has sent its first record.
  [[nodiscard]] bool usable() const { return place_ != 0; }
  /// Whether it is known by now if batches may be used.
  [[nodiscard]] bool learnt() const { return learnt_; }

  /// The opaque pointer of a message of a batch: never null, which marks all other messages.
  [[nodiscard]] static void* carried(WallTime timestamp) {
    return reinterpret_cast<void*>(
        static_cast<std::uintptr_t>(timestamp.time_since_epoch().count()) ^ kNotNull);
  }

 private:
  /// Turns every time but the very first of all, 292 million years ago, into something not null.
  static constexpr std::uintptr_t kNotNull = std::uintptr_t{1} << 63;

  static rd_kafka_resp_err_t onNew(rd_kafka_t* client, const rd_kafka_conf_t* conf, void* opaque,
                                   char* text, size_t text_size);
  static rd_kafka_resp_err_t onSend(rd_kafka_t* client, rd_kafka_message_t* message, void* opaque);
  void learn(rd_kafka_message_t* message);

  std::size_t place_ = 0;  ///< of the timestamp, in bytes from the message's begin; 0 = unknown
  bool learnt_ = false;
};

}  // namespace lockstep::kafka
