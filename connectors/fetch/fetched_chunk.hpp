#pragma once

#include <memory>
#include <span>
#include <vector>

#include <lockstep/base/idle_pool.hpp>
#include <lockstep/ports/input.hpp>

#include "connectors/fetch/buffer_pool.hpp"
#include "connectors/fetch/record_decoder.hpp"

namespace lockstep::fetch {

/// The slices of one chunk and what they point into, used again and again.
class ChunkRecords {
 public:
  /// Keeps `memory` until clear(). REQUIRES: before records of it are added.
  void hold(std::shared_ptr<const Buffer> memory);
  void add(const RecordView& record) { records_.push_back(record); }
  /// Gives the record added last its headers. False: they are broken.
  [[nodiscard]] bool addHeaders(const WireRecord& record);
  /// Call once, when all is added: headers are found then.
  void finish(std::shared_ptr<const TopicPartition> source);

  [[nodiscard]] std::size_t size() const { return records_.size(); }
  [[nodiscard]] bool empty() const { return records_.empty(); }
  [[nodiscard]] std::span<const RecordView> records() const { return records_; }
  /// Lets go of everything but the lists' own memory.
  void clear();

 private:
  struct HeaderRun {
    std::size_t record = 0;
    std::size_t first = 0;
    std::size_t count = 0;
  };

  std::vector<std::shared_ptr<const Buffer>> held_;
  std::shared_ptr<const TopicPartition> source_;  ///< RecordView::source points to it
  std::vector<RecordView> records_;
  std::vector<Header> headers_;
  std::vector<HeaderRun> header_runs_;
};

/// Of one input. Thread: any; chunks end on the threads that consumed them.
using ChunkPool = IdlePool<ChunkRecords, 16>;

/// Some records of one partition; its end lets go of their memory.
class FetchedChunk final : public RecordChunk {
 public:
  FetchedChunk(std::shared_ptr<ChunkPool> pool, std::unique_ptr<ChunkRecords> records)
      : pool_(std::move(pool)), records_(std::move(records)) {}
  ~FetchedChunk() override { pool_->giveBack(std::move(records_)); }

  [[nodiscard]] std::span<const RecordView> records() const override { return records_->records(); }

 private:
  std::shared_ptr<ChunkPool> pool_;
  std::unique_ptr<ChunkRecords> records_;
};

}  // namespace lockstep::fetch
