#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace lockstep {

/// Bytes appended in pieces that are never split and never move; read back block by block. clear()
/// keeps the memory. Thread: one at a time.
class ByteLog {
 public:
  struct Mark {
    std::size_t block = 0;
    std::size_t used = 0;
  };

  /// Room for one piece.
  [[nodiscard]] char* append(std::size_t bytes) {
    if (current_ < blocks_.size() && blocks_[current_].size - blocks_[current_].used >= bytes)
        [[likely]] {
      Block& block = blocks_[current_];
      char* place = block.data.get() + block.used;
      block.used += bytes;
      return place;
    }
    return appendSlow(bytes);
  }

  [[nodiscard]] Mark mark() const {
    return {current_, current_ < blocks_.size() ? blocks_[current_].used : 0};
  }
  void rollback(const Mark& mark);
  void clear() { rollback({}); }

  /// Number of blocks in use.
  [[nodiscard]] std::size_t blocks() const { return blocks_.empty() ? 0 : current_ + 1; }
  [[nodiscard]] std::string_view block(std::size_t index) const {
    return {blocks_[index].data.get(), blocks_[index].used};
  }

 private:
  static constexpr std::size_t kFirstBlock = 4 * 1024;
  static constexpr std::size_t kBlockMax = 256 * 1024;
  struct Block {
    std::unique_ptr<char[]> data;
    std::size_t size = 0;
    std::size_t used = 0;
  };
  char* appendSlow(std::size_t bytes);

  std::vector<Block> blocks_;
  std::size_t current_ = 0;  ///< the block being filled; later ones are empty
};

}  // namespace lockstep
