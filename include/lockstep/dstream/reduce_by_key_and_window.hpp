#pragma once

#include <lockstep/dstream/combining_write.hpp>
#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/long_by_key.hpp>
#include <lockstep/dstream/reduce_window_stage.hpp>
#include <lockstep/dstream/shuffle_write.hpp>

namespace lockstep {

namespace detail {

/// What a windowed fold is called, and what its signature says of the function.
struct WindowedFold {
  std::string op;         ///< "reduceByKeyAndWindow"
  std::string reduction;  ///< name of a built-in reduction, or ""
};

template <class K, class V, class Functions, class KeySerde, class ValueSerde>
auto& addReduceWindow(
    const RddBase& parent, DStreamGraph& graph, const WindowTiming& timing,
    const WindowOptions& options,
    std::pair<WindowedFold, std::pair<Functions, std::pair<KeySerde, ValueSerde>>> parts) {
  using OwnStage = ReduceWindowStage<K, V, Functions, KeySerde, ValueSerde>;
  return graph.lineage().template add<OwnStage>(parts.first.op, parent, timing, options,
                                                std::move(parts.second));
}

template <class Functions>
[[nodiscard]] std::string windowKind(const WindowedFold& fold) {
  const bool inverse = !std::is_same_v<decltype(Functions::inverse), NoInverse>;
  return fold.op + (inverse ? " with inverse" : "");
}

/// With formats of the caller's choice.
template <class K, class V, class Functions, class KeySerde, class ValueSerde>
DStream<std::pair<K, V>> reduceByKeyAndWindowAs(const DStream<std::pair<K, V>>& stream,
                                                const WindowedFold& fold, Functions functions,
                                                std::pair<WindowTiming, WindowOptions> window,
                                                std::pair<KeySerde, ValueSerde> serdes) {
  const auto& [timing, options] = window;
  auto& node = addReduceWindow<K, V>(stream.rdd(), *stream.graph(), timing, options,
                                     std::pair{fold, std::pair{functions, serdes}});
  using Combine =
      CombineByKey<ReduceAggregator<V, decltype(Functions::reduce)>, ValueSerde, ValueSerde>;
  using Near = PairTerminal<K, V, KeySerde, ValueSerde, Combine>;
  wireWindow<Near>(stream, node, timing,
                   {options.id, 1, windowKind<Functions>(fold), typeName(serdes.first),
                    typeName(serdes.second), fold.reduction},
                   options.parallelism, serdes.first, serdes.second,
                   Combine{{functions.reduce}, serdes.second, serdes.second});
  return {stream.graph(), node};
}

/// A built-in reduction of longs, or a count of values of any type: the map tasks fold before they
/// send (combining_write.hpp).
template <class R, class K, class V, class Inverse, class Filter, class KeySerde>
DStream<std::pair<K, std::int64_t>> foldLongsByKeyAndWindow(
    const DStream<std::pair<K, V>>& stream, const std::string& op,
    std::pair<Inverse, Filter> others, std::pair<WindowTiming, WindowOptions> window,
    KeySerde keys) {
  const auto& [timing, options] = window;
  using Merge = std::conditional_t<std::is_same_v<R, reduction::Count>, reduction::Sum, R>;
  using Functions = WindowFunctions<ReductionFunction<Merge>, Inverse, Filter>;
  const WindowedFold fold{op, std::string(R::kName)};
  const std::pair<KeySerde, Serde<std::int64_t>> serdes{keys, {}};
  const Functions functions{{}, others.first, others.second};
  auto& node = addReduceWindow<K, std::int64_t>(stream.rdd(), *stream.graph(), timing, options,
                                                std::pair{fold, std::pair{functions, serdes}});
  wireWindow<CombiningTerminal<K, V, R, KeySerde>>(
      stream, node, timing,
      {options.id, 1, windowKind<Functions>(fold), typeName(keys), "long", fold.reduction},
      options.parallelism, keys);
  return {stream.graph(), node};
}

/// Takes a long off a sum of longs, modulo 2^64.
struct Subtract {
  std::int64_t operator()(std::int64_t a, std::int64_t b) const {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
  }
};

template <class K, class V, class F, class Inverse, class Filter>
auto reduceByKeyAndWindow(const DStream<std::pair<K, V>>& stream, F f,
                          std::pair<Inverse, Filter> others,
                          std::pair<WindowTiming, WindowOptions> window) {
  const std::string op = "reduceByKeyAndWindow";
  if constexpr (BuiltInReduction<F> &&
                (std::is_same_v<V, std::int64_t> || std::is_same_v<F, reduction::Count>)) {
    return foldLongsByKeyAndWindow<F>(stream, op, std::move(others), std::move(window), Serde<K>{});
  } else {
    using Function = std::conditional_t<BuiltInReduction<F>, ReductionFunction<F>, F>;
    std::string name;
    if constexpr (BuiltInReduction<F>) name = F::kName;
    Function function = [&] {
      if constexpr (BuiltInReduction<F>)
        return Function{};
      else
        return std::move(f);
    }();
    return reduceByKeyAndWindowAs(
        stream, {op, name},
        WindowFunctions<Function, Inverse, Filter>{std::move(function), std::move(others.first),
                                                   std::move(others.second)},
        std::move(window), std::pair<Serde<K>, Serde<V>>{});
  }
}

}  // namespace detail

template <class T>
template <class F>
auto DStream<T>::reduceByKeyAndWindow(F f, std::chrono::milliseconds length,
                                      std::chrono::milliseconds slide,
                                      const WindowOptions& options) const {
  static_assert(detail::PairTypes<T>::kIsPair, "reduceByKeyAndWindow needs a stream of pairs");
  return detail::reduceByKeyAndWindow(*this, std::move(f),
                                      std::pair{detail::NoInverse{}, detail::KeepAll{}},
                                      {WindowTiming{length, slide}, options});
}

template <class T>
template <class F, class Inverse>
auto DStream<T>::reduceByKeyAndWindow(F f, Inverse inverse, std::chrono::milliseconds length,
                                      std::chrono::milliseconds slide,
                                      const WindowOptions& options) const {
  return reduceByKeyAndWindow(std::move(f), std::move(inverse), length, slide, detail::KeepAll{},
                              options);
}

template <class T>
template <class F, class Inverse, class Filter>
auto DStream<T>::reduceByKeyAndWindow(F f, Inverse inverse, std::chrono::milliseconds length,
                                      std::chrono::milliseconds slide, Filter filter,
                                      const WindowOptions& options) const {
  static_assert(detail::PairTypes<T>::kIsPair, "reduceByKeyAndWindow needs a stream of pairs");
  return detail::reduceByKeyAndWindow(*this, std::move(f),
                                      std::pair{std::move(inverse), std::move(filter)},
                                      {WindowTiming{length, slide}, options});
}

}  // namespace lockstep
