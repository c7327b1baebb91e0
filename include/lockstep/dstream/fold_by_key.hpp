#pragma once

#include <lockstep/dstream/combine_by_key.hpp>

namespace lockstep {

template <class T>
template <class Zero, class F>
auto DStream<T>::foldByKey(Zero zero, F f, const ShuffleOptions& options) const {
  static_assert(detail::PairTypes<T>::kIsPair, "foldByKey needs a stream of pairs");
  using V = detail::ValueOf<T>;
  const auto first = [zero = Owned<V>(std::move(zero)), f](const V& value) {
    Owned<V> folded = zero;
    detail::foldInto<V>(f, folded, value);
    return folded;
  };
  using Fold = detail::Aggregator<V, V, decltype(first), F, F>;
  return detail::combineByKeyWith(*this, "foldByKey", options, Fold{first, f, f});
}

}  // namespace lockstep
