#include "state/table/hash_state_table.hpp"

#include <algorithm>
#include <cstring>

#include <lockstep/base/check.hpp>
#include <lockstep/base/hash.hpp>

#include "state/table/touch_group.hpp"

namespace lockstep {

HashStateTable::Undecided& HashStateTable::open(BatchId batch, std::size_t more) {
  Undecided& slot = slotOf(batch);
  if (slot.id != batch) {
    LOCKSTEP_CHECK(batch.value() != 0, "batches are numbered from 1");
    LOCKSTEP_CHECK(slot.id.value() == 0, "at most two batches are undecided");
    LOCKSTEP_CHECK(slotOf(next(batch)).id < batch, "a batch is sealed before the next touches");
    slot.id = batch;
  }
  const std::size_t wanted = slot.undo.size() + more;
  if (wanted > slot.undo.capacity()) slot.undo.reserve(std::max(wanted, 2 * slot.undo.capacity()));
  return slot;
}

void HashStateTable::mark(Undecided& batch, TableEntry& entry, BatchTime time) {
  const auto flag = flagOf(batch.id);
  if (!entry.is(flag)) {
    batch.undo.push_back({entry, &entry, entry.touched, entry.undo});
    entry.undo = static_cast<std::uint32_t>(batch.undo.size() - 1);
    entry.flags |= flag | TableEntry::kReferenced;
    batch.heap += entry.keyHeap() + TableEntry::heapOf(entry);
  }
  entry.touched = time;
  if (touch_bounds_.active()) [[unlikely]]
    touch_bounds_.lower(entry.hash, time);
}

Status HashStateTable::touch(BatchId batch, BatchTime time, std::span<const StateKey> keys,
                             StateEntry** entries) {
  if (evictedSome()) [[unlikely]]
    LOCKSTEP_TRY(readBack(keys));
  Undecided& undecided = open(batch, keys.size());
  findOrInsertAll(keys, [&](std::size_t i, TableEntry& entry) {
    mark(undecided, entry, time);
    entries[i] = &entry;
  });
  publish(undecided);
  return {};
}

Status HashStateTable::find(std::span<const StateKey> keys, const StateEntry** entries) {
  if (evictedSome()) [[unlikely]]
    LOCKSTEP_TRY(readBack(keys));
  findAll(keys, [&](std::size_t i, const StateKey& key, TableEntry* entry) {
    if (entry != nullptr && entry->key() != key.bytes) static_cast<void>(locate(key, entry));
    if (entry != nullptr) entry->flags |= TableEntry::kReferenced;
    entries[i] = entry != nullptr && entry->present() ? entry : nullptr;
  });
  return {};
}

void HashStateTable::touchItems(BatchId batch, BatchTime time, std::span<Item> items) {
  Undecided& undecided = open(batch, items.size());
  for (Item& item : items) {
    auto* entry = static_cast<TableEntry*>(item.entry);
    if (entry->is(TableEntry::kStoredOnly)) {
      item.entry = entry = &adopt({item.key, entry->value(), entry->touched});
    }
    mark(undecided, *entry, time);
  }
  publish(undecided);
}

void HashStateTable::assign(StateEntry& entry, std::string_view value) {
  auto& target = static_cast<TableEntry&>(entry);
  Undecided& batch = slotOf(latestBatch(target).id);
  const StateEntry& kept = batch.undo[target.undo].value;
  const StateEntry old = target;
  batch.heap += value.size() > StateEntry::kInlineMax ? value.size() : 0;
  batch.heap -= shared(old, kept) ? 0 : TableEntry::heapOf(old);
  if (value.size() <= StateEntry::kInlineMax) {
    char bytes[StateEntry::kInlineMax];  // `value` may lie in the entry itself
    if (!value.empty()) std::memcpy(bytes, value.data(), value.size());
    target.setInline(bytes, value.size());
  } else if (!old.takesInline() && !shared(old, kept) &&
             ByteHeap::sameClass(old.value().size(), value.size())) {
    char* place = const_cast<char*>(old.value().data());  // ours alone: from the heap
    std::memmove(place, value.data(), value.size());
    target.setOutside(place, static_cast<std::uint32_t>(value.size()));
    return;
  } else {
    target.setOutside(heap_.copy(value), static_cast<std::uint32_t>(value.size()));
  }
  releaseUnless(old, kept);
}

void HashStateTable::remove(StateEntry& entry) {
  auto& target = static_cast<TableEntry&>(entry);
  Undecided& batch = slotOf(latestBatch(target).id);
  const StateEntry& kept = batch.undo[target.undo].value;
  batch.heap -= shared(target, kept) ? 0 : TableEntry::heapOf(target);
  releaseUnless(target, kept);
  target.setAbsent();
}

Result<std::size_t> HashStateTable::scan(std::uint64_t& cursor, std::span<Item> out) {
  if (cursor == 0) scans_both_ = evictedSome();  // a walk may bring the last ones back
  if (scans_both_) return scanBoth(cursor, out);
  return scanTable(cursor, out);
}

std::size_t HashStateTable::scanTable(std::uint64_t& cursor, std::span<Item> out) {
  constexpr std::size_t kAhead = 16;
  std::size_t count = 0;
  const std::size_t end = index_.end();
  for (; cursor < end && count < out.size(); ++cursor) {
    if (cursor + kAhead < end) {
      const auto ahead = index_.slot(cursor + kAhead).reference;
      if (ahead != 0) __builtin_prefetch(&entries_[ahead - 1], 1);
    }
    const HashIndex::Slot slot = index_.slot(cursor);
    if (slot.reference == 0) continue;
    TableEntry& entry = entries_[slot.reference - 1];
    if (entry.present()) out[count++] = {{entry.key(), slot.hash}, &entry, entry.touched};
  }
  return count;
}

std::size_t HashStateTable::touched(BatchId batch, std::uint64_t& cursor, std::span<Item> out) {
  const Undecided& undecided = slotOf(batch);
  if (undecided.id != batch) return 0;
  std::size_t count = 0;
  for (; cursor < undecided.undo.size() && count < out.size(); ++cursor) {
    TableEntry& entry = *undecided.undo[cursor].entry;
    out[count++] = {{entry.key(), entry.hash}, &entry, entry.touched};
  }
  return count;
}

const StateEntry& HashStateTable::before(BatchId batch, const StateEntry& entry) const {
  const auto& target = static_cast<const TableEntry&>(entry);
  const Undecided& undecided = slotOf(batch);
  LOCKSTEP_CHECK(undecided.id == batch && target.is(flagOf(batch)), "the batch touched the key");
  const Undecided& other = slotOf(next(batch));
  const bool touched_later = other.id > batch && target.is(flagOf(next(batch)));
  return undecided.undo[touched_later ? other.undo[target.undo].earlier : target.undo].value;
}

std::size_t HashStateTable::size() const {
  auto size = static_cast<std::size_t>(std::max<std::int64_t>(present_, 0));
  for (const Undecided& batch : undecided_) {
    for (const Undo& undo : batch.undo) {
      if (&latestUndo(*undo.entry) != &undo) continue;  // counted with the later batch
      size -= committed(*undo.entry).value->present() ? 1 : 0;
      size += undo.entry->present() ? 1 : 0;
    }
  }
  return size;
}

TableEntry* HashStateTable::candidate(std::uint32_t hash) const {
  const auto slot = index_.slot(index_.lowerBound(hash));
  if (slot.reference == 0 || slot.hash != hash) return nullptr;
  return &entries_[slot.reference - 1];
}

std::size_t HashStateTable::locate(const StateKey& key, TableEntry*& found) const {
  found = nullptr;
  std::size_t position = index_.lowerBound(key.hash);
  for (;; ++position) {
    const auto slot = index_.slot(position);
    if (slot.reference == 0 || slot.hash != key.hash) return position;
    TableEntry& entry = entries_[slot.reference - 1];
    const int order = entry.key().compare(key.bytes);
    if (order == 0) found = &entry;
    if (order >= 0) return position;
  }
}

TableEntry& HashStateTable::insertAt(std::size_t position, const StateKey& key) {
  LOCKSTEP_CHECK(key.hash == murmur2(key.bytes), "a key's hash is the murmur2 of its bytes");
  const std::uint32_t number = entries_.add();
  TableEntry& entry = entries_[number];
  const bool fits = key.bytes.size() <= TableEntry::kInlineKeyMax;
  entry.setKey(key.bytes, fits ? nullptr : heap_.copy(key.bytes));
  entry.hash = key.hash;
  index_.insertAt(position, {key.hash, number + 1});
  return entry;
}

const HashStateTable::Undecided& HashStateTable::latestBatch(const TableEntry& entry) const {
  LOCKSTEP_CHECK((entry.flags & TableEntry::kTouched) != 0, "a key is touched before it changes");
  const Undecided& even = undecided_[0];
  const Undecided& odd = undecided_[1];
  const bool both = entry.is(TableEntry::kTouchedEven) && entry.is(TableEntry::kTouchedOdd);
  const bool latest_is_even = both ? even.id > odd.id : entry.is(TableEntry::kTouchedEven);
  return latest_is_even ? even : odd;
}

const HashStateTable::Undo& HashStateTable::latestUndo(const TableEntry& entry) const {
  return latestBatch(entry).undo[entry.undo];
}

HashStateTable::Committed HashStateTable::committed(const TableEntry& entry) const {
  if ((entry.flags & TableEntry::kTouched) == 0) return {&entry, entry.touched};
  const Undo* undo = &latestUndo(entry);
  const bool both = entry.is(TableEntry::kTouchedEven) && entry.is(TableEntry::kTouchedOdd);
  if (both) undo = &undecided_[undecided_[0].id < undecided_[1].id ? 0 : 1].undo[undo->earlier];
  return {&undo->value, undo->touched};
}

bool HashStateTable::differs(const StateEntry& a, const StateEntry& b) {
  if (!a.present() || !b.present()) return a.present() != b.present();
  return a.value() != b.value();
}

bool HashStateTable::shared(const StateEntry& a, const StateEntry& b) {
  return !a.takesInline() && !b.takesInline() && a.value().data() == b.value().data();
}

void HashStateTable::releaseUnless(const StateEntry& value, const StateEntry& other) {
  if (value.takesInline() || shared(value, other)) return;
  heap_.release(value.value().data(), value.value().size());
}

}  // namespace lockstep
