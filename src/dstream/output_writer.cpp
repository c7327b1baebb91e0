#include <lockstep/dstream/output_writer.hpp>

#include <limits>

#include <lockstep/rdd/topic_limits.hpp>

namespace lockstep::detail {

namespace {

constexpr auto kAnyDistance = std::chrono::milliseconds::max();

}  // namespace

void OutputWriter::begin(Task& task) {
  services_ = &task.services();
  description_ = &services_->topics.find(topic_)->second;
  wall_now_ = task.wallNow();
  batches_.clear();
  batches_.resize(static_cast<std::size_t>(description_->partitions));
  keyless_ = task.plan().id.value() + task.index();
  keyless_marked_ = keyless_;
  bytes_safe_ = std::numeric_limits<std::size_t>::max();
  if (description_->max_message_bytes > 0) {
    const auto limit = static_cast<std::size_t>(description_->max_message_bytes);
    const std::size_t overhead = wireBytesMax({});
    bytes_safe_ = limit > overhead ? limit - overhead : 0;
  }
  earliest_ = description_->timestamp_before_max == kAnyDistance
                  ? WallTime::min()
                  : wall_now_ - description_->timestamp_before_max;
  latest_ = description_->timestamp_after_max == kAnyDistance
                ? WallTime::max()
                : wall_now_ + description_->timestamp_after_max;
  limited_ = description_->max_message_bytes > 0 || earliest_ != WallTime::min() ||
             latest_ != WallTime::max();
}

void OutputWriter::refusePartition(std::int64_t partition) const {
  throw RecordError(RecordErrorKind::kProduce, "topic '" + topic_ + "' has no partition " +
                                                   std::to_string(partition) + ", only 0 to " +
                                                   std::to_string(batches_.size() - 1));
}

void OutputWriter::checkLimitsSlow(const EncodedRecord& record) const {
  const std::string cause = whyRefused(record, *description_, wall_now_);
  if (!cause.empty()) throw RecordError(RecordErrorKind::kProduce, cause);
}

void OutputWriter::mark() {
  for (PartitionBatch& partition : batches_)
    if (partition.batch) partition.marked = partition.batch->mark();
  keyless_marked_ = keyless_;
}

void OutputWriter::rollback() {
  for (PartitionBatch& partition : batches_)
    if (partition.batch) partition.batch->rollback(partition.marked);
  keyless_ = keyless_marked_;
}

void OutputWriter::finish(Task& task) {
  for (std::size_t i = 0; i < batches_.size(); ++i)
    if (batches_[i].batch)
      task.addOutput({OutputRole::kOutput,
                      {topic_, Partition{static_cast<std::int32_t>(i)}},
                      std::move(batches_[i].batch),
                      order_,
                      {}});
}

}  // namespace lockstep::detail
