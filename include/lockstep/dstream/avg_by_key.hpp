#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#include <lockstep/dstream/combine_by_key.hpp>
#include <lockstep/dstream/map_values.hpp>

namespace lockstep {

template <class T>
auto DStream<T>::avgByKey(const ShuffleOptions& options) const {
  static_assert(detail::PairTypes<T>::kIsPair, "avgByKey needs a stream of pairs");
  using V = detail::ValueOf<T>;
  static_assert(std::is_arithmetic_v<V>, "avgByKey needs numbers");
  using SumAndCount = std::pair<double, std::int64_t>;
  ShuffleOptions named = options;
  named.step = graph_->stepName("avgByKey", options.step);
  auto aggregator = detail::makeAggregator<V>(
      [](const V& value) { return SumAndCount(static_cast<double>(value), 1); },
      [](const SumAndCount& sum, const V& value) {
        return SumAndCount(sum.first + static_cast<double>(value), sum.second + 1);
      },
      [](const SumAndCount& a, const SumAndCount& b) {
        return SumAndCount(a.first + b.first, a.second + b.second);
      });
  return detail::combineByKeyWith(*this, "avgByKey", named, std::move(aggregator))
      .mapValues([](const SumAndCount& sum) { return sum.first / static_cast<double>(sum.second); },
                 named.step);
}

}  // namespace lockstep
