#include "connectors/fetch/fetch_input.hpp"

#include <utility>

#include <lockstep/base/check.hpp>

namespace lockstep::fetch {

namespace {
/// Answers and decompressed batches of two busy partitions.
constexpr std::size_t kIdleBytesMax = std::size_t{24} * 1024 * 1024;
}  // namespace

FetchInput::FetchInput(FetchSettings settings, const Clock& clock)
    : settings_(std::move(settings)),
      clock_(clock),
      memory_{std::make_shared<BufferPool>(kIdleBytesMax), std::make_shared<ChunkPool>()} {}

FetchInput::~FetchInput() = default;

Status FetchInput::assign(std::span<const PartitionOffset> positions) {
  loop_.reset();
  readers_.clear();
  if (positions.empty()) return {};
  const auto fetched = std::make_shared<FetchedBytes>(0);
  const auto waker = std::make_shared<LoopWaker>();
  LoopPartitions partitions;
  for (const auto& position : positions) {
    auto feed = std::make_shared<PartitionFeed>(position.next, fetched, waker);
    readers_[position.partition] = std::make_unique<FeedReader>(feed, position, memory_, clock_);
    auto partition = std::make_unique<LoopPartition>();
    partition->source = position.partition;
    partition->feed = std::move(feed);
    partitions.push_back(std::move(partition));
  }
  loop_ =
      std::make_unique<FetchLoop>(settings_, std::move(partitions), waker, memory_.buffers, clock_);
  auto status = loop_->awaitLeaders(Deadline::in(clock_, settings_.leaders_max));
  if (status.ok()) return status;
  loop_.reset();
  readers_.clear();
  return status;
}

PartitionInput& FetchInput::partition(const TopicPartition& partition) {
  const auto found = readers_.find(partition);
  LOCKSTEP_CHECK(found != readers_.end(), toString(partition) + " is not assigned");
  return *found->second;
}

Result<std::unique_ptr<Input>> FetchInputFactory::createInput() {
  return std::unique_ptr<Input>(std::make_unique<FetchInput>(settings_, clock_));
}

}  // namespace lockstep::fetch
