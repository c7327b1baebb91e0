#pragma once

#include <algorithm>
#include <array>

#include "state/table/hash_state_table.hpp"

/// Look-ups of many keys in HashStateTable, for the files that use them.
namespace lockstep {

inline const StateKey& keyOf(const StateKey& key) { return key; }
inline const StateKey& keyOf(const KeyedValue& value) { return value.key; }

/// Calls each(i, key, entry) for all keys in order; `entry` has its hash and
/// mostly is its own; null when no key has the hash. Keys go in groups
/// whose lines are fetched ahead: enough to cover the wait for memory, few enough to keep what was
/// fetched in the first cache. each() may insert when there is room.
template <class Keys, class Each>
void HashStateTable::findAll(const Keys& keys, const Each& each) {
  constexpr std::size_t kGroup = 128;
  std::array<TableEntry*, kGroup> candidates;
  for (std::size_t start = 0; start < keys.size(); start += kGroup) {
    const std::size_t count = std::min(kGroup, keys.size() - start);
    for (std::size_t i = 0; i < count; ++i) index_.prefetch(keyOf(keys[start + i]).hash);
    for (std::size_t i = 0; i < count; ++i) {
      candidates[i] = candidate(keyOf(keys[start + i]).hash);
      if (candidates[i] != nullptr) __builtin_prefetch(candidates[i], 1);
    }
    for (std::size_t i = 0; i < count; ++i) {
      const StateKey& key = keyOf(keys[start + i]);
      each(start + i, key, candidates[i]);
    }
  }
}

template <class Keys, class Each>
void HashStateTable::findOrInsertAll(const Keys& keys, const Each& each) {
  index_.reserve(keys.size());
  entries_.reserve(keys.size());
  findAll(keys, [&](std::size_t i, const StateKey& key, TableEntry* entry) {
    if (entry == nullptr || entry->key() != key.bytes) [[unlikely]] {
      const std::size_t position = locate(key, entry);
      if (entry == nullptr) entry = &insertAt(position, key);
    }
    each(i, *entry);
  });
}

}  // namespace lockstep
