#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "state/table/table_entry.hpp"

namespace lockstep {

/// Entries that wait for a checkpoint, in buckets by the first bits of their hashes. Taken bucket
/// by bucket, they go to the disk nearly in the order in which they are read back: what one part of
/// a checkpoint writes does not overlap with the next, and a restore has few runs to merge. Thread:
/// one at a time.
class DueList {
 public:
  void push(TableEntry& entry) {
    const std::size_t bucket = bucketOf(entry);
    buckets_[bucket].push_back(&entry);
    lowest_ = std::min(lowest_, bucket);
    ++size_;
  }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }

  /// The entries with the lowest hashes, in no order among themselves: take() from its end.
  /// REQUIRES: not empty.
  [[nodiscard]] std::vector<TableEntry*>& lowest() {
    while (buckets_[lowest_].empty()) ++lowest_;
    return buckets_[lowest_];
  }
  /// REQUIRES: `bucket` is lowest(), and not empty.
  TableEntry& take(std::vector<TableEntry*>& bucket) {
    TableEntry& entry = *bucket.back();
    bucket.pop_back();
    --size_;
    return entry;
  }
  /// Takes over all entries of `other`, which is empty then.
  void append(DueList& other) {
    for (std::size_t i = 0; i < kBuckets; ++i) {
      auto& from = other.buckets_[i];
      buckets_[i].insert(buckets_[i].end(), from.begin(), from.end());
      from.clear();
    }
    size_ += other.size_;
    lowest_ = std::min(lowest_, other.lowest_);
    other.rewind();
  }
  void swap(DueList& other) {
    buckets_.swap(other.buckets_);
    std::swap(size_, other.size_);
    std::swap(lowest_, other.lowest_);
  }
  void clear() {
    for (auto& bucket : buckets_) bucket.clear();
    rewind();
  }
  /// Gives back the memory of empty buckets.
  void shrink() {
    for (auto& bucket : buckets_) {
      if (bucket.empty()) std::vector<TableEntry*>().swap(bucket);
    }
  }
  [[nodiscard]] std::size_t bytes() const {
    std::size_t slots = 0;
    for (const auto& bucket : buckets_) slots += bucket.capacity();
    return slots * sizeof(TableEntry*);
  }

 private:
  static constexpr unsigned kBits = 7;
  static constexpr std::size_t kBuckets = std::size_t{1} << kBits;

  static std::size_t bucketOf(const TableEntry& entry) { return entry.hash >> (32 - kBits); }
  void rewind() {
    size_ = 0;
    lowest_ = kBuckets;
  }

  std::array<std::vector<TableEntry*>, kBuckets> buckets_;
  std::size_t size_ = 0;
  std::size_t lowest_ = kBuckets;  ///< everything below is empty
};

}  // namespace lockstep
