#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lockstep {

/// The search part of a state table: references to entries, sorted by hash, in an open-addressing
/// array. A slot's home is its hash scaled to the capacity, so homes rise with hashes; insertion
/// shifts the (8 byte) slots behind it, so the array as a whole is always in order. That makes a
/// scan a walk, growth one pass from front to back, and the order independent of what was inserted
/// or erased when. (Linear probing kept sorted: Amble and Knuth, "Ordered hash tables", 1974.)
///
/// The index does not know keys: among equal hashes the table chooses the place.
/// REQUIRES: hashes spread evenly over 32 bits, as murmur2's do. Thread: one at a time.
class HashIndex {
 public:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t reference = 0;  ///< 0 = empty
  };

  HashIndex();

  [[nodiscard]] std::size_t home(std::uint32_t hash) const {
    return static_cast<std::size_t>((std::uint64_t{hash} * capacity_) >> 32);
  }
  /// The first position of `hash`, or where it would go. slot(position).reference == 0 or another
  /// hash there = no such hash. A slot behind the last position is always empty.
  [[nodiscard]] std::size_t lowerBound(std::uint32_t hash) const {
    std::size_t position = home(hash);
    while (slots_[position].reference != 0 && slots_[position].hash < hash) ++position;
    return position;
  }
  [[nodiscard]] const Slot& slot(std::size_t position) const { return slots_[position]; }
  void prefetch(std::uint32_t hash) const { __builtin_prefetch(&slots_[home(hash)]); }

  /// Makes room for `more` insertions; the only place where the array grows for load.
  void reserve(std::size_t more);
  /// REQUIRES: `position` keeps the order; reserve() made room.
  void insertAt(std::size_t position, Slot slot);
  void eraseAt(std::size_t position);
  void clear();

  [[nodiscard]] std::size_t size() const { return size_; }
  /// Positions to walk over: [0, end()).
  [[nodiscard]] std::size_t end() const { return slots_.size(); }
  [[nodiscard]] std::size_t bytes() const { return slots_.capacity() * sizeof(Slot); }

 private:
  void grow(std::size_t capacity);

  std::size_t capacity_;  ///< homes; the array is longer by a slack for what runs over the end
  std::size_t size_ = 0;
  std::vector<Slot> slots_;  ///< the last one is always empty: the sentinel of every probe
};

}  // namespace lockstep
