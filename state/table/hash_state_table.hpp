#pragma once

#include <array>
#include <atomic>
#include <optional>
#include <vector>

#include <lockstep/ports/state_table.hpp>

#include "state/table/byte_heap.hpp"
#include "state/table/due_list.hpp"
#include "state/table/hash_index.hpp"
#include "state/table/stored_page.hpp"
#include "state/table/table_entry.hpp"
#include "state/table/touch_bounds.hpp"

namespace lockstep {

/// The state of one shard in memory. See docs/architecture.md, "State".
///
/// Structure: a sorted index of (hash, entry number), 8 bytes each; entries of one cache line that
/// never move, with short keys and values inside; a heap for the longer ones. Undo is a list per
/// undecided batch: what the entry was before the batch's first touch. A value in the heap is owned
/// by the latest of {entry, later undo, earlier undo} that does not share it with the one before.
///
/// touch() works in groups: fetch the index lines, find the candidates and fetch their entries,
/// then compare and mark. Nothing allocates per record: all growth happens at the start of touch().
class HashStateTable final : public StateTable {
 public:
  HashStateTable() = default;

  Status touch(BatchId batch, BatchTime time, std::span<const StateKey> keys,
               StateEntry** entries) override;
  Status find(std::span<const StateKey> keys, const StateEntry** entries) override;
  void assign(StateEntry& entry, std::string_view value) override;
  void remove(StateEntry& entry) override;
  Result<std::size_t> scan(std::uint64_t& cursor, std::span<Item> out) override;
  Result<std::size_t> scanTouchedBefore(BatchTime before, std::uint64_t& cursor,
                                        std::span<Item> out) override;
  void touchItems(BatchId batch, BatchTime time, std::span<Item> items) override;
  std::size_t touched(BatchId batch, std::uint64_t& cursor, std::span<Item> out) override;
  [[nodiscard]] const StateEntry& before(BatchId batch, const StateEntry& entry) const override;
  [[nodiscard]] std::size_t size() const override;

  std::size_t changes(BatchId batch, std::uint64_t& cursor, std::span<KeyedValue> out) override;
  void confirm(BatchId batch) override;
  void rollback(BatchId batch) override;
  [[nodiscard]] std::optional<BatchId> undecided() const override;
  Status load(std::span<const KeyedValue> values, Source source) override;
  void clear() override;
  std::size_t takeDue(std::span<KeyedValue> out) override;
  using StateTable::checkpointEnded;
  bool checkpointEnded(bool durable, std::size_t part) override;
  void readBackFrom(StoredKeys& stored) override { stored_ = &stored; }
  void evict(std::uint64_t bytes_max) override;
  void leaveStored(std::uint64_t keys) override;
  void reserve(std::size_t keys) override { index_.reserve(keys); }
  [[nodiscard]] std::size_t toTake() const override {
    return takes_ ? taking_.size() : due_.size();
  }
  [[nodiscard]] std::size_t due() const override {
    return due_.size() + taking_.size() + in_flight_.size();
  }
  [[nodiscard]] std::uint64_t keys() const override { return keys_.load(kRelaxed); }
  [[nodiscard]] std::uint64_t bytes() const override { return bytes_.load(kRelaxed); }
  [[nodiscard]] std::uint64_t entryBytes() const override { return entry_bytes_.load(kRelaxed); }
  [[nodiscard]] std::uint64_t dirtyBytes() const override { return dirty_bytes_.load(kRelaxed); }
  [[nodiscard]] std::uint64_t undecidedBytes(BatchId batch) const override {
    return undecided_bytes_[batch.value() % 2].load(kRelaxed);
  }

 private:
  static constexpr auto kRelaxed = std::memory_order_relaxed;

  /// What an entry was before the first touch by a batch.
  struct Undo {
    StateEntry value;
    TableEntry* entry = nullptr;
    BatchTime touched;
    std::uint32_t earlier = 0;  ///< the entry's TableEntry::undo then: the other batch's, if any
  };
  /// An undecided batch; its undo list is its dirty list too.
  struct Undecided {
    BatchId id{0};  ///< 0 = none
    std::vector<Undo> undo;
    std::size_t heap = 0;  ///< bytes in the heap of what it touched, and of what that was
  };

  static TableEntry::Flag flagOf(BatchId batch) {
    return batch.value() % 2 == 0 ? TableEntry::kTouchedEven : TableEntry::kTouchedOdd;
  }
  Undecided& slotOf(BatchId batch) { return undecided_[batch.value() % 2]; }
  [[nodiscard]] const Undecided& slotOf(BatchId batch) const {
    return undecided_[batch.value() % 2];
  }
  /// The batch's place, opened at its first touch, with room for `more` undo entries.
  Undecided& open(BatchId batch, std::size_t more);
  /// The latest undecided batch that touched the entry. REQUIRES: there is one.
  [[nodiscard]] const Undecided& latestBatch(const TableEntry& entry) const;
  /// Makes known how much memory the batch has.
  void publish(const Undecided& batch);
  void mark(Undecided& batch, TableEntry& entry, BatchTime time);
  /// The first entry with that hash, of which the key is yet to be compared; or none.
  [[nodiscard]] TableEntry* candidate(std::uint32_t hash) const;
  /// Where the key is or would go; `found` is its entry, or null.
  std::size_t locate(const StateKey& key, TableEntry*& found) const;
  /// Calls `each(i, entry)` for every key in order, entries fetched ahead. Adds missing keys.
  template <class Keys, class Each>
  void findAll(const Keys& keys, const Each& each);
  template <class Keys, class Each>
  void findOrInsertAll(const Keys& keys, const Each& each);
  TableEntry& insertAt(std::size_t position, const StateKey& key);

  /// The latest undecided batch's undo entry of an entry that is touched.
  [[nodiscard]] const Undo& latestUndo(const TableEntry& entry) const;
  /// The entry's value as of the last decided batch, and its time.
  struct Committed {
    const StateEntry* value;
    BatchTime touched;
  };
  [[nodiscard]] Committed committed(const TableEntry& entry) const;
  [[nodiscard]] static bool changed(const Undo& undo, const Committed& after);
  [[nodiscard]] static bool differs(const StateEntry& a, const StateEntry& b);
  /// Frees `value` if it lies in the heap and is not `other`'s as well.
  void releaseUnless(const StateEntry& value, const StateEntry& other);
  static bool shared(const StateEntry& a, const StateEntry& b);
  void settle(Undecided& batch);       ///< closes a batch and bounds what its list keeps
  void eraseEntry(TableEntry& entry);  ///< with its key and value in the heap
  /// Erases an entry that has no state, no undo, and no tombstone to be written.
  void eraseIfDone(TableEntry& entry);
  /// `value` is the committed one.
  void addDue(TableEntry& entry, const StateEntry& value);
  void loadOne(TableEntry& entry, const KeyedValue& loaded);
  void publish();

  // hash_state_evict.cpp: what lies in the store only.
  /// Whether a key that is not in the table may be in the store.
  [[nodiscard]] bool evictedSome() const { return evicted_ != 0 || left_stored_; }
  /// Takes those of `keys` into the table that lie in the store only.
  template <class Keys>
  Status readBack(const Keys& keys);
  /// Takes one key from the store into the table, clean. REQUIRES: it is not there.
  TableEntry& adopt(const KeyedValue& stored);
  [[nodiscard]] std::size_t entryBytesNow() const;
  std::size_t scanTable(std::uint64_t& cursor, std::span<Item> out);
  Result<std::size_t> scanBoth(std::uint64_t& cursor, std::span<Item> out);
  Status turnPage(std::uint64_t hash, std::size_t keys);
  class MergedWalk;

  HashIndex index_;
  EntryPool entries_;
  ByteHeap heap_;
  std::array<Undecided, 2> undecided_;  ///< by the parity of the id
  DueList due_;                         ///< entries with kDue, but those of `taking_`
  DueList taking_;                      ///< entries with kDue that the checkpoint has yet to take
  bool takes_ = false;                  ///< takeDue() has begun
  std::vector<TableEntry*> in_flight_;  ///< entries with kInFlight
  std::int64_t present_ = 0;            ///< keys with committed state, evicted ones too
  std::size_t dirty_ = 0;               ///< bytes of the entries that are due or in flight
  std::atomic<std::uint64_t> keys_{0};
  std::atomic<std::uint64_t> bytes_{0};
  std::atomic<std::uint64_t> entry_bytes_{0};
  std::atomic<std::uint64_t> dirty_bytes_{0};
  std::array<std::atomic<std::uint64_t>, 2> undecided_bytes_{};

  StoredKeys* stored_ = nullptr;
  std::size_t evicted_ = 0;        ///< keys that were here and lie in the store only
  bool left_stored_ = false;       ///< the store has keys that were never here
  std::uint64_t hand_ = 0;         ///< of the clock: steps that it went
  std::vector<StateKey> missing_;  ///< of readBack(), kept for its memory
  bool scans_both_ = false;        ///< the present walk goes over table and store
  StoredPage page_;
  TouchBounds touch_bounds_;  ///< active once somebody has asked for keys by their last touch
};

/// Makes HashStateTables.
class HashStateTables final : public StateTableFactory {
 public:
  [[nodiscard]] std::unique_ptr<StateTable> createTable() override {
    return std::make_unique<HashStateTable>();
  }
};

}  // namespace lockstep
