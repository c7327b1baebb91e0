#pragma once

#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/long_by_key.hpp>

namespace lockstep {

template <class T>
auto DStream<T>::minByKey(const ShuffleOptions& options) const {
  static_assert(detail::PairTypes<T>::kIsPair, "minByKey needs a stream of pairs");
  return detail::reduceBuiltIn<reduction::Min>(*this, "minByKey", options);
}

template <class T>
auto DStream<T>::maxByKey(const ShuffleOptions& options) const {
  static_assert(detail::PairTypes<T>::kIsPair, "maxByKey needs a stream of pairs");
  return detail::reduceBuiltIn<reduction::Max>(*this, "maxByKey", options);
}

}  // namespace lockstep
