#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include <lockstep/ports/state_shard.hpp>

namespace lockstep {

/// One key of a table: a cache line. Keys up to kInlineKeyMax bytes lie inside, longer ones in the
/// table's heap; values as StateEntry says. Entries never move.
class alignas(64) TableEntry : public StateEntry {
 public:
  static constexpr std::size_t kInlineKeyMax = 24;

  /// What holds of the key. The first two tell which undecided batch has an undo entry, by the
  /// parity of its id.
  enum Flag : std::uint32_t {
    kTouchedEven = 1,
    kTouchedOdd = 2,
    kTouched = kTouchedEven | kTouchedOdd,
    kDue = 4,       ///< changed since the last checkpoint took it
    kInFlight = 8,  ///< taken by a checkpoint that has not ended
    /// Not in the table: passed on by a walk, the key lies in the checkpoint store only.
    kStoredOnly = 16,
    kReferenced = 32,  ///< touched since the clock's hand came by; says nothing about the key
    kUnused = 64,      ///< a place in the pool for a key to come
  };

  [[nodiscard]] std::string_view key() const {
    if (key_size <= kInlineKeyMax) return {key_bytes, key_size};
    const char* data;
    std::memcpy(&data, key_bytes, sizeof data);
    return {data, key_size};
  }
  /// `place` holds the key's bytes; needed above kInlineKeyMax only.
  void setKey(std::string_view bytes, const char* place) {
    key_size = static_cast<std::uint32_t>(bytes.size());
    if (bytes.size() > kInlineKeyMax) {
      std::memcpy(key_bytes, &place, sizeof place);
    } else if (!bytes.empty()) {
      std::memcpy(key_bytes, bytes.data(), bytes.size());
    }
  }
  [[nodiscard]] bool is(Flag flag) const { return (flags & flag) != 0; }
  /// Whether a checkpoint has yet to hold the key as it is.
  [[nodiscard]] bool dirty() const { return (flags & (kDue | kInFlight)) != 0; }
  /// Whether the entry may not go: touched, or not yet in a checkpoint as it is.
  [[nodiscard]] bool pinned() const { return (flags & (kTouched | kDue | kInFlight)) != 0; }
  /// Bytes in the heap of a value, of a key.
  [[nodiscard]] static std::size_t heapOf(const StateEntry& value) {
    return value.takesInline() ? 0 : value.value().size();
  }
  [[nodiscard]] std::size_t keyHeap() const { return key_size > kInlineKeyMax ? key_size : 0; }

  using StateEntry::setAbsent;
  using StateEntry::setOutside;
  void setValue(const StateEntry& value) { static_cast<StateEntry&>(*this) = value; }

  char key_bytes[kInlineKeyMax];
  std::uint32_t hash = 0;
  std::uint32_t key_size = 0;
  BatchTime touched;
  std::uint32_t undo = 0;  ///< position in the undo list of the latest undecided batch; next free
  std::uint32_t flags = 0;
};
static_assert(sizeof(TableEntry) == 64, "an entry is one cache line");

/// The entries of a table, by number from 0, in segments that never move. Numbers of erased entries
/// are used again.
class EntryPool {
 public:
  [[nodiscard]] TableEntry& operator[](std::uint32_t number) const {
    return segments_[number >> kSegmentBits][number & (kSegmentSize - 1)];
  }
  /// A number for a new entry; its fields are as constructed.
  [[nodiscard]] std::uint32_t add();
  void erase(std::uint32_t number);
  /// Makes room for `more` additions, so that add() does not allocate.
  void reserve(std::size_t more);
  void clear();
  /// Entries have numbers below this; some of them are kUnused.
  [[nodiscard]] std::uint32_t used() const { return used_; }
  [[nodiscard]] std::size_t bytes() const {
    return segments_.size() * kSegmentSize * sizeof(TableEntry);
  }

 private:
  static constexpr std::uint32_t kSegmentBits = 10;
  static constexpr std::uint32_t kSegmentSize = 1U << kSegmentBits;
  static constexpr std::uint32_t kNone = 0xffffffff;

  std::vector<std::unique_ptr<TableEntry[]>> segments_;
  std::uint32_t used_ = 0;      ///< numbers handed out at least once
  std::uint32_t free_ = kNone;  ///< list of erased entries through TableEntry::undo
  std::size_t free_count_ = 0;
};

}  // namespace lockstep
