#pragma once

#include <utility>

#include <lockstep/dstream/combine_by_key.hpp>

namespace lockstep {

namespace detail {

/// With serdes of the caller's choice: for element types whose format is known at run time only.
template <class K, class V, class F, class KeySerde, class ValueSerde>
DStream<std::pair<K, V>> reduceByKey(const DStream<std::pair<K, V>>& stream, F function,
                                     const ShuffleOptions& options,
                                     std::pair<KeySerde, ValueSerde> serdes) {
  using Reduce = ReduceAggregator<V, F>;
  CombineByKey<Reduce, ValueSerde, ValueSerde> combine{Reduce{std::move(function)}, serdes.second,
                                                       serdes.second};
  return combineByKeyAs(stream, "reduceByKey", options,
                        std::pair{std::move(serdes.first), std::move(combine)});
}

}  // namespace detail

template <class T>
template <class F>
auto DStream<T>::reduceByKey(F f, const ShuffleOptions& options) const {
  static_assert(detail::PairTypes<T>::kIsPair, "reduceByKey needs a stream of pairs");
  using K = detail::KeyOf<T>;
  using V = detail::ValueOf<T>;
  return detail::reduceByKey(*this, std::move(f), options, std::pair<Serde<K>, Serde<V>>{});
}

}  // namespace lockstep
