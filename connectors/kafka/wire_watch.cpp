#include "connectors/kafka/wire_watch.hpp"

#include <lockstep/base/failpoint.hpp>

namespace lockstep::kafka {

namespace {

Failpoint kInitInFlight{"init.in_flight"};
Failpoint kCommitOnWire{"commit.on_wire"};
Failpoint kCommitResponseSeen{"commit.response_seen"};
Failpoint kAbortInFlight{"abort.in_flight"};

// Kafka's numbers of the requests.
constexpr int16_t kInitProducerId = 22;
constexpr int16_t kAddPartitionsToTxn = 24;
constexpr int16_t kAddOffsetsToTxn = 25;
constexpr int16_t kEndTxn = 26;
constexpr int16_t kTxnOffsetCommit = 28;

constexpr const char* kWireWatchName = "lockstep";

bool changesTransaction(int16_t api) {
  return api == kAddPartitionsToTxn || api == kAddOffsetsToTxn || api == kEndTxn ||
         api == kTxnOffsetCommit;
}

}  // namespace

void WireWatch::install(rd_kafka_conf_t* conf, void* opaque) {
  rd_kafka_conf_interceptor_add_on_new(conf, kWireWatchName, &WireWatch::onNew, opaque);
}

rd_kafka_resp_err_t WireWatch::onNew(rd_kafka_t* client, const rd_kafka_conf_t*, void* opaque,
                                     char*, size_t) {
  rd_kafka_interceptor_add_on_request_sent(client, kWireWatchName, &WireWatch::onSent, opaque);
  return rd_kafka_interceptor_add_on_response_received(client, kWireWatchName,
                                                       &WireWatch::onResponse, opaque);
}

rd_kafka_resp_err_t WireWatch::onSent(rd_kafka_t*, int, const char*, int32_t, int16_t api, int16_t,
                                      int32_t, size_t, void* opaque) {
  const auto phase = static_cast<WireWatch*>(opaque)->phase_.load(std::memory_order_acquire);
  if (api == kInitProducerId) kInitInFlight.hit();
  if (api == kEndTxn && phase == Phase::kCommitting) kCommitOnWire.hit();
  if (api == kEndTxn && phase == Phase::kAborting) kAbortInFlight.hit();
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t WireWatch::onResponse(rd_kafka_t*, int, const char*, int32_t, int16_t api,
                                          int16_t, int32_t, size_t, int64_t,
                                          rd_kafka_resp_err_t error, void* opaque) {
  auto& self = *static_cast<WireWatch*>(opaque);
  const bool answered = error == RD_KAFKA_RESP_ERR_NO_ERROR;
  if (api == kInitProducerId && answered) {
    self.init_answered_.store(true, std::memory_order_release);
  }
  if (api == kAddPartitionsToTxn) {
    self.partitions_answered_.store(true, std::memory_order_release);
  }
  if (api == kEndTxn && answered &&
      self.phase_.load(std::memory_order_acquire) == Phase::kCommitting) {
    kCommitResponseSeen.hit();
  }
  if (!answered && changesTransaction(api)) self.doubtful_.store(true, std::memory_order_release);
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

}  // namespace lockstep::kafka
