#pragma once

#include <algorithm>
#include <tuple>

#include "state/table/hash_state_table.hpp"

/// HashStateTable::MergedWalk, for the files that walk over keys in order.
namespace lockstep {

inline bool inOrder(const StateKey& a, const StateKey& b) {
  return std::tie(a.hash, a.bytes) < std::tie(b.hash, b.bytes);
}

inline StateKey keyOfEntry(const TableEntry& entry) { return {entry.key(), entry.hash}; }

/// The entries with hashes in [hash, until), of the table and of the present page of the store, in
/// order; a key that is in the table is the table's. Entries without state are among them. Holds
/// while no key is added and the page is not turned.
class HashStateTable::MergedWalk {
 public:
  MergedWalk(HashStateTable& table, std::uint64_t hash, std::uint64_t until)
      : table_(table),
        until_(until),
        position_(table.index_.lowerBound(static_cast<std::uint32_t>(hash))),
        stored_(std::lower_bound(
            table.page_.entries.begin(), table.page_.entries.end(), hash,
            [](const TableEntry& entry, std::uint64_t value) { return entry.hash < value; })) {}

  /// Null behind the last one.
  [[nodiscard]] TableEntry* next() {
    TableEntry* entry = inTable();
    const auto end = table_.page_.entries.end();
    const bool none_stored = stored_ == end || stored_->hash >= until_;
    if (entry == nullptr && none_stored) return nullptr;
    if (entry == nullptr || (!none_stored && inOrder(keyOfEntry(*stored_), keyOfEntry(*entry))))
      return &*stored_++;
    ++position_;
    if (!none_stored && stored_->hash == entry->hash && stored_->key() == entry->key()) ++stored_;
    return entry;
  }

 private:
  TableEntry* inTable() {
    const HashIndex& index = table_.index_;
    while (position_ < index.end() && index.slot(position_).reference == 0) ++position_;
    if (position_ == index.end() || index.slot(position_).hash >= until_) return nullptr;
    return &table_.entries_[index.slot(position_).reference - 1];
  }

  HashStateTable& table_;
  const std::uint64_t until_;
  std::size_t position_;
  std::vector<TableEntry>::iterator stored_;
};

}  // namespace lockstep
