#include "connectors/kafka/record_sender.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include <fmt/format.h>

#include "connectors/kafka/client_errors.hpp"
#include "connectors/kafka/client_settings.hpp"

namespace lockstep::kafka {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kQueueFullWait{2};
constexpr unsigned kWaitsBeforeFlush = 4;
constexpr milliseconds kFlushSlice{50};
constexpr milliseconds kFlushPulse{2};
/// What is surely no more goes in one request for each partition.
constexpr std::size_t kOneRequestRecords = kBatchRecordsMax;
constexpr std::size_t kOneRequestBytes = 1'000'000;
constexpr milliseconds kFlushPauseMin{1};
constexpr milliseconds kFlushPauseMax{8};
constexpr milliseconds kOutqPoll{1};
constexpr std::size_t kRecordsAtOnce = 1000;  ///< between two looks at the reports
/// Values are neither copied nor freed: they live until the transaction is decided, and copying
/// them costs as much again as queueing the record. (Keys are always copied by the client.)
constexpr int kByReference = 0;

const char* nonNull(const char* data) { return data != nullptr ? data : ""; }

rd_kafka_headers_t* copyHeaders(std::span<const Header> headers) {
  auto* copy = rd_kafka_headers_new(headers.size());
  for (const auto& header : headers) {
    rd_kafka_header_add(copy, header.key.data(), static_cast<ssize_t>(header.key.size()),
                        header.value ? nonNull(header.value->data()) : nullptr,
                        header.value ? static_cast<ssize_t>(header.value->size()) : 0);
  }
  return copy;
}

}  // namespace

RecordSender::RecordSender(ClientHandle& client, const BatchTimestamps& timestamps, Clock& clock)
    : client_(client),
      timestamps_(timestamps),
      clock_(clock),
      reports_(rd_kafka_queue_get_main(client.get())) {
  run_.reserve(kRecordsAtOnce);
}

Result<RecordSender::Topic*> RecordSender::topic(const std::string& name, Deadline deadline) {
  auto found = topics_.find(name);
  if (found == topics_.end()) {
    Topic made;
    made.handle = makeTopic(client_, name);
    LOCKSTEP_ASSIGN(made.partitions, warmTopic(client_, made.handle.get(), deadline.left(clock_)));
    found = topics_.emplace(name, std::move(made)).first;
  }
  return &found->second;
}

void RecordSender::begin() {
  failure_.reset();
  sent_records_ = 0;
  sent_bytes_ = 0;
}

Status RecordSender::append(const TopicPartition& target, std::span<const EncodedRecord> records,
                            Deadline deadline, std::size_t& appended) {
  LOCKSTEP_ASSIGN(auto* topic, this->topic(target.topic, deadline));
  if (target.partition.value() >= topic->partitions) {
    return toStatus(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, toString(target));
  }
  std::size_t done = 0;
  unsigned waits = 0;  // in a row
  while (done < records.size()) {
    std::size_t taken = 0;
    const auto part = records.subspan(done, std::min(kRecordsAtOnce, records.size() - done));
    const auto error = send(topic->handle.get(), target.partition.value(), part, taken);
    done += taken;
    appended += taken;
    sent_records_ += taken;
    serveReports();
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) return refused(error, target);
    if (deadline.passed(clock_)) {
      return toStatus(RD_KAFKA_RESP_ERR__TIMED_OUT, toString(target), "the send queue is full");
    }
    waits = taken > 0 ? 0 : waits + 1;
    waitForRoom(waits);
  }
  return {};
}

/// Full batches leave by themselves. A queue that stays full may hold none, of many partitions a
/// little each: then they all have to go. Ever more rarely, since it may also be the broker that is
/// slow, and the client's thread does not sleep meanwhile (see flush()).
void RecordSender::waitForRoom(unsigned waits) {
  if (waits < kWaitsBeforeFlush || !std::has_single_bit(waits))
    return waitForReports(kQueueFullWait);
  static_cast<void>(rd_kafka_flush(client_.get(), toMilliseconds(kQueueFullWait)));
  serveReports();
}

rd_kafka_resp_err_t RecordSender::send(rd_kafka_topic_t* topic, std::int32_t partition,
                                       std::span<const EncodedRecord> records, std::size_t& taken) {
  while (taken < records.size()) {
    const auto left = records.subspan(taken);
    const bool alone = !timestamps_.usable() || !left.front().headers.empty();
    const auto error =
        alone ? sendOne(topic, partition, left.front()) : sendRun(topic, partition, left, taken);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return error;
    if (alone) ++taken;
  }
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

/// The leading records without headers (a batch carries none) in one call: it takes the locks of
/// topic and partition and reads the clock once.
rd_kafka_resp_err_t RecordSender::sendRun(rd_kafka_topic_t* topic, std::int32_t partition,
                                          std::span<const EncodedRecord> records,
                                          std::size_t& taken) {
  run_.clear();
  for (const auto& record : records) {
    if (!record.headers.empty()) break;
    rd_kafka_message_t message{};
    // A null pointer means null; an empty key or value needs another one.
    if (record.key) {
      message.key = const_cast<char*>(nonNull(record.key->data()));
      message.key_len = record.key->size();
    }
    if (record.value) {
      message.payload = const_cast<char*>(nonNull(record.value->data()));
      message.len = record.value->size();
    }
    message._private = BatchTimestamps::carried(record.timestamp);
    sent_bytes_ += message.key_len + message.len;
    run_.push_back(message);
  }
  const int count = static_cast<int>(run_.size());
  const int sent = rd_kafka_produce_batch(topic, partition, kByReference, run_.data(), count);
  taken += static_cast<std::size_t>(sent);
  if (sent == count) return RD_KAFKA_RESP_ERR_NO_ERROR;
  // After "the queue is full" none was taken; after any other error the transaction is given up.
  return std::find_if(run_.begin(), run_.end(),
                      [](const auto& message) { return message.err != RD_KAFKA_RESP_ERR_NO_ERROR; })
      ->err;
}

rd_kafka_resp_err_t RecordSender::sendOne(rd_kafka_topic_t* topic, std::int32_t partition,
                                          const EncodedRecord& record) {
  const char* key = record.key ? nonNull(record.key->data()) : nullptr;
  const char* value = record.value ? nonNull(record.value->data()) : nullptr;
  const std::size_t key_size = record.key ? record.key->size() : 0;
  const std::size_t value_size = record.value ? record.value->size() : 0;
  auto* headers = record.headers.empty() ? nullptr : copyHeaders(record.headers);
  const auto error =
      rd_kafka_producev(client_.get(), RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(partition),
                        RD_KAFKA_V_MSGFLAGS(kByReference), RD_KAFKA_V_KEY(key, key_size),
                        RD_KAFKA_V_VALUE(const_cast<char*>(value), value_size),
                        RD_KAFKA_V_TIMESTAMP(record.timestamp.time_since_epoch().count()),
                        RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
  sent_bytes_ += key_size + value_size;
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR && headers != nullptr) rd_kafka_headers_destroy(headers);
  return error;
}

Status RecordSender::refused(rd_kafka_resp_err_t error, const TopicPartition& target) const {
  if (failure_) return deliveryFailure();
  if (error == RD_KAFKA_RESP_ERR__FATAL) {
    char text[512];
    const auto cause = rd_kafka_fatal_error(client_.get(), text, sizeof text);
    auto info = toStatus(cause, toString(target), text).info();
    info.reaction = Reaction::kFatal;
    return Status(std::move(info));
  }
  if (error == RD_KAFKA_RESP_ERR__STATE) {
    return Status::abort(fmt::format("{}: the transaction has failed", toString(target)));
  }
  return deliveryStatus(error, toString(target));
}

void RecordSender::serveReports() { waitForReports(milliseconds{0}); }

void RecordSender::waitForReports(milliseconds wait) {
  const EventHandle event(rd_kafka_queue_poll(reports_.get(), toMilliseconds(wait)));
  if (event == nullptr || rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_DR) return;
  while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event.get())) {
    const bool purged = message->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
                        message->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR || purged || failure_) continue;
    failure_ = Failure{message->err,
                       fmt::format("{}/{}", rd_kafka_topic_name(message->rkt), message->partition)};
  }
}

Status RecordSender::deliveryFailure() const {
  return failure_ ? deliveryStatus(failure_->error, failure_->place) : Status{};
}

/// While the client flushes, its thread does not sleep as long as records wait for their
/// partition's request under way. So what takes several requests is flushed in pulses.
Status RecordSender::flush(Deadline deadline) {
  const bool in_pulses = sent_records_ > kOneRequestRecords || sent_bytes_ > kOneRequestBytes;
  auto pause = kFlushPauseMin;
  while (rd_kafka_outq_len(client_.get()) > 0) {
    const auto wait = std::min(deadline.left(clock_), in_pulses ? kFlushPulse : kFlushSlice);
    const auto error = rd_kafka_flush(client_.get(), toMilliseconds(wait));
    // A failed record counts as waiting until its report is taken.
    serveReports();
    if (failure_) return deliveryFailure();
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    if (deadline.passed(clock_)) return client_.explain(toStatus(error, "flush"));
    if (in_pulses) waitForDelivery(std::exchange(pause, std::min(2 * pause, kFlushPauseMax)));
  }
  return deliveryFailure();
}

void RecordSender::waitForDelivery(milliseconds wait) {
  const auto until = Deadline::in(clock_, wait);
  while (rd_kafka_outq_len(client_.get()) > 0 && !until.passed(clock_)) clock_.sleep(kOutqPoll);
}

}  // namespace lockstep::kafka
