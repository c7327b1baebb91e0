#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/dstream/combine_by_key.hpp>
#include <lockstep/dstream/gather.hpp>

namespace lockstep {

namespace detail {

/// The largest elements so far, the largest first; among equals the earlier.
template <class T, class Less>
class Largest {
 public:
  Largest(std::size_t count, Less less) : count_(count), less_(std::move(less)) {}

  /// REQUIRES: `element` came behind all of `kept`.
  void add(std::vector<T>& kept, const T& element) const {
    if (count_ == 0 || (kept.size() == count_ && !less_(kept.back(), element))) return;
    const auto larger = [&](const T& a, const T& b) { return less_(b, a); };
    const auto place = std::upper_bound(kept.begin(), kept.end(), element, larger);
    kept.insert(place, element);
    if (kept.size() > count_) kept.pop_back();
  }

 private:
  std::size_t count_;
  Less less_;
};

template <class T, class Less>
struct TopFold {
  using Partial = std::vector<Owned<T>>;
  Largest<Owned<T>, Less> largest;

  void add(Partial& kept, std::span<const T> chunk) const {
    for (const T& element : chunk) largest.add(kept, toOwned<T>(element));
  }
  void merge(Partial& total, const Partial& part) const {
    for (const auto& element : part) largest.add(total, element);
  }
  template <class Call>
  Status emit(const Partial& total, const Call& call) const {
    for (const auto& element : total) LOCKSTEP_TRY(call(element));
    return {};
  }
};

}  // namespace detail

template <class T>
template <class Less>
auto DStream<T>::topN(std::size_t count, Less less, const std::string& step) const {
  using Fold = detail::TopFold<T, Less>;
  return detail::gather<T, Owned<T>>(*this, "topN", step, Fold{{count, std::move(less)}});
}

template <class T>
template <class Less>
auto DStream<T>::topNByKey(std::size_t count, Less less, const ShuffleOptions& options) const {
  static_assert(detail::PairTypes<T>::kIsPair, "topNByKey needs a stream of pairs");
  using V = Owned<detail::ValueOf<T>>;
  using Kept = std::vector<V>;
  const detail::Largest<V, Less> largest(count, std::move(less));
  return combineByKey(
      [largest](const detail::ValueOf<T>& value) {
        Kept kept;
        largest.add(kept, toOwned<detail::ValueOf<T>>(value));
        return kept;
      },
      [largest](Kept& kept, const detail::ValueOf<T>& value) {
        largest.add(kept, toOwned<detail::ValueOf<T>>(value));
      },
      [largest](Kept& kept, const Kept& more) {
        for (const V& value : more) largest.add(kept, value);
      },
      options);
}

}  // namespace lockstep
