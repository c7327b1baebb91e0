#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include <lockstep/base/arena.hpp>
#include <lockstep/base/hash.hpp>
#include <lockstep/rdd/short_key.hpp>

namespace lockstep {

/// One long per key, in order of first sight, folded by R::next(old, value). Owns the keys' bytes.
/// With marks: what was added since the last mark() can be taken back.
///
/// Structure: slots of 8 bytes (hash, number) in open addressing, cells of 32 bytes with short keys
/// inside. add() only collects; a group of keys is looked up together, slots and cells fetched
/// ahead, so that a fold larger than the cache waits for memory once per group, not once per key.
/// Thread: one at a time.
template <class R>
class LongFold {
 public:
  /// `key` is not needed after the call.
  void add(std::string_view key, std::int64_t value) {
    if (key.size() > ShortKey::kBytesMax) [[unlikely]] {
      flush();
      return addLong(key, value);
    }
    Waiting& added = waiting_[count_++];
    added.key = ShortKey::of(key);
    added.value = value;
    added.hash = added.key.hash();
    __builtin_prefetch(&slots_[added.hash & mask_]);
    if (count_ == kGroup) flush();
  }

  void mark() {
    flush();
    ++chunk_;
    marked_size_ = cells_.size();
    marked_keys_ = long_keys_.mark();
    marked_long_bytes_ = long_bytes_;
  }
  /// Back to the last mark().
  void rollback() {
    count_ = 0;
    // Latest first: none of the cells that stay was placed behind one that goes.
    for (; cells_.size() > marked_size_; cells_.pop_back(), before_.pop_back()) {
      std::size_t place = cells_.back().hash & mask_;
      while (slots_[place].number != cells_.size()) place = (place + 1) & mask_;
      slots_[place] = {};
    }
    for (std::size_t i = 0; i < cells_.size(); ++i)
      if (cells_[i].chunk == chunk_) cells_[i].value = before_[i];
    long_keys_.rollback(marked_keys_);
    long_bytes_ = marked_long_bytes_;
    ++chunk_;
  }
  /// Forgets every key, keeps the memory.
  void clear() {
    std::fill(slots_.begin(), slots_.end(), Slot{});
    cells_.clear();
    before_.clear();
    long_keys_.clear();
    long_bytes_ = 0;
    count_ = 0;
    mark();
  }

  /// REQUIRES for all below: nothing was added since the last mark().
  [[nodiscard]] std::size_t size() const { return cells_.size(); }
  /// About what the keys and their values take.
  [[nodiscard]] std::size_t bytes() const { return cells_.size() * kKeyBytes + long_bytes_; }
  [[nodiscard]] std::string_view key(std::size_t number) const { return keyOf(cells_[number]); }
  [[nodiscard]] std::int64_t value(std::size_t number) const { return cells_[number].value; }

 private:
  static constexpr std::size_t kGroup = 32;
  /// Of a short key: its cell, the value before, and two to four slots.
  static constexpr std::size_t kKeyBytes = 64;
  /// In the length's place of a key that lies elsewhere: `low` points to it, `high` has its size.
  static constexpr std::uint64_t kElsewhere = std::uint64_t{0xff} << 56;

  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t number = 0;  ///< of the cell, from 1; 0 = free
  };
  struct Cell {
    ShortKey key;
    std::int64_t value = 0;
    std::uint32_t hash = 0;
    std::uint32_t chunk = 0;  ///< the last one that changed the cell
  };
  struct Waiting {
    ShortKey key;
    std::int64_t value = 0;
    std::uint32_t hash = 0;
  };

  static std::string_view keyOf(const Cell& cell) {
    if (cell.key.high < kElsewhere) return cell.key.view();
    return {reinterpret_cast<const char*>(cell.key.low),
            static_cast<std::size_t>(cell.key.high & ~kElsewhere)};
  }

  void flush() {
    if (count_ == 0) return;
    reserve(count_);
    for (std::size_t i = 0; i < count_; ++i) {
      const Slot& slot = slots_[waiting_[i].hash & mask_];
      if (slot.number != 0) __builtin_prefetch(&cells_[slot.number - 1], 1);
    }
    for (std::size_t i = 0; i < count_; ++i) {
      const Waiting& added = waiting_[i];
      const std::size_t place =
          find(added.hash, [&](const Cell& cell) { return cell.key == added.key; });
      put(place, {added.key, added.value, added.hash, chunk_});
    }
    count_ = 0;
  }
  void addLong(std::string_view key, std::int64_t value) {
    reserve(1);
    const std::uint32_t hash = murmur2(key);
    const std::size_t place = find(hash, [&](const Cell& cell) { return keyOf(cell) == key; });
    Cell cell{{}, value, hash, chunk_};
    if (slots_[place].number == 0) {
      cell.key = {reinterpret_cast<std::uint64_t>(long_keys_.copy(key).data()),
                  key.size() | kElsewhere};
      long_bytes_ += key.size();
    }
    put(place, cell);
  }
  /// The slot of the cell for which isKey() holds, or the free one where it would go.
  template <class IsKey>
  [[nodiscard]] std::size_t find(std::uint32_t hash, const IsKey& isKey) const {
    std::size_t place = hash & mask_;
    for (; slots_[place].number != 0; place = (place + 1) & mask_)
      if (slots_[place].hash == hash && isKey(cells_[slots_[place].number - 1])) break;
    return place;
  }
  void put(std::size_t place, const Cell& added) {
    Slot& slot = slots_[place];
    if (slot.number == 0) {
      cells_.push_back(added);
      before_.push_back(0);
      slot = {added.hash, static_cast<std::uint32_t>(cells_.size())};
      return;
    }
    Cell& cell = cells_[slot.number - 1];
    if (cell.chunk != chunk_) {
      before_[slot.number - 1] = cell.value;
      cell.chunk = chunk_;
    }
    cell.value = R::next(cell.value, added.value);
  }
  void reserve(std::size_t more) {
    if ((cells_.size() + more) * 2 <= slots_.size()) return;
    slots_.assign(slots_.size() * 2, Slot{});
    mask_ = slots_.size() - 1;
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      std::size_t place = cells_[i].hash & mask_;
      while (slots_[place].number != 0) place = (place + 1) & mask_;
      slots_[place] = {cells_[i].hash, static_cast<std::uint32_t>(i + 1)};
    }
  }

  std::vector<Slot> slots_ = std::vector<Slot>(1024);
  std::size_t mask_ = 1023;
  std::vector<Cell> cells_;
  std::vector<std::int64_t> before_;  ///< by cell: its value before its chunk
  Arena long_keys_{64 * 1024};
  std::size_t long_bytes_ = 0;  ///< of keys in it
  std::array<Waiting, kGroup> waiting_;
  std::size_t count_ = 0;
  std::uint32_t chunk_ = 0;
  std::size_t marked_size_ = 0;
  Arena::Mark marked_keys_{};
  std::size_t marked_long_bytes_ = 0;
};

}  // namespace lockstep
