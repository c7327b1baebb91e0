#include "state/table/byte_heap.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

namespace lockstep {

std::size_t ByteHeap::classOf(std::size_t bytes, std::size_t& room) {
  // Rooms: 16, 24, 32, 48, 64, 96, ...
  const std::size_t need = std::max<std::size_t>(bytes, 16);
  const auto power = static_cast<std::size_t>(std::bit_width(need - 1));  // 2^power >= need
  const std::size_t full = std::size_t{1} << power;
  const std::size_t middle = full / 4 * 3;
  if (need <= middle) {
    room = middle;
    return 2 * (power - 4) - 1;
  }
  room = full;
  return 2 * (power - 4);
}

bool ByteHeap::sameClass(std::size_t a, std::size_t b) {
  if (a > kLargest || b > kLargest) return a == b;
  std::size_t room = 0;
  return classOf(a, room) == classOf(b, room);
}

char* ByteHeap::allocate(std::size_t bytes) {
  if (bytes > kLargest) [[unlikely]] {
    capacity_ += bytes;
    used_ += bytes;
    auto piece = std::make_unique_for_overwrite<char[]>(bytes);
    char* address = piece.get();
    large_.emplace(address, std::move(piece));
    return address;
  }
  std::size_t room = 0;
  Free*& head = free_[classOf(bytes, room)];
  used_ += room;
  if (head != nullptr) {
    char* piece = reinterpret_cast<char*>(head);
    head = head->next;
    return piece;
  }
  if (block_size_ - block_used_ < room) {
    const std::size_t wanted = blocks_.empty() ? kFirstBlock : std::min(kBlock, capacity_);
    block_size_ = std::max(wanted, room);
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(block_size_));
    capacity_ += block_size_;
    block_used_ = 0;
  }
  char* piece = blocks_.back().get() + block_used_;
  block_used_ += room;
  return piece;
}

void ByteHeap::release(const char* piece, std::size_t bytes) {
  if (bytes > kLargest) [[unlikely]] {
    capacity_ -= bytes;
    used_ -= bytes;
    large_.erase(piece);
    return;
  }
  std::size_t room = 0;
  Free*& head = free_[classOf(bytes, room)];
  used_ -= room;
  head = new (const_cast<char*>(piece)) Free{head};  // ours: allocate() gave it out
}

void ByteHeap::clear() {
  free_.fill(nullptr);
  blocks_.clear();
  large_.clear();
  block_size_ = block_used_ = capacity_ = used_ = 0;
}

char* ByteHeap::copy(std::string_view bytes) {
  char* piece = allocate(bytes.size());
  if (!bytes.empty()) std::memcpy(piece, bytes.data(), bytes.size());
  return piece;
}

}  // namespace lockstep
