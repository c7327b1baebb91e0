#include "connectors/kafka/batch_timestamps.hpp"

#include <cstring>

#include <lockstep/base/log.hpp>

namespace lockstep::kafka {

namespace {

constexpr const char* kBatchTimestampsName = "lockstep-timestamps";

/// The client's own part of a message begins behind the public one and is far longer than this
/// (links, flags, time-outs, sequence numbers, headers): all of it may be read.
constexpr std::size_t kSearchBegin = sizeof(rd_kafka_message_t);
constexpr std::size_t kSearchEnd = kSearchBegin + 64;
static_assert(sizeof(void*) == sizeof(std::int64_t), "timestamps travel as pointers");

std::int64_t timestampOf(const rd_kafka_message_t* message) {
  return rd_kafka_message_timestamp(message, nullptr);
}

std::int64_t wordAt(const rd_kafka_message_t* message, std::size_t place) {
  std::int64_t word = 0;
  std::memcpy(&word, reinterpret_cast<const char*>(message) + place, sizeof word);
  return word;
}

void writeWord(rd_kafka_message_t* message, std::size_t place, std::int64_t word) {
  std::memcpy(reinterpret_cast<char*>(message) + place, &word, sizeof word);
}

/// Whether the message's timestamp is what stands at `place`: tried with two other values, so that
/// neither chance nor a copy of it passes. Leaves the message as it was.
bool decidesTimestamp(rd_kafka_message_t* message, std::size_t place) {
  const std::int64_t original = timestampOf(message);
  if (wordAt(message, place) != original) return false;
  bool follows = true;
  for (const std::int64_t other : {original + 1, ~original}) {
    writeWord(message, place, other);
    follows = follows && timestampOf(message) == other;
  }
  writeWord(message, place, original);
  return follows && timestampOf(message) == original;
}

}  // namespace

void BatchTimestamps::install(rd_kafka_conf_t* conf) {
  rd_kafka_conf_interceptor_add_on_new(conf, kBatchTimestampsName, &BatchTimestamps::onNew, this);
}

rd_kafka_resp_err_t BatchTimestamps::onNew(rd_kafka_t* client, const rd_kafka_conf_t*, void* opaque,
                                           char*, size_t) {
  return rd_kafka_interceptor_add_on_send(client, kBatchTimestampsName, &BatchTimestamps::onSend,
                                          opaque);
}

rd_kafka_resp_err_t BatchTimestamps::onSend(rd_kafka_t*, rd_kafka_message_t* message,
                                            void* opaque) {
  auto& self = *static_cast<BatchTimestamps*>(opaque);
  if (message->_private != nullptr) [[likely]] {
    const auto carried = reinterpret_cast<std::uintptr_t>(message->_private) ^ kNotNull;
    writeWord(message, self.place_, static_cast<std::int64_t>(carried));
  } else if (!self.learnt_) {
    self.learn(message);
  }
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

void BatchTimestamps::learn(rd_kafka_message_t* message) {
  learnt_ = true;
  std::size_t found = 0;
  for (std::size_t place = kSearchBegin; place < kSearchEnd; place += sizeof(std::int64_t)) {
    if (decidesTimestamp(message, place)) ++found, place_ = place;
  }
  if (found == 1) return;
  place_ = 0;
  log::info("librdkafka {}: records are sent one by one", rd_kafka_version_str());
}

}  // namespace lockstep::kafka
