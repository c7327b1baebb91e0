#include "connectors/fetch/feed_reader.hpp"

#include <utility>

namespace lockstep::fetch {

namespace {
/// Of a chunk: enough to pay for its making, few enough for the processor's caches.
constexpr std::size_t kRecordsMax = 1024;
}  // namespace

FeedReader::FeedReader(std::shared_ptr<PartitionFeed> feed, const PartitionOffset& start,
                       ReaderMemory memory, const Clock& clock)
    : feed_(std::move(feed)),
      source_(std::make_shared<const TopicPartition>(start.partition)),
      chunks_(std::move(memory.chunks)),
      clock_(clock),
      slices_(source_, std::move(memory.buffers)),
      position_(start.next) {}

Status FeedReader::seek(Offset next) {
  if (next == position_ && failed_.ok()) return {};
  feed_->seek(next);
  slices_.reset();
  failed_ = {};
  position_ = next;
  return {};
}

Result<RangeRead> FeedReader::read(Offset until, Deadline deadline) {
  if (!failed_.ok()) return failed_;
  RangeRead result;
  if (position_ >= until) {
    result.complete = true;
    return result;
  }
  auto records = chunks_->take();
  const auto complete = fill(until, deadline, *records);
  if (!complete.ok()) {
    failed_ = complete.status();
    chunks_->giveBack(std::move(records));
    return failed_;
  }
  result.complete = *complete;
  if (result.complete) position_ = until;
  if (records->empty()) {
    chunks_->giveBack(std::move(records));
  } else {
    records->finish(source_);
    result.chunk = std::make_unique<FetchedChunk>(chunks_, std::move(records));
  }
  return result;
}

Result<bool> FeedReader::fill(Offset until, Deadline deadline, ChunkRecords& chunk) {
  for (;;) {
    LOCKSTEP_ASSIGN(const auto stop, slices_.decode(until, kRecordsMax, position_, chunk));
    if (stop == SliceReader::Stop::kAtUntil) return true;
    if (stop == SliceReader::Stop::kFull) return false;
    // What has arrived already still fits; nobody waits for more.
    auto slice = feed_->take(chunk.empty() ? deadline : Deadline{}, clock_);
    if (!slice.ok()) {
      if (!chunk.empty()) return false;  // the records before the error first
      return slice.status();
    }
    if (!slice.value()) return position_ >= until;
    slices_.load(std::move(*slice.value()));
  }
}

}  // namespace lockstep::fetch
