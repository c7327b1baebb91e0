#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace lockstep::detail {

/// Values by the number of their key (KeyIndex), each key's in order of arrival. Keeps its memory
/// from batch to batch.
template <class V>
class GroupedValues {
 public:
  void clear() {
    values_.clear();
    numbers_.clear();
  }
  void add(std::uint32_t number, V value) {
    values_.push_back(std::move(value));
    numbers_.push_back(number);
  }
  /// After the last add(). `keys`: how many there are.
  void arrange(std::size_t keys) {
    starts_.assign(keys + 1, 0);
    for (const std::uint32_t number : numbers_) ++starts_[number + 1];
    for (std::size_t i = 1; i < starts_.size(); ++i) starts_[i] += starts_[i - 1];
    grouped_.resize(values_.size());
    next_.assign(starts_.begin(), starts_.end());
    for (std::size_t i = 0; i < values_.size(); ++i)
      grouped_[next_[numbers_[i]]++] = std::move(values_[i]);
  }
  /// REQUIRES: arrange() came last.
  [[nodiscard]] std::span<const V> of(std::size_t number) const {
    return std::span<const V>(grouped_).subspan(starts_[number],
                                                starts_[number + 1] - starts_[number]);
  }

 private:
  std::vector<V> values_;               ///< in order of arrival
  std::vector<std::uint32_t> numbers_;  ///< of each value's key
  std::vector<V> grouped_;              ///< by key number
  std::vector<std::uint32_t> starts_;   ///< of each key's values in grouped_
  std::vector<std::uint32_t> next_;     ///< free place of each key in grouped_
};

}  // namespace lockstep::detail
