#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <lockstep/model/ids.hpp>

namespace lockstep {

/// For each of many ranges of hashes a time before which none of its keys was touched last: says
/// where keys may be that were not touched for long, without looking at the others. A touch can
/// only make a bound too low; a walk over the range makes it exact again. So keys that are touched
/// all the time cost one walk over their range per time-out, and a range is small.
///
/// Ranges are equal parts of the 32 bits of a hash, in groups, so that finding the next range costs
/// a look at each group. About 3 bytes per key. Thread: one at a time.
class TouchBounds {
 public:
  static constexpr std::uint64_t kEnd = std::uint64_t{1} << 32;  ///< behind the last hash

  /// Whether fit() was called: until then nothing is tracked.
  [[nodiscard]] bool active() const { return !ranges_.empty(); }
  /// Makes enough ranges for so many keys; the first call begins to track, with everything unknown.
  void fit(std::size_t keys);

  /// A key with this hash has state, last touched at `time` or later. REQUIRES: active().
  void lower(std::uint32_t hash, BatchTime time) {
    const std::size_t range = std::uint64_t{hash} >> shift_;
    if (time < ranges_[range]) ranges_[range] = time;
    if (time < groups_[range / kGroup]) groups_[range / kGroup] = time;
  }
  /// What a walk over the whole range of `hash` has found; max() = no key.
  void set(std::uint64_t hash, BatchTime earliest);

  /// The first hash at or behind `from` whose range may hold a key that was last touched before
  /// `before`; kEnd = there is none.
  [[nodiscard]] std::uint64_t firstBefore(std::uint64_t from, BatchTime before) const;
  [[nodiscard]] std::uint64_t rangeBegin(std::uint64_t hash) const {
    return hash >> shift_ << shift_;
  }
  [[nodiscard]] std::uint64_t rangeEnd(std::uint64_t hash) const {
    return ((hash >> shift_) + 1) << shift_;
  }
  [[nodiscard]] std::size_t bytes() const {
    return (ranges_.capacity() + groups_.capacity()) * sizeof(BatchTime);
  }

 private:
  static constexpr std::size_t kKeysPerRange = 4;  ///< at most, on average
  static constexpr std::size_t kGroup = 64;

  unsigned shift_ = 32;            ///< a hash's range: hash >> shift_
  std::vector<BatchTime> ranges_;  ///< a power of two of them
  std::vector<BatchTime> groups_;  ///< at or below the lowest of their ranges
};

}  // namespace lockstep
