#pragma once

#include <memory>
#include <vector>

#include <librdkafka/rdkafka.h>

#include <lockstep/base/idle_pool.hpp>
#include <lockstep/model/record.hpp>
#include <lockstep/ports/input.hpp>

#include "connectors/kafka/client_handle.hpp"

namespace lockstep::kafka {

/// The memory of one chunk, used again and again: messages as the client handed them out, and the
/// slices into them. Owns the messages.
class ChunkBuffer {
 public:
  ChunkBuffer() = default;
  ~ChunkBuffer() { clear(); }
  ChunkBuffer(const ChunkBuffer&) = delete;
  ChunkBuffer& operator=(const ChunkBuffer&) = delete;

  /// Takes over a message that carries a record.
  void add(rd_kafka_message_t* message) { messages_.push_back(message); }
  [[nodiscard]] bool empty() const { return messages_.empty(); }
  /// Makes the slices of all messages. No allocation once the buffer has grown.
  void slice(const TopicPartition& source);
  [[nodiscard]] std::span<const RecordView> records() const { return records_; }
  /// Destroys the messages, keeps the memory.
  void clear();

 private:
  struct HeaderRun {
    std::size_t record = 0;
    std::size_t first = 0;
    std::size_t count = 0;
  };
  void collectHeaders(rd_kafka_headers_t* headers, std::size_t record);

  std::vector<rd_kafka_message_t*> messages_;
  std::vector<RecordView> records_;
  std::vector<Header> headers_;
  std::vector<HeaderRun> header_runs_;
};

/// Buffers of one partition's chunks, and what chunks need to outlive their reader: the client that
/// made the messages, and the partition that RecordView::source points to.
/// Thread: any; chunks end on the threads that consumed them.
class ChunkPool {
 public:
  ChunkPool(std::shared_ptr<ClientHandle> client, TopicPartition source)
      : client_(std::move(client)), source_(std::move(source)) {}

  [[nodiscard]] const TopicPartition& source() const { return source_; }
  [[nodiscard]] std::unique_ptr<ChunkBuffer> take() { return idle_.take(); }
  void giveBack(std::unique_ptr<ChunkBuffer> buffer) { idle_.giveBack(std::move(buffer)); }

 private:
  const std::shared_ptr<ClientHandle> client_;
  const TopicPartition source_;
  IdlePool<ChunkBuffer, 4> idle_;
};

/// Records of one partition; its end destroys the messages and returns the buffer to the pool.
class MessageChunk final : public RecordChunk {
 public:
  MessageChunk(std::shared_ptr<ChunkPool> pool, std::unique_ptr<ChunkBuffer> buffer)
      : pool_(std::move(pool)), buffer_(std::move(buffer)) {}
  ~MessageChunk() override { pool_->giveBack(std::move(buffer_)); }

  [[nodiscard]] std::span<const RecordView> records() const override { return buffer_->records(); }

 private:
  std::shared_ptr<ChunkPool> pool_;
  std::unique_ptr<ChunkBuffer> buffer_;
};

}  // namespace lockstep::kafka
