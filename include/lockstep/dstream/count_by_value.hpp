#pragma once

#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/map.hpp>
#include <lockstep/dstream/reduce_by_key.hpp>

namespace lockstep {

template <class T>
auto DStream<T>::countByValue(const ShuffleOptions& options) const {
  ShuffleOptions named = options;
  named.step = graph_->stepName("countByValue", options.step);
  return map([](const T& element) { return std::pair<T, std::int64_t>(element, 1); }, named.step)
      .reduceByKey([](std::int64_t a, std::int64_t b) { return a + b; }, named);
}

}  // namespace lockstep
