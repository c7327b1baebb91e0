#pragma once

#include <utility>

#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/flat_map.hpp>

namespace lockstep {

template <class T>
template <class F>
auto DStream<T>::flatMapValues(F f, const std::string& step) const {
  static_assert(detail::PairTypes<T>::kIsPair, "flatMapValues needs a stream of pairs");
  using Range = detail::CallResult<F, detail::ValueOf<T>>;
  using U = std::decay_t<decltype(*std::begin(std::declval<Range&>()))>;
  using Out = std::pair<detail::KeyOf<T>, U>;
  auto each = [f = std::move(f)](const T& pair, TaskContext& context, Emitter<Out>& emit) {
    auto&& range = detail::callWithContext(f, pair.second, context);
    for (auto&& item : range) emit(pair.first, std::forward<decltype(item)>(item));
  };
  return narrow<Out, detail::FlatMapOperator<T, Out, decltype(each)>>("flatMapValues", step,
                                                                      std::move(each));
}

}  // namespace lockstep
