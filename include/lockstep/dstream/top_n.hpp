#pragma once

#include <algorithm>
#include <string>
#include <type_traits>
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

  /// REQUIRES: `element` came behind all of `kept`. It is owned only if it is kept, where `less`
  /// compares views with what owns (is_transparent).
  template <class View>
  void add(std::vector<T>& kept, const View& element) const {
    if constexpr (std::is_same_v<View, T> || kComparesViews<View>) {
      if (isAmong(kept, element)) insert(kept, toOwned<View>(element));
    } else {
      auto owned = toOwned<View>(element);
      if (isAmong(kept, owned)) insert(kept, std::move(owned));
    }
  }

 private:
  template <class View>
  static constexpr bool kComparesViews = requires {
    typename Less::is_transparent;
  }
  &&std::is_invocable_r_v<bool, const Less&, const T&, const View&>;

  template <class View>
  [[nodiscard]] bool isAmong(const std::vector<T>& kept, const View& element) const {
    return count_ != 0 && (kept.size() < count_ || less_(kept.back(), element));
  }
  void insert(std::vector<T>& kept, T&& element) const {
    const auto larger = [&](const T& a, const T& b) { return less_(b, a); };
    const auto place = std::upper_bound(kept.begin(), kept.end(), element, larger);
    kept.insert(place, std::move(element));
    if (kept.size() > count_) kept.pop_back();
  }

  std::size_t count_;
  Less less_;
};

template <class T, class Less>
struct TopFold {
  using Partial = std::vector<Owned<T>>;
  Largest<Owned<T>, Less> largest;

  void add(Partial& kept, std::span<const T> chunk) const {
    for (const T& element : chunk) largest.add(kept, element);
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
        largest.add(kept, value);
        return kept;
      },
      [largest](Kept& kept, const detail::ValueOf<T>& value) { largest.add(kept, value); },
      [largest](Kept& kept, const Kept& more) {
        for (const V& value : more) largest.add(kept, value);
      },
      options);
}

}  // namespace lockstep
