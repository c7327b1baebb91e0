#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace lockstep {

/// Bump memory for bytes that live and die together (a chunk, a batch). clear() keeps the blocks,
/// so a steady batch allocates nothing. Addresses stay valid until clear() or rollback past them.
/// Thread: one at a time.
class Arena {
 public:
  /// A position in the arena; rollback(mark) frees everything allocated after it.
  struct Mark {
    std::size_t block = 0;
    std::size_t used = 0;
  };

  explicit Arena(std::size_t block_bytes = std::size_t{256} * 1024) : block_bytes_(block_bytes) {}
  Arena(Arena&&) = default;
  Arena& operator=(Arena&&) = default;

  /// Unaligned room for `bytes`; never null.
  [[nodiscard]] char* allocate(std::size_t bytes) {
    if (current_ < blocks_.size() && blocks_[current_].size - used_ >= bytes) [[likely]] {
      char* place = blocks_[current_].data.get() + used_;
      used_ += bytes;
      return place;
    }
    return allocateSlow(bytes);
  }

  [[nodiscard]] std::string_view copy(std::string_view bytes) {
    char* place = allocate(bytes.size());
    if (!bytes.empty()) std::memcpy(place, bytes.data(), bytes.size());
    return {place, bytes.size()};
  }

  [[nodiscard]] Mark mark() const { return {current_, used_}; }
  void rollback(Mark mark) { current_ = mark.block, used_ = mark.used; }
  void clear() { current_ = 0, used_ = 0; }
  /// Gives blocks beyond `bytes` back to the allocator; after clear() only.
  void shrink(std::size_t bytes);
  /// Bytes held from the allocator, used or not.
  [[nodiscard]] std::size_t capacity() const { return capacity_; }

 private:
  struct Block {
    std::unique_ptr<char[]> data;
    std::size_t size = 0;
  };
  char* allocateSlow(std::size_t bytes);

  std::size_t block_bytes_;
  std::vector<Block> blocks_;
  std::size_t current_ = 0;  ///< index of the block that is being filled
  std::size_t used_ = 0;     ///< bytes used in it
  std::size_t capacity_ = 0;
};

}  // namespace lockstep
