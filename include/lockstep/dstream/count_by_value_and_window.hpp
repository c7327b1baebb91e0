#pragma once

#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/map.hpp>
#include <lockstep/dstream/reduce_by_key_and_window.hpp>

namespace lockstep {

template <class T>
auto DStream<T>::countByValueAndWindow(std::chrono::milliseconds length,
                                       std::chrono::milliseconds slide,
                                       const WindowOptions& options) const {
  const auto keyed =
      map([](const T& element) { return std::pair<T, std::int64_t>(element, 1); }, options.id);
  const auto counted = [](const std::pair<T, std::int64_t>& count) { return count.second != 0; };
  return detail::foldLongsByKeyAndWindow<reduction::Count>(
      keyed, "countByValueAndWindow", std::pair{detail::Subtract{}, counted},
      {WindowTiming{length, slide}, options}, Serde<T>{});
}

}  // namespace lockstep
