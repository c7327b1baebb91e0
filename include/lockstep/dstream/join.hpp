#pragma once

#include <optional>
#include <span>
#include <type_traits>
#include <utility>

#include <lockstep/dstream/cogroup_stage.hpp>

namespace lockstep {

namespace detail {

/// The pairs of a key's values, the left one varying slowest. kKeepLeft, kKeepRight: a value
/// without a partner passes alone, and the other side's type becomes optional.
template <bool kKeepLeft, bool kKeepRight>
struct JoinPairing {
  template <class X, bool kMayMiss>
  using Side = std::conditional_t<kMayMiss, std::optional<X>, X>;
  template <class V, class W>
  using Value = std::pair<Side<V, kKeepRight>, Side<W, kKeepLeft>>;

  template <class V, class W, class Add>
  static Status pair(std::span<const V> left, std::span<const W> right, const Add& add) {
    for (const V& v : left)
      for (const W& w : right) LOCKSTEP_TRY(add(Value<V, W>(v, w)));
    if constexpr (kKeepLeft)
      if (right.empty())
        for (const V& v : left) LOCKSTEP_TRY(add(Value<V, W>(v, std::nullopt)));
    if constexpr (kKeepRight)
      if (left.empty())
        for (const W& w : right) LOCKSTEP_TRY(add(Value<V, W>(std::nullopt, w)));
    return {};
  }
};
using InnerJoin = JoinPairing<false, false>;
using LeftOuterJoin = JoinPairing<true, false>;
using RightOuterJoin = JoinPairing<false, true>;
using FullOuterJoin = JoinPairing<true, true>;

}  // namespace detail

template <class T>
template <class U>
auto DStream<T>::join(const DStream<U>& other, const ShuffleOptions& options) const {
  static_assert(detail::PairTypes<T>::kIsPair && detail::PairTypes<U>::kIsPair,
                "join needs two streams of pairs");
  return detail::cogroupWith<detail::InnerJoin>(*this, other, "join", options);
}

template <class T>
template <class U>
auto DStream<T>::leftOuterJoin(const DStream<U>& other, const ShuffleOptions& options) const {
  static_assert(detail::PairTypes<T>::kIsPair && detail::PairTypes<U>::kIsPair,
                "leftOuterJoin needs two streams of pairs");
  return detail::cogroupWith<detail::LeftOuterJoin>(*this, other, "leftOuterJoin", options);
}

template <class T>
template <class U>
auto DStream<T>::rightOuterJoin(const DStream<U>& other, const ShuffleOptions& options) const {
  static_assert(detail::PairTypes<T>::kIsPair && detail::PairTypes<U>::kIsPair,
                "rightOuterJoin needs two streams of pairs");
  return detail::cogroupWith<detail::RightOuterJoin>(*this, other, "rightOuterJoin", options);
}

template <class T>
template <class U>
auto DStream<T>::fullOuterJoin(const DStream<U>& other, const ShuffleOptions& options) const {
  static_assert(detail::PairTypes<T>::kIsPair && detail::PairTypes<U>::kIsPair,
                "fullOuterJoin needs two streams of pairs");
  return detail::cogroupWith<detail::FullOuterJoin>(*this, other, "fullOuterJoin", options);
}

}  // namespace lockstep
