#include "connectors/kafka/message_chunk.hpp"

#include <cstring>

namespace lockstep::kafka {

namespace {

std::optional<std::string_view> slice(const void* data, std::size_t size) {
  if (data == nullptr) return std::nullopt;
  return std::string_view(static_cast<const char*>(data), size);
}

}  // namespace

void ChunkBuffer::slice(const TopicPartition& source) {
  records_.reserve(messages_.size());
  for (const rd_kafka_message_t* message : messages_) {
    rd_kafka_timestamp_type_t type;
    const WallTime timestamp{std::chrono::milliseconds(rd_kafka_message_timestamp(message, &type))};
    records_.push_back({kafka::slice(message->key, message->key_len),
                        kafka::slice(message->payload, message->len),
                        Offset{message->offset},
                        timestamp,
                        &source,
                        {}});
    rd_kafka_headers_t* headers = nullptr;
    if (rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) [[unlikely]] {
      collectHeaders(headers, records_.size() - 1);
    }
  }
  for (const auto& run : header_runs_) {  // only now: the vector grew meanwhile
    records_[run.record].headers = std::span(headers_).subspan(run.first, run.count);
  }
}

void ChunkBuffer::collectHeaders(rd_kafka_headers_t* headers, std::size_t record) {
  HeaderRun run{record, headers_.size(), 0};
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  while (rd_kafka_header_get_all(headers, run.count, &name, &value, &size) ==
         RD_KAFKA_RESP_ERR_NO_ERROR) {
    headers_.push_back({std::string_view(name, std::strlen(name)), kafka::slice(value, size)});
    ++run.count;
  }
  header_runs_.push_back(run);
}

void ChunkBuffer::clear() {
  for (rd_kafka_message_t* message : messages_) rd_kafka_message_destroy(message);
  messages_.clear();
  records_.clear();
  headers_.clear();
  header_runs_.clear();
}

}  // namespace lockstep::kafka
