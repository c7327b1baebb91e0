#include "state/table/table_entry.hpp"

#include <lockstep/base/check.hpp>

namespace lockstep {

void EntryPool::reserve(std::size_t more) {
  if (more <= free_count_) return;
  const std::size_t wanted = used_ + (more - free_count_);
  LOCKSTEP_CHECK(wanted < kNone, "a shard holds at most 2^32 - 1 keys");
  while (segments_.size() * kSegmentSize < wanted) {
    segments_.push_back(std::make_unique_for_overwrite<TableEntry[]>(kSegmentSize));
  }
}

std::uint32_t EntryPool::add() {
  std::uint32_t number = free_;
  if (number != kNone) {
    free_ = (*this)[number].undo;
    --free_count_;
  } else {
    number = used_++;
  }
  TableEntry& entry = (*this)[number];
  entry.setAbsent();
  entry.touched = {};
  entry.flags = 0;
  return number;
}

void EntryPool::erase(std::uint32_t number) {
  (*this)[number].undo = free_;
  (*this)[number].flags = TableEntry::kUnused;
  free_ = number;
  ++free_count_;
}

void EntryPool::clear() {
  segments_.clear();
  used_ = 0;
  free_ = kNone;
  free_count_ = 0;
}

}  // namespace lockstep
