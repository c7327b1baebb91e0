#pragma once

#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/map.hpp>
#include <lockstep/dstream/reduce_by_key_and_window.hpp>

namespace lockstep {

namespace detail {

/// All elements under one key: in one shard.
template <class T, class Element>
DStream<std::pair<bool, Element>> underOneKey(const DStream<T>& stream, const std::string& step,
                                              Element (*element)(const T&)) {
  return stream.map([element](const T& value) { return std::pair{false, element(value)}; }, step);
}
template <class T>
DStream<T> withoutKey(const DStream<std::pair<bool, T>>& stream, const std::string& step) {
  return stream.map([](const std::pair<bool, T>& pair) { return pair.second; }, step);
}

template <class T, class F, class Inverse>
DStream<T> reduceByWindow(const DStream<T>& stream, F f, Inverse inverse,
                          std::pair<WindowTiming, WindowOptions> window) {
  const std::string id = window.second.id;
  const auto keyed = underOneKey<T, T>(stream, id, [](const T& element) { return element; });
  return withoutKey(reduceByKeyAndWindowAs(
                        keyed, {"reduceByWindow", ""},
                        WindowFunctions<F, Inverse, KeepAll>{std::move(f), std::move(inverse), {}},
                        std::move(window), std::pair<Serde<bool>, Serde<T>>{}),
                    id);
}

}  // namespace detail

template <class T>
template <class F>
DStream<T> DStream<T>::reduceByWindow(F f, std::chrono::milliseconds length,
                                      std::chrono::milliseconds slide,
                                      const WindowOptions& options) const {
  return detail::reduceByWindow(*this, std::move(f), detail::NoInverse{},
                                {WindowTiming{length, slide}, options});
}

template <class T>
template <class F, class Inverse>
DStream<T> DStream<T>::reduceByWindow(F f, Inverse inverse, std::chrono::milliseconds length,
                                      std::chrono::milliseconds slide,
                                      const WindowOptions& options) const {
  return detail::reduceByWindow(*this, std::move(f), std::move(inverse),
                                {WindowTiming{length, slide}, options});
}

}  // namespace lockstep
