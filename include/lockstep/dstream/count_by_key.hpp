#pragma once

#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/long_by_key.hpp>

namespace lockstep {

template <class T>
auto DStream<T>::countByKey(const ShuffleOptions& options) const {
  static_assert(detail::PairTypes<T>::kIsPair, "countByKey needs a stream of pairs");
  return detail::foldLongsByKey<reduction::Count>(*this, "countByKey", options,
                                                  Serde<detail::KeyOf<T>>{});
}

}  // namespace lockstep
