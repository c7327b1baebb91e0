#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include <lockstep/base/result.hpp>
#include <lockstep/model/offset_range.hpp>

#include "connectors/fetch/aborted_filter.hpp"
#include "connectors/fetch/batch_header.hpp"
#include "connectors/fetch/decompressor.hpp"
#include "connectors/fetch/fetched_chunk.hpp"
#include "connectors/fetch/partition_feed.hpp"

namespace lockstep::fetch {

/// Decodes slices of one partition into records: checks each batch, leaves out what a
/// read_committed reader must not see, decompresses, and stops at the end of a range wherever it
/// lies. Thread: one at a time.
class SliceReader {
 public:
  /// Why decode() has stopped.
  enum class Stop {
    kFull,       ///< the chunk has `records_max` records
    kNeedsMore,  ///< the slice is used up: load() the next one
    kAtUntil,    ///< a record or batch at or past `until` was seen; it is kept
  };

  SliceReader(std::shared_ptr<const TopicPartition> source, std::shared_ptr<BufferPool> pool)
      : source_(std::move(source)), decompressor_(std::move(pool)) {}

  /// REQUIRES: decode() has said kNeedsMore, or reset().
  void load(FetchedSlice slice);
  /// Forgets the slice.
  void reset();

  /// Adds the visible records of [position, until) to `chunk`, which gets at most `records_max`,
  /// and moves `position` behind all that it has passed: records, control batches, holes.
  /// Errors: E247, E248.
  [[nodiscard]] Result<Stop> decode(Offset until, std::size_t records_max, Offset& position,
                                    ChunkRecords& chunk);

 private:
  /// Opens the next batch with something to see; nothing: there is one.
  [[nodiscard]] Result<std::optional<Stop>> openBatch(Offset until, Offset& position);
  /// Passes records of the open batch on; nothing: the batch is used up.
  [[nodiscard]] Result<std::optional<Stop>> decodeBatch(Offset until, std::size_t records_max,
                                                        Offset& position, ChunkRecords& chunk);
  [[nodiscard]] Status unpack(std::string_view batch);
  [[nodiscard]] Status damaged(std::string_view what) const;

  const std::shared_ptr<const TopicPartition> source_;
  Decompressor decompressor_;

  FetchedSlice slice_;
  std::string_view rest_;  ///< of the slice: batches not opened yet
  AbortedFilter filter_;

  BatchHeader batch_;
  std::int32_t records_left_ = 0;
  bool open_ = false;
  std::shared_ptr<const Buffer> batch_memory_;
  RecordCursor cursor_;
};

}  // namespace lockstep::fetch
