#pragma once

#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/reduce_by_window.hpp>

namespace lockstep {

template <class T>
DStream<std::int64_t> DStream<T>::countByWindow(std::chrono::milliseconds length,
                                                std::chrono::milliseconds slide,
                                                const WindowOptions& options) const {
  const auto keyed = detail::underOneKey<T, std::int64_t>(*this, options.id,
                                                          [](const T&) { return std::int64_t{1}; });
  return detail::withoutKey(
      detail::foldLongsByKeyAndWindow<reduction::Count>(
          keyed, "countByWindow", std::pair{detail::Subtract{}, detail::KeepAll{}},
          {WindowTiming{length, slide}, options}, Serde<bool>{}),
      options.id);
}

}  // namespace lockstep
