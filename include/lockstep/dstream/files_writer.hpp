#pragma once

#include <cstdint>
#include <string>

#include <lockstep/dstream/graph.hpp>
#include <lockstep/rdd/task.hpp>

namespace lockstep::detail {

/// Where an output's files go, from Spark's prefix and suffix.
struct FilesTarget {
  std::string prefix;  ///< absolute: DIR/NAME
  std::string suffix;  ///< "" = none

  /// DIR/NAME-TIME[.SUFFIX].
  [[nodiscard]] std::string folder(const std::string& time) const {
    return prefix + "-" + time + (suffix.empty() ? "" : "." + suffix);
  }
};

/// Makes `prefix` absolute. Throws Error E009 when it names no file, or the suffix holds a slash.
[[nodiscard]] FilesTarget filesTarget(const std::string& prefix, const std::string& suffix);

/// The bytes that one task adds to the file of an output in one batch.
class FilesWriter {
 public:
  FilesWriter(const FilesTarget& target, std::uint32_t order) : target_(target), order_(order) {}

  void begin(Task& task);
  void append(std::string_view bytes) {
    if (!batch_) [[unlikely]]
      batch_ = pool_->acquire();
    batch_->append({std::nullopt, bytes, time_, {}});
  }
  void mark() {
    if (batch_) marked_ = batch_->mark();
  }
  void rollback() {
    if (batch_) batch_->rollback(marked_);
  }
  void finish(Task& task);
  void abandon() { batch_.reset(); }

 private:
  const FilesTarget& target_;
  const std::uint32_t order_;
  RecordBatchPool* pool_ = nullptr;
  BatchTime time_;
  PooledBatch batch_;
  RecordBatch::Mark marked_;
};

}  // namespace lockstep::detail
