#include <lockstep/rdd/byte_log.hpp>

#include <algorithm>

namespace lockstep {

char* ByteLog::appendSlow(std::size_t bytes) {
  std::size_t next = blocks_.empty() ? 0 : current_ + 1;
  while (next < blocks_.size() && blocks_[next].size < bytes) ++next;
  if (next == blocks_.size()) {
    const std::size_t last = blocks_.empty() ? 0 : blocks_.back().size;
    const std::size_t size = std::max(bytes, std::clamp(last * 2, kFirstBlock, kBlockMax));
    blocks_.push_back({std::unique_ptr<char[]>(new char[size]), size, 0});
  }
  current_ = next;
  blocks_[current_].used = bytes;
  return blocks_[current_].data.get();
}

void ByteLog::rollback(const Mark& mark) {
  if (blocks_.empty()) return;
  for (std::size_t i = mark.block; i <= current_; ++i) blocks_[i].used = 0;
  current_ = mark.block;
  blocks_[current_].used = mark.used;
}

}  // namespace lockstep
