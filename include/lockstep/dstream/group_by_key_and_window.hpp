#pragma once

#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/group_by_key.hpp>
#include <lockstep/dstream/window.hpp>

namespace lockstep {

template <class T>
auto DStream<T>::groupByKeyAndWindow(std::chrono::milliseconds length,
                                     std::chrono::milliseconds slide,
                                     const WindowOptions& options) const {
  static_assert(detail::PairTypes<T>::kIsPair, "groupByKeyAndWindow needs a stream of pairs");
  return window(length, slide, options)
      .groupByKey({.step = options.id, .parallelism = options.parallelism});
}

}  // namespace lockstep
