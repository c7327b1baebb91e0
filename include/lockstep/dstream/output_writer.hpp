#pragma once

#include <string>
#include <vector>

#include <lockstep/base/hash.hpp>
#include <lockstep/rdd/task.hpp>

namespace lockstep::detail {

/// The records that one task writes to one topic: a batch per partition. Partition = murmur2 of the
/// key as the Java client chooses; records without key go round, starting at a place that follows
/// from batch and task alone. Throws RecordError(kProduce) for what the broker would refuse.
class OutputWriter {
 public:
  OutputWriter(std::string topic, std::uint32_t order) : topic_(std::move(topic)), order_(order) {}

  /// REQUIRES: the topic is among the services' topics, with partitions.
  void begin(Task& task);

  void append(const EncodedRecord& record) {
    checkLimits(record);
    const auto partitions = static_cast<std::uint32_t>(batches_.size());
    const std::uint32_t partition = record.key
                                        ? partitionOfHash(murmur2(*record.key), partitions)
                                        : static_cast<std::uint32_t>(keyless_++ % partitions);
    appendTo(partition, record);
  }
  /// To a partition that the record's function chose; throws RecordError(kProduce) when the topic
  /// has no such partition.
  void append(const EncodedRecord& record, std::int64_t partition) {
    checkLimits(record);
    if (partition < 0 || partition >= static_cast<std::int64_t>(batches_.size()))
      refusePartition(partition);
    appendTo(static_cast<std::size_t>(partition), record);
  }

  void mark();
  void rollback();
  void finish(Task& task);
  /// Gives the batches back to their pool.
  void abandon() { batches_.clear(); }

 private:
  struct PartitionBatch {
    PooledBatch batch;
    RecordBatch::Mark marked;
  };
  void appendTo(std::size_t partition, const EncodedRecord& record) {
    if (!batches_[partition].batch) [[unlikely]]
      batches_[partition].batch = services_->pool->acquire();
    batches_[partition].batch->append(record);
  }
  [[noreturn]] void refusePartition(std::int64_t partition) const;
  void checkLimits(const EncodedRecord& record) const {
    if (!limited_) return;
    const std::size_t bytes =
        (record.key ? record.key->size() : 0) + (record.value ? record.value->size() : 0);
    if (!record.headers.empty() || bytes > bytes_safe_ || record.timestamp < earliest_ ||
        record.timestamp > latest_)
      checkLimitsSlow(record);
  }
  void checkLimitsSlow(const EncodedRecord& record) const;

  const std::string topic_;
  const std::uint32_t order_;
  std::vector<PartitionBatch> batches_;
  std::uint64_t keyless_ = 0;
  std::uint64_t keyless_marked_ = 0;
  const BatchServices* services_ = nullptr;
  const TopicDescription* description_ = nullptr;
  WallTime wall_now_;
  bool limited_ = false;
  std::size_t bytes_safe_ = 0;  ///< keys and values up to this fit without looking closer
  WallTime earliest_;
  WallTime latest_;
};

}  // namespace lockstep::detail
