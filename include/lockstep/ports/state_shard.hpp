#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include <lockstep/base/result.hpp>
#include <lockstep/model/ids.hpp>

namespace lockstep {

/// A key as the state knows it: its canonical bytes, and their murmur2. A restart computes the hash
/// again from the bytes, so it has to be murmur2(bytes), also where the bytes hold more than the
/// key that chose the shard (a window's pane).
struct StateKey {
  std::string_view bytes;
  std::uint32_t hash = 0;
};

/// One key's value in a shard's table. Operators read and write short values through it without a
/// call per record. The address holds until the next touch() or scan() of the shard.
class StateEntry {
 public:
  static constexpr std::size_t kInlineMax = 15;

  /// False for a key that has no state: never set, or removed.
  [[nodiscard]] bool present() const { return size_ != kAbsent; }
  /// REQUIRES: present().
  [[nodiscard]] std::string_view value() const {
    if (size_ != kOutside) return {bytes_, size_};
    const char* data;
    std::uint32_t size;
    std::memcpy(&data, bytes_, sizeof data);
    std::memcpy(&size, bytes_ + sizeof data, sizeof size);
    return {data, size};
  }
  /// Whether setInline() is legal: no value yet, or a short one. Otherwise StateShard::assign().
  [[nodiscard]] bool takesInline() const { return size_ != kOutside; }
  /// Sets a short value in place. REQUIRES: size <= kInlineMax, takesInline(), touched in this
  /// batch.
  void setInline(const void* value, std::size_t size) {
    std::memcpy(bytes_, value, size);
    size_ = static_cast<std::uint8_t>(size);
  }

 protected:
  /// For the table: a value kept elsewhere; the table owns the bytes.
  static constexpr std::uint8_t kAbsent = 0xff;
  static constexpr std::uint8_t kOutside = 0xfe;
  void setOutside(const char* data, std::uint32_t size) {
    std::memcpy(bytes_, &data, sizeof data);
    std::memcpy(bytes_ + sizeof data, &size, sizeof size);
    size_ = kOutside;
  }
  void setAbsent() { size_ = kAbsent; }

 private:
  char bytes_[kInlineMax];
  std::uint8_t size_ = kAbsent;
};

/// The state of one shard of one stateful operator, as operators use it. Effects of a batch can be
/// taken back until the batch is decided; nothing reaches a disk before that.
///
/// Thread    The shard's worker only.
/// Invariant The first touch of a key in a batch keeps what it was (undo) and puts the key on the
///           batch's dirty list. At most two batches are undecided: n, and n+1 on top of it.
class StateShard {
 public:
  virtual ~StateShard() = default;

  /// Finds or adds every key, in order; duplicates give the same entry. Marks them touched by
  /// `batch` at `time`. Works a chunk at a time, with prefetch: pass hundreds of keys, not one.
  /// `entries` has room for keys.size() pointers. Keys that were given up to the checkpoint store
  /// are read back first. Fails (kFatal) when the store cannot be read: then no key is touched.
  virtual Status touch(BatchId batch, BatchTime time, std::span<const StateKey> keys,
                       StateEntry** entries) = 0;

  /// Finds keys without touching them, in order: what a window holds. A key without state gives
  /// null. An entry found, and its value, hold until the next touch(), scan() or removal. Works a
  /// chunk at a time as touch() does. Fails (kFatal) when the store cannot be read.
  virtual Status find(std::span<const StateKey> keys, const StateEntry** entries) = 0;

  /// Sets a value of any length; copies. REQUIRES: touched in this batch.
  virtual void assign(StateEntry& entry, std::string_view value) = 0;
  /// Removes the key's state; it becomes a tombstone. REQUIRES: touched in this batch.
  virtual void remove(StateEntry& entry) = 0;

  /// A key as a scan or a dirty list passes it.
  struct Item {
    StateKey key;
    StateEntry* entry = nullptr;
    BatchTime touched;  ///< batch time of its last touch
  };

  /// Walks over all keys that have state, in an order that a re-run of the batch repeats: by hash,
  /// then by key bytes. Fills `out` from `cursor` (0 at first) and returns how many; 0 = done.
  /// Keys that lie in the checkpoint store only are among them: they are passed on, not kept. Fails
  /// (kFatal) when the store cannot be read. REQUIRES: no touch() of a new key during the walk.
  virtual Result<std::size_t> scan(std::uint64_t& cursor, std::span<Item> out) = 0;
  /// The same for the keys that were last touched before `before`: what a time-out asks for. Finds
  /// them without looking at all keys: costs about what it returns, and over a time-out's length
  /// once what scan() costs.
  virtual Result<std::size_t> scanTouchedBefore(BatchTime before, std::uint64_t& cursor,
                                                std::span<Item> out) = 0;
  /// Touches what the last scan returned: undo and dirty list as for touch(). An item that came
  /// from the checkpoint store gets the entry that the key has from now on; the other addresses
  /// stay valid.
  virtual void touchItems(BatchId batch, BatchTime time, std::span<Item> items) = 0;

  /// The keys that `batch` has touched so far, in order of first touch, with their present entries:
  /// what `emit: changed` passes on. Fills from `cursor` as scan() does.
  virtual std::size_t touched(BatchId batch, std::uint64_t& cursor, std::span<Item> out) = 0;
  /// The value that a touched key had before `batch`, for comparing; nothing when it had none.
  /// REQUIRES: touched in `batch`; valid until the batch is confirmed.
  [[nodiscard]] virtual const StateEntry& before(BatchId batch, const StateEntry& entry) const = 0;

  /// Number of keys that have state.
  [[nodiscard]] virtual std::size_t size() const = 0;
};

/// Hands operators their shards. Thread: any.
class StateAccess {
 public:
  virtual ~StateAccess() = default;
  /// REQUIRES: the operator was declared and has that shard.
  [[nodiscard]] virtual StateShard& shard(std::string_view operator_id, ShardId shard) = 0;
};

}  // namespace lockstep
