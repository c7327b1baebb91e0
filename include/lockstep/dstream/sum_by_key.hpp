#pragma once

#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/long_by_key.hpp>

namespace lockstep {

template <class T>
auto DStream<T>::sumByKey(const ShuffleOptions& options) const {
  static_assert(detail::PairTypes<T>::kIsPair, "sumByKey needs a stream of pairs");
  return detail::reduceBuiltIn<reduction::Sum>(*this, "sumByKey", options);
}

}  // namespace lockstep
