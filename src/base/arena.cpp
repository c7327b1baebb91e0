#include <lockstep/base/arena.hpp>

#include <algorithm>

namespace lockstep {

char* Arena::allocateSlow(std::size_t bytes) {
  // The rest of the current block is left unused; blocks kept by clear() are reused in order.
  while (current_ + 1 < blocks_.size()) {
    ++current_;
    used_ = 0;
    if (blocks_[current_].size >= bytes) return allocate(bytes);
  }
  const std::size_t size = std::max(bytes, block_bytes_);
  blocks_.push_back({std::make_unique_for_overwrite<char[]>(size), size});
  capacity_ += size;
  current_ = blocks_.size() - 1;
  used_ = bytes;
  return blocks_[current_].data.get();
}

void Arena::shrink(std::size_t bytes) {
  while (!blocks_.empty() && capacity_ > bytes) {
    capacity_ -= blocks_.back().size;
    blocks_.pop_back();
  }
}

}  // namespace lockstep
