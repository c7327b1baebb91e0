#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/dstream/combine_by_key.hpp>
#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/event_time.hpp>
#include <lockstep/dstream/event_window.hpp>
#include <lockstep/dstream/filter.hpp>
#include <lockstep/dstream/flat_map.hpp>
#include <lockstep/dstream/keyed_fold.hpp>
#include <lockstep/dstream/long_by_key.hpp>
#include <lockstep/dstream/map.hpp>

namespace lockstep {

template <class T>
class EventWindowedDStream;

/// A stream whose elements have an event time, with its watermark: made by assignTimestamps or
/// withWatermark. Its steps keep the time. A cheap handle, as DStream is.
///
/// The watermark is state: the minimum over the source's partitions of their greatest event time,
/// less the delay; it moves on after a batch's records, never back, and is the same in every
/// re-run. A record is late when the watermark that its batch found has closed every window it
/// belongs to for longer than their lateness; what becomes of it says `errors.late`.
template <class T>
class EventTimeDStream {
 public:
  using Element = T;

  explicit EventTimeDStream(detail::TimedStream<T> stream) : stream_(std::move(stream)) {}

  /// As DStream's. Functions take (const T&) or (const T&, TaskContext&).
  template <class F>
  auto map(F f, const std::string& step = {}) const {
    using U = detail::CallResult<F, T>;
    return next<U>(stream_.elements.map(
        [f = std::move(f)](const Timed<T>& element, TaskContext& context) {
          return Timed<U>{element.time, detail::callWithContext(f, element.value, context)};
        },
        step));
  }
  template <class F>
  auto flatMap(F f, const std::string& step = {}) const {
    using Range = detail::CallResult<F, T>;
    using U = std::decay_t<decltype(*std::begin(std::declval<Range&>()))>;
    return next<U>(stream_.elements.template flatMap<Timed<U>>(
        [f = std::move(f)](const Timed<T>& element, TaskContext& context, auto& emit) {
          for (auto&& item : detail::callWithContext(f, element.value, context))
            emit(Timed<U>{element.time, U(std::forward<decltype(item)>(item))});
        },
        step));
  }
  template <class F>
  EventTimeDStream filter(F f, const std::string& step = {}) const {
    return next<T>(stream_.elements.filter(
        [f = std::move(f)](const Timed<T>& element, TaskContext& context) {
          return detail::callWithContext(f, element.value, context);
        },
        step));
  }
  template <class F>
  auto keyBy(F f, const std::string& step = {}) const {
    using K = detail::CallResult<F, T>;
    return map(
        [f = std::move(f)](const T& element, TaskContext& context) {
          return std::pair<K, T>(detail::callWithContext(f, element, context), element);
        },
        step);
  }
  template <class F>
  auto mapValues(F f, const std::string& step = {}) const {
    using U = detail::CallResult<F, detail::ValueOf<T>>;
    return map(
        [f = std::move(f)](const T& pair, TaskContext& context) {
          return std::pair<detail::KeyOf<T>, U>(pair.first,
                                                detail::callWithContext(f, pair.second, context));
        },
        step);
  }

  /// The stream in windows: what folds them comes next. Throws Error E031 for a size, slide, gap
  /// or lateness that there cannot be.
  [[nodiscard]] EventWindowedDStream<T> eventWindow(const EventWindow& window,
                                                    const EventWindowOptions& options) const {
    return EventWindowedDStream<T>(stream_, window, options);
  }
  /// The elements without their times.
  [[nodiscard]] DStream<T> elements(const std::string& step = {}) const {
    return stream_.elements.map([](const Timed<T>& element) { return element.value; }, step);
  }
  /// The watermark, in every batch that has moved it.
  [[nodiscard]] DStream<EventTime> watermarks() const {
    return {stream_.elements.graph(), *stream_.watermark};
  }

  /// For operators.
  [[nodiscard]] const detail::TimedStream<T>& timed() const { return stream_; }

 private:
  template <class U>
  EventTimeDStream<U> next(DStream<Timed<U>> elements) const {
    return EventTimeDStream<U>({std::move(elements), stream_.watermark});
  }

  detail::TimedStream<T> stream_;
};

/// Windows in event time over a stream. Each function folds them and gives a DStream of
/// (key, Windowed<result>): in a batch, what the watermark has passed, per shard ordered by (end of
/// the window, key). The functions without a key fold all elements of a window, in one task, and
/// give a DStream of Windowed<result>. An empty window gives nothing. User functions as for
/// reduceByKey and aggregateByKey.
template <class T>
class EventWindowedDStream {
 public:
  EventWindowedDStream(detail::TimedStream<T> stream, const EventWindow& window,
                       EventWindowOptions options)
      : stream_(std::move(stream)), window_(window), options_(std::move(options)) {}

  /// f folded over the values of each key; or one of reduction::. f is associative; for sliding
  /// windows and sessions that become one, an element of an earlier pane or session comes first.
  template <class F>
  auto reduceByKey(F f) const {
    using V = detail::ValueOf<T>;
    if constexpr (std::is_same_v<F, reduction::Count>) {
      return countByKey();
    } else if constexpr (BuiltInReduction<F>) {
      return byKey(detail::ReduceAggregator<V, detail::ReductionFunction<F>>{{}},
                   std::string(F::kName));
    } else {
      return byKey(detail::ReduceAggregator<V, F>{std::move(f)}, "");
    }
  }
  /// Begins with `zero`: seq_op(C, V) -> C, comb_op(C, C) -> C. REQUIRES: Serde<C>.
  template <class C, class SeqOp, class CombOp>
  auto aggregateByKey(C zero, SeqOp seq_op, CombOp comb_op) const {
    using V = detail::ValueOf<T>;
    const auto create = [zero, seq_op](const V& value) {
      C combiner = zero;
      detail::foldInto<C>(seq_op, combiner, value);
      return combiner;
    };
    return byKey(detail::makeAggregator<V>(create, std::move(seq_op), std::move(comb_op)), "");
  }
  /// (key, Windowed<std::int64_t>): how many values.
  auto countByKey() const {
    using V = detail::ValueOf<T>;
    const auto one = [](const V&) { return std::int64_t{1}; };
    const auto more = [](std::int64_t count, const V&) { return count + 1; };
    return byKey(detail::makeAggregator<V>(one, more, std::plus<std::int64_t>()), "count");
  }
  /// (key, Windowed<std::vector<V>>): the values; those of an earlier pane or session first, then
  /// in order of arrival.
  auto groupByKey() const {
    using V = Owned<detail::ValueOf<T>>;
    return map([](const T& pair) {
             return std::pair<detail::KeyOf<T>, V>(pair.first, toOwned(pair.second));
           })
        .byKey(listAggregator<V>(), "list");
  }

  /// The same over all elements.
  template <class F>
  auto reduce(F f) const {
    return ofAll(all().reduceByKey(std::move(f)));
  }
  template <class C, class SeqOp, class CombOp>
  auto aggregate(C zero, SeqOp seq_op, CombOp comb_op) const {
    return ofAll(all().aggregateByKey(std::move(zero), std::move(seq_op), std::move(comb_op)));
  }
  auto count() const { return ofAll(all().countByKey()); }
  auto group() const { return ofAll(all().groupByKey()); }

  /// For the functions above.
  template <class A>
  auto byKey(A aggregator, std::string reduction) const {
    static_assert(detail::PairTypes<T>::kIsPair, "windows by key need a stream of pairs");
    using K = detail::KeyOf<T>;
    using Combine = detail::CombineByKey<A, Serde<detail::ValueOf<T>>, Serde<typename A::Combiner>>;
    return detail::eventWindowAs(
        stream_, window_, options_,
        detail::EventFold<Serde<K>, Combine>{
            {}, Combine{std::move(aggregator), {}, {}}, std::move(reduction)});
  }

 private:
  template <class V>
  static auto listAggregator() {
    using List = std::vector<V>;
    const auto create = [](const V& value) { return List{value}; };
    const auto add = [](List& list, const V& value) { list.push_back(value); };
    const auto join = [](List& list, const List& more) {
      list.insert(list.end(), more.begin(), more.end());
    };
    return detail::makeAggregator<V>(create, add, join);
  }
  template <class F>
  auto map(F f) const {
    const auto mapped = EventTimeDStream<T>(stream_).map(std::move(f), options_.id);
    using U = typename std::decay_t<decltype(mapped)>::Element;
    return EventWindowedDStream<U>(mapped.timed(), window_, options_);
  }
  /// All elements with one key, in one shard.
  auto all() const {
    const auto keyed = EventTimeDStream<T>(stream_).map(
        [](const T& element) { return std::pair<std::int32_t, T>(0, element); }, options_.id);
    EventWindowOptions options = options_;
    options.parallelism = 1;
    return EventWindowedDStream<std::pair<std::int32_t, T>>(keyed.timed(), window_, options);
  }
  template <class V>
  auto ofAll(const DStream<std::pair<std::int32_t, V>>& windows) const {
    return windows.map([](const std::pair<std::int32_t, V>& pair) { return pair.second; },
                       options_.id);
  }

  detail::TimedStream<T> stream_;
  EventWindow window_;
  EventWindowOptions options_;
};

}  // namespace lockstep
