#pragma once

#include <algorithm>
#include <array>

#include "state/table/hash_state_table.hpp"

/// HashStateTable::findOrInsertAll(), for the two files that use it.
namespace lockstep {

inline const StateKey& keyOf(const StateKey& key) { return key; }
inline const StateKey& keyOf(const KeyedValue& value) { return value.key; }

template <class Keys, class Each>
void HashStateTable::findOrInsertAll(const Keys& keys, const Each& each) {
  // Enough to cover the wait for memory, few enough to keep what was fetched in the first cache.
  constexpr std::size_t kGroup = 128;
  index_.reserve(keys.size());
  entries_.reserve(keys.size());
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
      TableEntry* entry = candidates[i];
      if (entry == nullptr || entry->key() != key.bytes) [[unlikely]] {
        const std::size_t position = locate(key, entry);
        if (entry == nullptr) entry = &insertAt(position, key);
      }
      each(start + i, *entry);
    }
  }
}

}  // namespace lockstep
