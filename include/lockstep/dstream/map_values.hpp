#pragma once

#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/map.hpp>

namespace lockstep {

template <class T>
template <class F>
auto DStream<T>::mapValues(F f, const std::string& step) const {
  static_assert(detail::PairTypes<T>::kIsPair, "mapValues needs a stream of pairs");
  using K = detail::KeyOf<T>;
  using U = detail::CallResult<F, detail::ValueOf<T>>;
  using Out = std::pair<K, U>;
  auto map_second = [f = std::move(f)](const T& pair, TaskContext& context) {
    return Out(pair.first, detail::callWithContext(f, pair.second, context));
  };
  return narrow<Out, detail::MapOperator<T, Out, decltype(map_second)>>("mapValues", step,
                                                                        std::move(map_second));
}

}  // namespace lockstep
