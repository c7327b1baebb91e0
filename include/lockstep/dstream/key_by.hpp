#pragma once

#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/map.hpp>

namespace lockstep {

template <class T>
template <class F>
auto DStream<T>::keyBy(F f, const std::string& step) const {
  using K = detail::CallResult<F, T>;
  auto pair_up = [f = std::move(f)](const T& element, TaskContext& context) {
    return std::pair<K, T>(detail::callWithContext(f, element, context), element);
  };
  using Out = std::pair<K, T>;
  return narrow<Out, detail::MapOperator<T, Out, decltype(pair_up)>>("keyBy", step, pair_up);
}

}  // namespace lockstep
