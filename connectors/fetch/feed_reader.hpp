#pragma once

#include <memory>

#include <lockstep/base/clock.hpp>
#include <lockstep/ports/input.hpp>

#include "connectors/fetch/fetched_chunk.hpp"
#include "connectors/fetch/partition_feed.hpp"
#include "connectors/fetch/slice_reader.hpp"

namespace lockstep::fetch {

/// What the readers of one input share; chunks may outlive the input.
struct ReaderMemory {
  std::shared_ptr<BufferPool> buffers;
  std::shared_ptr<ChunkPool> chunks;
};

/// Reads ranges of one partition from its feed; decompresses and decodes on the calling thread.
/// Thread: as PartitionInput.
class FeedReader final : public PartitionInput {
 public:
  FeedReader(std::shared_ptr<PartitionFeed> feed, const PartitionOffset& start, ReaderMemory memory,
             const Clock& clock);

  Status seek(Offset next) override;
  [[nodiscard]] Offset position() const override { return position_; }
  Result<RangeRead> read(Offset until, Deadline deadline) override;

 private:
  /// Fills `chunk` with what is there; waits for the first record. True: the range is complete.
  [[nodiscard]] Result<bool> fill(Offset until, Deadline deadline, ChunkRecords& chunk);

  const std::shared_ptr<PartitionFeed> feed_;
  const std::shared_ptr<const TopicPartition> source_;
  const std::shared_ptr<ChunkPool> chunks_;
  const Clock& clock_;
  SliceReader slices_;
  Offset position_;  ///< next to deliver
  Status failed_;    ///< until the next seek
};

}  // namespace lockstep::fetch
