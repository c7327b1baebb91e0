#pragma once

#include <string_view>
#include <utility>

#include <lockstep/dstream/combine_by_key.hpp>
#include <lockstep/dstream/map.hpp>

namespace lockstep {

template <class T>
DStream<T> DStream<T>::distinct(const ShuffleOptions& options) const {
  using Keyed = std::pair<T, std::string_view>;  // the element is the key; there is nothing else
  ShuffleOptions named = options;
  named.step = graph_->stepName("distinct", options.step);
  const auto first = [](std::string_view a, std::string_view) { return a; };
  using First = detail::ReduceAggregator<std::string_view, decltype(first)>;
  const auto keyed = map([](const T& element) { return Keyed(element, {}); }, named.step);
  return detail::combineByKeyWith(keyed, "distinct", named, First{first})
      .map([](const Keyed& pair) { return pair.first; }, named.step);
}

}  // namespace lockstep
