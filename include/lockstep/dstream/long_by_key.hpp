#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

#include <lockstep/dstream/combine_by_key.hpp>
#include <lockstep/dstream/combining_write.hpp>
#include <lockstep/dstream/reduce_by_key.hpp>
#include <lockstep/dstream/reduction.hpp>

namespace lockstep::detail {

/// A built-in reduction as the function of a reduceByKey.
template <class R>
struct ReductionFunction {
  template <class N>
  N operator()(const N& a, const N& b) const {
    return R::next(a, b);
  }
};

/// Folds the longs of each key, or counts values of any type (reduction::Count): the map tasks fold
/// before they send (combining_write.hpp).
template <class R, class K, class V, class KeySerde>
DStream<std::pair<K, std::int64_t>> foldLongsByKey(const DStream<std::pair<K, V>>& stream,
                                                   const std::string& op, ShuffleOptions options,
                                                   KeySerde keys) {
  using Merge = std::conditional_t<std::is_same_v<R, reduction::Count>, reduction::Sum, R>;
  using Longs = ReduceAggregator<std::int64_t, ReductionFunction<Merge>>;
  using Serde = Serde<std::int64_t>;
  DStreamGraph& graph = *stream.graph();
  options.step = graph.stepName(op, options.step);
  return mergeByKey<K>(stream, op, options, std::pair{keys, CombineByKey<Longs, Serde, Serde>{}},
                       [&](Shuffle& shuffle, const std::string& step) {
                         graph.lineage().template addTerminal<CombiningTerminal<K, V, R, KeySerde>>(
                             stream.rdd(), shuffle, step, keys);
                       });
}

/// A built-in reduction of the values of each key, the fast way where they are longs.
template <class R, class K, class V>
DStream<std::pair<K, V>> reduceBuiltIn(const DStream<std::pair<K, V>>& stream,
                                       const std::string& op, const ShuffleOptions& options) {
  if constexpr (std::is_same_v<V, std::int64_t>)
    return foldLongsByKey<R>(stream, op, options, Serde<K>{});
  else
    return combineByKeyWith(stream, op, options, ReduceAggregator<V, ReductionFunction<R>>{});
}

}  // namespace lockstep::detail
