#pragma once

#include <lockstep/dstream/combine_by_key.hpp>

namespace lockstep {

template <class T>
template <class C, class SeqOp, class CombOp>
auto DStream<T>::aggregateByKey(C zero, SeqOp seq_op, CombOp comb_op,
                                const ShuffleOptions& options) const {
  static_assert(detail::PairTypes<T>::kIsPair, "aggregateByKey needs a stream of pairs");
  using V = detail::ValueOf<T>;
  const auto first = [zero = toOwned<C>(zero), seq_op](const V& value) {
    Owned<C> combiner = zero;
    detail::foldInto<C>(seq_op, combiner, value);
    return combiner;
  };
  using Aggregate = detail::Aggregator<V, C, decltype(first), SeqOp, CombOp>;
  return detail::combineByKeyWith(*this, "aggregateByKey", options,
                                  Aggregate{first, std::move(seq_op), std::move(comb_op)});
}

}  // namespace lockstep
