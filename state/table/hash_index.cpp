#include "state/table/hash_index.hpp"

#include <algorithm>

namespace lockstep {
namespace {
constexpr std::size_t kCapacityMin = 64;
constexpr std::size_t kSlack = 32;
}  // namespace

HashIndex::HashIndex() : capacity_(kCapacityMin), slots_(kCapacityMin + kSlack) {}

void HashIndex::clear() {
  capacity_ = kCapacityMin;
  size_ = 0;
  std::vector<Slot>(kCapacityMin + kSlack).swap(slots_);
}

void HashIndex::reserve(std::size_t more) {
  const std::size_t wanted = size_ + more;
  std::size_t capacity = capacity_;
  while (wanted > capacity / 4 * 3) capacity *= 2;
  if (capacity != capacity_) grow(capacity);
}

void HashIndex::grow(std::size_t capacity) {
  std::vector<Slot> old = std::move(slots_);
  slots_ = std::vector<Slot>(capacity + kSlack);
  capacity_ = capacity;
  std::size_t free = 0;  // everything below is taken or has no home left to come
  for (const Slot& slot : old) {
    if (slot.reference == 0) continue;
    const std::size_t position = std::max(free, home(slot.hash));
    if (position + 1 >= slots_.size()) slots_.resize(position + kSlack);
    slots_[position] = slot;
    free = position + 1;
  }
}

void HashIndex::insertAt(std::size_t position, Slot slot) {
  std::size_t empty = position;
  while (slots_[empty].reference != 0) ++empty;
  if (empty + 1 == slots_.size()) slots_.resize(slots_.size() + kSlack);
  std::move_backward(slots_.begin() + static_cast<std::ptrdiff_t>(position),
                     slots_.begin() + static_cast<std::ptrdiff_t>(empty),
                     slots_.begin() + static_cast<std::ptrdiff_t>(empty) + 1);
  slots_[position] = slot;
  ++size_;
}

void HashIndex::eraseAt(std::size_t position) {
  // Slots that stand behind their home move up; the first one at home (or none) ends it.
  for (std::size_t next = position + 1;
       slots_[next].reference != 0 && home(slots_[next].hash) < next; ++position, ++next) {
    slots_[position] = slots_[next];
  }
  slots_[position] = {};
  --size_;
}

}  // namespace lockstep
