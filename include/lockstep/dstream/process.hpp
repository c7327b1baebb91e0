#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/event_time_stream.hpp>
#include <lockstep/dstream/keyed_state.hpp>
#include <lockstep/dstream/map.hpp>
#include <lockstep/dstream/process_stage.hpp>

namespace lockstep {

struct ProcessOptions {
  std::string id = {};  ///< REQUIRED: the state's identity across restarts; part of a topic's name
  std::optional<std::uint32_t> parallelism = std::nullopt;  ///< shards, pinned at the first start
};

namespace detail {

template <class K, class V, class F>
auto addProcess(const DStream<std::pair<K, Timed<V>>>& stream, const WatermarkStage* watermark,
                const ProcessOptions& options, F function) {
  DStreamGraph& graph = *stream.graph();
  using Node = ProcessStage<K, V, F, Serde<K>, Serde<V>>;
  auto& node =
      graph.lineage().template add<Node>(stream.rdd(), watermark, options.id, std::move(function));
  std::vector<const RddBase*> reads{&stream.rdd()};
  if (watermark != nullptr) reads.push_back(watermark);
  graph.lineage().addStage(node, reads);
  using Near = PairTerminal<K, Timed<V>, Serde<K>, TimedSerde<Serde<V>>, NoCombine>;
  graph.lineage().template addTerminal<Near>(stream.rdd(), node.shuffle(), node.step(), Serde<K>{},
                                             TimedSerde<Serde<V>>{}, NoCombine{});
  const std::string kind = watermark != nullptr ? "process in event time" : "process";
  node.setNumber(graph.addState({options.id, 1, kind, typeName(Serde<K>{}), "entries", ""},
                                node.shuffle(), options.parallelism));
  graph.requireIdleBatches();  // timers of batch time
  return DStream<typename F::Output>(stream.graph(), node);
}

}  // namespace detail

/// Calls a function of the user's with each element of a stream of pairs, and with what its timers
/// bring; it keeps typed state by key (keyed_state.hpp) and passes on what it emits. Flink's
/// KeyedProcessFunction.
///
///   struct CountVisits {
///     using Output = std::pair<std::string, std::int64_t>;
///     using Context = ProcessContext<std::string_view, Output>;
///     ValueState<std::int64_t> visits{"visits"};
///     void onRecord(const std::string_view& key, const Visit& visit, Context& context) const {
///       auto count = visits(context);
///       count.set(count.getOr(0) + 1);
///       context.timers().at(visit.time + 30min);
///     }
///     void onTimer(const std::string_view& key, const Timer& timer, Context& context) const {
///       context.emit({std::string(key), visits(context).getOr(0)});
///     }
///   };
///
/// `Output` owns its bytes. onTimer may be missing. One function object serves all tasks at the
/// same time, so its members are constant; calls of one key are never at the same time. A call that
/// throws rejects the record (`errors.eval`): state, timers and output are as before it.
///
/// Order of one batch: batch-time timers of ticks that earlier batches left open; its elements, in
/// order of arrival; timers of event time up to the watermark; batch-time timers, if the batch
/// closes its tick. Timers go off by (time, key), each (time, key) once. Records that are late for
/// a window come too: Context::isLate().
template <class K, class V, class F>
DStream<typename F::Output> process(const DStream<std::pair<K, V>>& stream,
                                    const ProcessOptions& options, F function) {
  const auto untimed = stream.map(
      [](const std::pair<K, V>& pair) {
        return std::pair<K, Timed<V>>(pair.first, {detail::kNoEventTime, pair.second});
      },
      options.id);
  return detail::addProcess(untimed, nullptr, options, std::move(function));
}

/// The same with event times.
template <class K, class V, class F>
DStream<typename F::Output> process(const EventTimeDStream<std::pair<K, V>>& stream,
                                    const ProcessOptions& options, F function) {
  const auto timed = stream.timed().elements.map(
      [](const Timed<std::pair<K, V>>& element) {
        return std::pair<K, Timed<V>>(element.value.first, {element.time, element.value.second});
      },
      options.id);
  return detail::addProcess(timed, stream.timed().watermark, options, std::move(function));
}

}  // namespace lockstep
