#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <utility>
#include <vector>

namespace lockstep {

/// Elements that travel together, at most. Small enough for the second-level cache, large enough
/// that one virtual call per chunk costs nothing per element.
inline constexpr std::size_t kChunkElements = 512;

/// Takes elements, a chunk at a time. The one virtual call between two operators.
template <class T>
class ChunkSink {
 public:
  virtual ~ChunkSink() = default;
  /// The elements, and what they point to, are valid during the call only. Throws what user
  /// functions throw (RecordError, with the step set); the stage's driver then rolls back.
  virtual void accept(std::span<const T> chunk) = 0;
};

/// Hands every chunk to all consumers of a stream: it is computed once per batch.
template <class T>
class Fanout {
 public:
  void add(ChunkSink<T>& consumer) { consumers_.push_back(&consumer); }
  void push(std::span<const T> chunk) const {
    for (ChunkSink<T>* consumer : consumers_) consumer->accept(chunk);
  }
  [[nodiscard]] bool empty() const { return consumers_.empty(); }

 private:
  std::vector<ChunkSink<T>*> consumers_;
};

/// Room for one chunk, allocated once per operator instance. REQUIRES at add(): !full().
template <class T>
class ChunkBuffer {
 public:
  ChunkBuffer() : elements_(std::allocator<T>{}.allocate(kChunkElements)) {}
  ChunkBuffer(const ChunkBuffer&) = delete;
  ChunkBuffer& operator=(const ChunkBuffer&) = delete;
  ~ChunkBuffer() {
    clear();
    std::allocator<T>{}.deallocate(elements_, kChunkElements);
  }

  template <class... Arguments>
  void add(Arguments&&... arguments) {
    ::new (static_cast<void*>(elements_ + size_)) T(std::forward<Arguments>(arguments)...);
    ++size_;
  }
  [[nodiscard]] bool full() const { return size_ == kChunkElements; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::span<const T> view() const { return {elements_, size_}; }
  void clear() {
    std::destroy_n(elements_, size_);
    size_ = 0;
  }

 private:
  T* elements_;
  std::size_t size_ = 0;
};

/// What a flatMap writes into: passes full chunks on by itself. flush() passes on the rest.
template <class T>
class Emitter {
 public:
  template <class... Arguments>
  void operator()(Arguments&&... arguments) {
    if (buffer_.full()) flush();
    buffer_.add(std::forward<Arguments>(arguments)...);
  }
  void flush() {
    if (!buffer_.empty()) consumers_.push(buffer_.view());
    buffer_.clear();
  }
  /// Forgets what a failed chunk left behind.
  void clear() { buffer_.clear(); }
  [[nodiscard]] Fanout<T>& consumers() { return consumers_; }

 private:
  ChunkBuffer<T> buffer_;
  Fanout<T> consumers_;
};

}  // namespace lockstep
