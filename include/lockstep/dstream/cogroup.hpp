#pragma once

#include <span>
#include <utility>
#include <vector>

#include <lockstep/dstream/cogroup_stage.hpp>

namespace lockstep {

namespace detail {

/// One element per key: the values of both sides.
struct CogroupPairing {
  template <class V, class W>
  using Value = std::pair<std::vector<V>, std::vector<W>>;

  template <class V, class W, class Add>
  static Status pair(std::span<const V> left, std::span<const W> right, const Add& add) {
    return add(Value<V, W>(std::vector<V>(left.begin(), left.end()),
                           std::vector<W>(right.begin(), right.end())));
  }
};

}  // namespace detail

template <class T>
template <class U>
auto DStream<T>::cogroup(const DStream<U>& other, const ShuffleOptions& options) const {
  static_assert(detail::PairTypes<T>::kIsPair && detail::PairTypes<U>::kIsPair,
                "cogroup needs two streams of pairs");
  return detail::cogroupWith<detail::CogroupPairing>(*this, other, "cogroup", options);
}

}  // namespace lockstep
