#include <lockstep/rdd/key_index.hpp>

#include <algorithm>

namespace lockstep {

void KeyIndex::grow() {
  const std::size_t size = std::max<std::size_t>(64, slots_.size() * 2);
  slots_.assign(size, Slot{});
  mask_ = size - 1;
  for (std::uint32_t number = 0; number < keys_.size(); ++number) {
    std::size_t place = mix(hashes_[number]) & mask_;
    while (slots_[place].number != 0) place = (place + 1) & mask_;
    slots_[place] = {hashes_[number], number + 1};
  }
}

void KeyIndex::clear() {
  // A small batch after a large one need not wipe the large one's slots.
  if (keys_.size() * 8 < slots_.size()) {
    for (const std::uint32_t hash : hashes_)
      for (std::size_t place = mix(hash) & mask_; slots_[place].number != 0;
           place = (place + 1) & mask_)
        slots_[place] = {};
  } else {
    std::fill(slots_.begin(), slots_.end(), Slot{});
  }
  keys_.clear();
  hashes_.clear();
}

void KeyIndex::dropLast() {
  // Its slot ends every chain it is part of: no key came after it.
  std::size_t place = mix(hashes_.back()) & mask_;
  while (slots_[place].number != keys_.size()) place = (place + 1) & mask_;
  slots_[place] = {};
  keys_.pop_back();
  hashes_.pop_back();
}

}  // namespace lockstep
