#include <algorithm>

#include "state/table/hash_state_table.hpp"
#include "state/table/merged_walk.hpp"

/// Keys by their last touch: which were not touched for long.
namespace lockstep {
namespace {
constexpr std::uint64_t kDone = ~std::uint64_t{0};  ///< cursor of a walk that has ended
/// Of the store, read for a range: more than a range has but for rare cases.
constexpr std::size_t kStoredKeys = 64;
}  // namespace

/// Walks over the ranges that may hold such keys. The cursor is that of scanBoth(). A range that
/// still holds one keeps its bound, so the next walk comes by again: what this one returns may be
/// left untouched, by a batch that fails for instance.
Result<std::size_t> HashStateTable::scanTouchedBefore(BatchTime before, std::uint64_t& cursor,
                                                      std::span<Item> out) {
  if (cursor == 0) {
    scans_both_ = evictedSome();
    page_ = {};
    touch_bounds_.fit(
        std::max(index_.size(), static_cast<std::size_t>(std::max<std::int64_t>(present_, 0))));
  }
  std::size_t count = 0;
  while (cursor != kDone) {
    std::uint64_t hash = cursor >> 32;
    const auto skip = static_cast<std::uint32_t>(cursor);
    if (skip == 0) hash = touch_bounds_.firstBefore(hash, before);
    if (hash == TouchBounds::kEnd) {
      cursor = kDone;
      break;
    }
    std::uint64_t until = touch_bounds_.rangeEnd(hash);
    if (scans_both_) {
      cursor = hash << 32 | skip;
      if (!page_.covers(hash)) {
        if (count > 0) return count;  // what was passed on may lie in the page
        LOCKSTEP_TRY(turnPage(hash, kStoredKeys));
      }
      until = std::min(until, page_.until);
    }
    const bool whole = skip == 0 && hash == touch_bounds_.rangeBegin(hash) &&
                       until == touch_bounds_.rangeEnd(hash);
    BatchTime earliest = BatchTime::max();
    std::uint64_t at = hash;
    std::uint32_t passed = 0;
    MergedWalk walk(*this, hash, until);
    while (TableEntry* entry = walk.next()) {
      if (entry->hash != at) at = entry->hash, passed = 0;
      ++passed;
      if (at == hash && passed <= skip) continue;
      if (!entry->present()) continue;
      earliest = std::min(earliest, entry->touched);
      if (entry->touched >= before) continue;
      if (count == out.size()) {
        cursor = at << 32 | (passed - 1);
        return count;
      }
      out[count++] = {keyOfEntry(*entry), entry, entry->touched};
    }
    if (whole) touch_bounds_.set(hash, earliest);
    cursor = until == TouchBounds::kEnd ? kDone : until << 32;
  }
  if (count == 0) page_ = {};
  return count;
}

}  // namespace lockstep
