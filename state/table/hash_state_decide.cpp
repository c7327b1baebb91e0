#include <algorithm>

#include <lockstep/base/check.hpp>

#include "state/table/hash_state_table.hpp"
#include "state/table/touch_group.hpp"

/// What the state backend does with a table: decide batches, restore, take checkpoints.
namespace lockstep {
namespace {
constexpr std::size_t kAhead = 8;  ///< entries fetched before their turn in a walk over a list
/// Lists keep their memory for the next batch, unless the batch was far larger than usual.
template <class List>
void clearBounded(List& list) {
  constexpr std::size_t kKept = 64 * 1024;
  const bool oversized = list.capacity() > kKept && list.size() < list.capacity() / 8;
  list.clear();
  if (oversized) List().swap(list);
}
}  // namespace

std::size_t HashStateTable::changes(BatchId batch, std::uint64_t& cursor,
                                    std::span<KeyedValue> out) {
  const Undecided& undecided = slotOf(batch);
  if (undecided.id != batch) return 0;
  LOCKSTEP_CHECK(slotOf(next(batch)).id < batch, "a batch is sealed before the next touches");
  publish(undecided);
  std::size_t count = 0;
  for (; cursor < undecided.undo.size() && count < out.size(); ++cursor) {
    if (cursor + kAhead < undecided.undo.size())
      __builtin_prefetch(undecided.undo[cursor + kAhead].entry);
    const Undo& undo = undecided.undo[cursor];
    const TableEntry& entry = *undo.entry;
    if (!changed(undo, {&entry, entry.touched})) continue;
    KeyedValue& change = out[count++];
    change = {{entry.key(), entry.hash}, {}, entry.touched};
    if (entry.present()) change.value = entry.value();
  }
  return count;
}

bool HashStateTable::changed(const Undo& undo, const Committed& after) {
  if (differs(undo.value, *after.value)) return true;
  return after.value->present() && undo.touched != after.touched;
}

void HashStateTable::confirm(BatchId batch) {
  Undecided& undecided = slotOf(batch);
  if (undecided.id != batch) return;
  Undecided& later = slotOf(next(batch));
  LOCKSTEP_CHECK(later.id.value() == 0 || later.id > batch, "batches are confirmed in order");
  for (std::size_t i = 0; i < undecided.undo.size(); ++i) {
    if (i + kAhead < undecided.undo.size()) __builtin_prefetch(undecided.undo[i + kAhead].entry, 1);
    const Undo& undo = undecided.undo[i];
    TableEntry& entry = *undo.entry;
    entry.flags &= ~std::uint32_t{flagOf(batch)};
    const Committed after = committed(entry);
    if (entry.dirty()) {
      dirty_ += TableEntry::heapOf(*after.value);
      dirty_ -= TableEntry::heapOf(undo.value);
    }
    if (changed(undo, after)) addDue(entry, *after.value);
    present_ += after.value->present() ? 1 : 0;
    present_ -= undo.value.present() ? 1 : 0;
    releaseUnless(undo.value, *after.value);
    eraseIfDone(entry);
  }
  settle(undecided);
}

void HashStateTable::rollback(BatchId batch) {
  Undecided& undecided = slotOf(batch);
  if (undecided.id != batch) return;
  LOCKSTEP_CHECK(slotOf(next(batch)).id < batch, "later batches are rolled back first");
  for (const Undo& undo : undecided.undo) {
    TableEntry& entry = *undo.entry;
    releaseUnless(entry, undo.value);
    entry.setValue(undo.value);
    entry.touched = undo.touched;
    entry.undo = undo.earlier;
    entry.flags &= ~std::uint32_t{flagOf(batch)};
    if (touch_bounds_.active() && entry.present()) touch_bounds_.lower(entry.hash, entry.touched);
    eraseIfDone(entry);
  }
  settle(undecided);
}

void HashStateTable::settle(Undecided& batch) {
  undecided_bytes_[batch.id.value() % 2].store(0, kRelaxed);
  batch.id = BatchId{0};
  batch.heap = 0;
  clearBounded(batch.undo);
  publish();
}

std::optional<BatchId> HashStateTable::undecided() const {
  const BatchId even = undecided_[0].id;
  const BatchId odd = undecided_[1].id;
  if (even.value() == 0 && odd.value() == 0) return std::nullopt;
  if (even.value() == 0 || odd.value() == 0) return std::max(even, odd);
  return std::min(even, odd);
}

Status HashStateTable::load(std::span<const KeyedValue> values, Source source) {
  LOCKSTEP_CHECK(!undecided(), "state is loaded while no batch is undecided");
  if (source == Source::kChangelog && evictedSome()) LOCKSTEP_TRY(readBack(values));
  touch_bounds_ = {};
  findOrInsertAll(values, [&](std::size_t i, TableEntry& entry) {
    const bool was_present = entry.present();
    if (entry.dirty()) dirty_ -= TableEntry::heapOf(entry);
    releaseUnless(entry, StateEntry{});
    loadOne(entry, values[i]);
    if (entry.dirty()) dirty_ += TableEntry::heapOf(entry);
    present_ += entry.present() ? 1 : 0;
    present_ -= was_present ? 1 : 0;
    // A key that was not there needs no tombstone, but one that goes does.
    if (source == Source::kChangelog && (was_present || entry.present())) addDue(entry, entry);
  });
  for (const KeyedValue& value : values) {
    if (value.value) continue;
    TableEntry* entry = nullptr;
    static_cast<void>(locate(value.key, entry));
    if (entry != nullptr) eraseIfDone(*entry);
  }
  publish();
  return {};
}

void HashStateTable::loadOne(TableEntry& entry, const KeyedValue& loaded) {
  entry.touched = loaded.touched;
  if (!loaded.value) {
    entry.setAbsent();
  } else if (loaded.value->size() <= StateEntry::kInlineMax) {
    entry.setAbsent();
    entry.setInline(loaded.value->data(), loaded.value->size());
  } else {
    entry.setOutside(heap_.copy(*loaded.value), static_cast<std::uint32_t>(loaded.value->size()));
  }
}

void HashStateTable::clear() {
  LOCKSTEP_CHECK(!undecided(), "state is cleared while no batch is undecided");
  due_.clear();
  taking_.clear();
  takes_ = false;
  in_flight_.clear();
  index_.clear();
  entries_.clear();
  heap_.clear();
  present_ = 0;
  dirty_ = 0;
  evicted_ = 0;
  left_stored_ = false;
  page_ = {};
  touch_bounds_ = {};
  publish();
}

void HashStateTable::addDue(TableEntry& entry, const StateEntry& value) {
  if (entry.is(TableEntry::kDue)) return;
  if (!entry.dirty()) dirty_ += sizeof entry + entry.keyHeap() + TableEntry::heapOf(value);
  entry.flags |= TableEntry::kDue;
  due_.push(entry);
}

std::size_t HashStateTable::takeDue(std::span<KeyedValue> out) {
  if (!takes_) {
    LOCKSTEP_CHECK(in_flight_.empty(), "one checkpoint at a time");
    due_.swap(taking_);
    takes_ = true;
  }
  std::size_t count = 0;
  if (taking_.empty()) return count;
  auto& bucket = taking_.lowest();
  for (; count < out.size() && !bucket.empty(); ++count) {
    if (bucket.size() > kAhead) __builtin_prefetch(bucket[bucket.size() - 1 - kAhead], 1);
    TableEntry& entry = taking_.take(bucket);
    entry.flags = (entry.flags & ~std::uint32_t{TableEntry::kDue}) | TableEntry::kInFlight;
    in_flight_.push_back(&entry);
    const Committed state = committed(entry);
    out[count] = {{entry.key(), entry.hash}, {}, state.touched};
    if (state.value->present()) out[count].value = state.value->value();
  }
  if (taking_.empty()) taking_.shrink();
  return count;
}

bool HashStateTable::checkpointEnded(bool durable, std::size_t part) {
  takes_ = false;
  due_.append(taking_);  // cut short: they are still due
  taking_.shrink();
  const std::size_t left = in_flight_.size() - std::min(part, in_flight_.size());
  while (in_flight_.size() > left) {
    if (in_flight_.size() > kAhead)
      __builtin_prefetch(in_flight_[in_flight_.size() - 1 - kAhead], 1);
    TableEntry& entry = *in_flight_.back();
    in_flight_.pop_back();
    const StateEntry& value = *committed(entry).value;
    if (!durable) addDue(entry, value);
    entry.flags &= ~std::uint32_t{TableEntry::kInFlight};
    if (!entry.dirty()) dirty_ -= sizeof entry + entry.keyHeap() + TableEntry::heapOf(value);
    eraseIfDone(entry);
  }
  if (left == 0) clearBounded(in_flight_);
  publish();
  return left != 0;
}

void HashStateTable::eraseIfDone(TableEntry& entry) {
  if (!entry.present() && !entry.pinned()) eraseEntry(entry);
}

void HashStateTable::eraseEntry(TableEntry& entry) {
  std::size_t position = index_.lowerBound(entry.hash);
  while (&entries_[index_.slot(position).reference - 1] != &entry) ++position;
  const std::uint32_t number = index_.slot(position).reference - 1;
  releaseUnless(entry, StateEntry{});
  if (entry.key_size > TableEntry::kInlineKeyMax) heap_.release(entry.key().data(), entry.key_size);
  index_.eraseAt(position);
  entries_.erase(number);
}

void HashStateTable::publish() {
  const std::size_t lists =
      (undecided_[0].undo.capacity() + undecided_[1].undo.capacity()) * sizeof(Undo) +
      due_.bytes() + taking_.bytes() + in_flight_.capacity() * sizeof(TableEntry*);
  keys_.store(static_cast<std::uint64_t>(std::max<std::int64_t>(present_, 0)), kRelaxed);
  entry_bytes_.store(entryBytesNow(), kRelaxed);
  dirty_bytes_.store(dirty_, kRelaxed);
  bytes_.store(index_.bytes() + entries_.bytes() + heap_.capacity() + lists + touch_bounds_.bytes(),
               kRelaxed);
}

void HashStateTable::publish(const Undecided& batch) {
  const std::size_t entries = batch.undo.size() * (sizeof(Undo) + sizeof(TableEntry));
  undecided_bytes_[batch.id.value() % 2].store(entries + batch.heap, kRelaxed);
}

}  // namespace lockstep
