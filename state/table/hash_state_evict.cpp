#include <algorithm>
#include <bit>

#include <lockstep/base/check.hpp>

#include "state/table/hash_state_table.hpp"
#include "state/table/merged_walk.hpp"
#include "state/table/touch_group.hpp"

/// Keys that lie in the checkpoint store only: how they get there, and how they come back.
namespace lockstep {
namespace {

/// Of the index, per key: its slots are between a third and three quarters full.
constexpr std::size_t kIndexBytes = 16;

}  // namespace

std::size_t HashStateTable::entryBytesNow() const {
  return index_.size() * (sizeof(TableEntry) + kIndexBytes) + heap_.used();
}

/// The hand goes over the entries, in an order that has nothing to do with that of the hashes: keys
/// that were loaded came in order, and a gap in the range of hashes would crowd the rest of the
/// index. An entry that was touched since the hand came by last gets a second chance.
void HashStateTable::evict(std::uint64_t bytes_max) {
  const std::size_t bytes = entryBytesNow();
  if (stored_ == nullptr || bytes <= bytes_max || index_.size() == 0) return;
  page_ = {};
  constexpr std::uint64_t kStride = 0x9e3779b1;  // odd: it meets every number below a power of two
  constexpr std::uint64_t kAhead = 16;
  const std::uint64_t round = std::bit_ceil(std::uint64_t{entries_.used()});
  const auto at = [&](std::uint64_t step) {
    const std::uint64_t number = step * kStride & (round - 1);
    return number < entries_.used() ? &entries_[static_cast<std::uint32_t>(number)] : nullptr;
  };
  // Two rounds see everything. Fewer when most entries cannot go: a checkpoint is under way then.
  const std::uint64_t too_many = (bytes - bytes_max) * index_.size() / bytes;
  const std::uint64_t last = hand_ + std::min(2 * round, 16 * too_many + 4096);
  for (; hand_ < last && entryBytesNow() > bytes_max; ++hand_) {
    if (const auto* ahead = at(hand_ + kAhead)) __builtin_prefetch(&ahead->flags, 1);
    TableEntry* entry = at(hand_);
    if (entry == nullptr || entry->is(TableEntry::kUnused)) continue;
    if (!entry->pinned() && !entry->is(TableEntry::kReferenced)) {
      eraseEntry(*entry);
      ++evicted_;
    } else {
      entry->flags &= ~std::uint32_t{TableEntry::kReferenced};
    }
  }
  publish();
}

void HashStateTable::leaveStored(std::uint64_t keys) {
  left_stored_ = true;
  touch_bounds_ = {};
  present_ += static_cast<std::int64_t>(keys);
  publish();
}

TableEntry& HashStateTable::adopt(const KeyedValue& stored) {
  index_.reserve(1);
  entries_.reserve(1);
  TableEntry* known = nullptr;
  const std::size_t position = locate(stored.key, known);
  if (known != nullptr) return *known;
  TableEntry& entry = insertAt(position, stored.key);
  loadOne(entry, stored);
  if (evicted_ > 0) --evicted_;
  return entry;
}

template <class Keys>
Status HashStateTable::readBack(const Keys& keys) {
  missing_.clear();
  findAll(keys, [this](std::size_t, const StateKey& key, TableEntry* entry) {
    if (entry != nullptr && entry->key() == key.bytes) return;
    if (entry != nullptr) static_cast<void>(locate(key, entry));
    if (entry == nullptr) missing_.push_back(key);
  });
  if (missing_.empty()) return {};
  std::sort(missing_.begin(), missing_.end(), inOrder);
  const auto same = [](const StateKey& a, const StateKey& b) { return a.bytes == b.bytes; };
  missing_.erase(std::unique(missing_.begin(), missing_.end(), same), missing_.end());
  return stored_->find(missing_, [this](std::span<const KeyedValue> found) {
    for (const KeyedValue& value : found) adopt(value);
  });
}
template Status HashStateTable::readBack(const std::span<const StateKey>& keys);
template Status HashStateTable::readBack(const std::span<const KeyedValue>& keys);

/// Reads the part of the store that begins with `hash`: at least so many keys.
Status HashStateTable::turnPage(std::uint64_t hash, std::size_t keys) {
  page_.entries.clear();
  page_.bytes.clear();
  page_.from = page_.until = 0;
  LOCKSTEP_TRY(stored_->read(
      static_cast<std::uint32_t>(hash), keys, [this](std::span<const KeyedValue> part) {
        for (const KeyedValue& value : part) {
          TableEntry& entry = page_.entries.emplace_back();
          const bool fits = value.key.bytes.size() <= TableEntry::kInlineKeyMax;
          entry.setKey(value.key.bytes, fits ? nullptr : page_.bytes.copy(value.key.bytes).data());
          entry.hash = value.key.hash;
          entry.touched = value.touched;
          entry.flags = TableEntry::kStoredOnly;
          if (value.value->size() <= StateEntry::kInlineMax) {
            entry.setInline(value.value->data(), value.value->size());
          } else {
            entry.setOutside(page_.bytes.copy(*value.value).data(),
                             static_cast<std::uint32_t>(value.value->size()));
          }
        }
      }));
  const bool last = page_.entries.size() < keys;
  page_.from = hash;
  page_.until = last ? StoredPage::kEnd : std::uint64_t{page_.entries.back().hash} + 1;
  return {};
}

/// Both walks at once, the store's a page at a time. The cursor is a hash, and how many keys with
/// this hash were passed: it holds also when keys come into the table meanwhile. A call ends with a
/// page, since what it passed on lies there.
Result<std::size_t> HashStateTable::scanBoth(std::uint64_t& cursor, std::span<Item> out) {
  std::size_t count = 0;
  std::uint64_t hash = cursor >> 32;
  if (cursor == 0) page_ = {};
  while (count == 0) {
    const auto skip = static_cast<std::uint32_t>(cursor);
    std::uint32_t passed = 0;
    if (!page_.covers(hash)) LOCKSTEP_TRY(turnPage(hash, StoredPage::kKeys));
    MergedWalk walk(*this, hash, page_.until);
    bool more = true;
    while (count < out.size() && more) {
      TableEntry* entry = walk.next();
      more = entry != nullptr;
      if (!more) continue;
      if (entry->hash != hash) hash = entry->hash, passed = 0;
      if (++passed <= skip && hash == cursor >> 32) continue;
      if (entry->present()) out[count++] = {keyOfEntry(*entry), entry, entry->touched};
    }
    cursor = hash << 32 | passed;
    if (more) break;
    if (page_.until == StoredPage::kEnd) break;
    hash = page_.until;
    cursor = hash << 32;
  }
  if (count == 0) page_ = {};
  return count;
}

}  // namespace lockstep
