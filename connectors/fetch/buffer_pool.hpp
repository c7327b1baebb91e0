#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include <lockstep/base/mutex.hpp>

namespace lockstep::fetch {

/// Bytes that are written once and then shared, never initialised.
class Buffer {
 public:
  explicit Buffer(std::size_t capacity) : data_(new char[capacity]), capacity_(capacity) {}

  [[nodiscard]] char* data() { return data_.get(); }
  [[nodiscard]] const char* data() const { return data_.get(); }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }

 private:
  std::unique_ptr<char[]> data_;
  std::size_t capacity_;
};

/// Large buffers used again and again: fresh ones cost a page fault for every 4 KiB. Keeps at most
/// `idle_bytes_max` of unused ones. Buffers may outlive the pool. Thread: any.
class BufferPool : public std::enable_shared_from_this<BufferPool> {
 public:
  explicit BufferPool(std::size_t idle_bytes_max) : idle_bytes_max_(idle_bytes_max) {}

  /// At least `capacity` bytes; comes back to the pool when the last owner lets go.
  [[nodiscard]] std::shared_ptr<Buffer> take(std::size_t capacity);

 private:
  void giveBack(std::unique_ptr<Buffer> buffer);

  const std::size_t idle_bytes_max_;
  Mutex mutex_;
  std::vector<std::unique_ptr<Buffer>> idle_ GUARDED_BY(mutex_);
  std::size_t idle_bytes_ GUARDED_BY(mutex_) = 0;
};

}  // namespace lockstep::fetch
