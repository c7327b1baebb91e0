#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace lockstep {

/// Memory for keys and values that do not fit into a table's entry. Freed room is kept by size
/// class and used again, so a table whose values come and go does not grow. Two classes per power
/// of two: at most a third of a piece is unused. Pieces above kLargest come from the allocator.
/// Thread: one at a time.
class ByteHeap {
 public:
  /// Unaligned room for `bytes`; holds until release() with the same number.
  [[nodiscard]] char* allocate(std::size_t bytes);
  void release(const char* piece, std::size_t bytes);
  /// Forgets every piece and gives the memory back.
  void clear();
  /// allocate() and copy.
  [[nodiscard]] char* copy(std::string_view bytes);
  /// Whether a piece for `a` bytes has room for `b` and would be released as such.
  [[nodiscard]] static bool sameClass(std::size_t a, std::size_t b);

  /// Bytes of the pieces that are given out.
  [[nodiscard]] std::size_t used() const { return used_; }
  /// Bytes held from the allocator, used or not.
  [[nodiscard]] std::size_t capacity() const { return capacity_; }

 private:
  static constexpr std::size_t kLargest = 64 * 1024;
  static constexpr std::size_t kFirstBlock = 4 * 1024;
  static constexpr std::size_t kBlock = 256 * 1024;
  static constexpr std::size_t kClasses = 32;
  struct Free {
    Free* next;
  };

  /// Number of the smallest class with room for `bytes`, and that room.
  static std::size_t classOf(std::size_t bytes, std::size_t& room);

  std::array<Free*, kClasses> free_{};
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t block_size_ = 0;
  std::size_t block_used_ = 0;
  std::size_t capacity_ = 0;
  std::size_t used_ = 0;
  std::unordered_map<const char*, std::unique_ptr<char[]>> large_;  ///< pieces above kLargest
};

}  // namespace lockstep
