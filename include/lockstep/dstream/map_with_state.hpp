#pragma once

#include <lockstep/base/error.hpp>
#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/map_with_state_stage.hpp>
#include <lockstep/dstream/wire_state.hpp>

namespace lockstep {

namespace detail {

/// Every key with its state, as a stage hands it out: runs in that stage.
template <class K, class S>
class SnapshotRdd final : public Rdd<std::pair<K, S>> {
 public:
  SnapshotRdd(std::string step, const RddBase& mapped, SnapshotSource<K, S>& source)
      : Rdd<std::pair<K, S>>(std::move(step), "stateSnapshots"), source_(source) {
    this->follows(mapped);
  }
  void connect(Task& task, ChunkSink<std::pair<K, S>>& consumer) override {
    source_.connectSnapshots(task, consumer);
  }

 private:
  SnapshotSource<K, S>& source_;
};

}  // namespace detail

/// What mapWithState gives: the stream of what its function returned, and the state beside it;
/// Spark's MapWithStateDStream.
template <class K, class S, class M>
class MapWithStateDStream : public DStream<M> {
 public:
  MapWithStateDStream(std::shared_ptr<DStreamGraph> graph, Rdd<M>& rdd,
                      detail::SnapshotSource<K, S>& snapshots)
      : DStream<M>(std::move(graph), rdd), snapshots_(&snapshots) {}

  /// (key, state) of every key, each time a tick closes, after its time-outs. Costs a walk over all
  /// keys.
  [[nodiscard]] DStream<std::pair<K, S>> stateSnapshots(const std::string& step = {}) const {
    DStreamGraph& graph = *this->graph();
    auto& rdd = graph.lineage().template add<detail::SnapshotRdd<K, S>>(
        graph.stepName("stateSnapshots", step), this->rdd(), *snapshots_);
    graph.requireIdleBatches();
    return {this->graph(), rdd};
  }

 private:
  detail::SnapshotSource<K, S>* snapshots_;
};

/// What mapWithStateAs needs beside function and formats.
struct MapWithStateOptions {
  std::string id = {};
  std::optional<std::chrono::milliseconds> timeout = std::nullopt;
  std::optional<std::uint32_t> parallelism = std::nullopt;
  detail::InitialState initial_state = {};
};

/// mapWithState with formats of the caller's choice; M is what passes on.
template <class S, class M, class K, class V, class F, class Serdes>
MapWithStateDStream<K, S, M> mapWithStateAs(const DStream<std::pair<K, V>>& stream, F function,
                                            const MapWithStateOptions& options, Serdes serdes) {
  if (options.timeout && options.timeout->count() <= 0)
    throw Error(Status::fatal(ExitCode::kConfiguration, "E031",
                              "step '" + options.id + "': the timeout of mapWithState is " +
                                  std::to_string(options.timeout->count()) + " ms",
                              "give it more than 0 ms, or none: then no key times out"));
  DStreamGraph& graph = *stream.graph();
  using OwnStage = detail::MapWithStateStage<K, V, S, M, F, Serdes>;
  auto& node = graph.lineage().template add<OwnStage>(
      stream.rdd(), typename OwnStage::Options{options.id, options.timeout, options.initial_state},
      serdes, std::move(function));
  using Near =
      detail::PairTerminal<K, V, typename Serdes::Key, typename Serdes::Value, detail::NoCombine>;
  detail::wireState<Near>(stream, node,
                          {options.id, 1, "mapWithState", detail::typeName(serdes.key),
                           detail::typeName(serdes.state), ""},
                          options.parallelism, serdes.key, serdes.value, detail::NoCombine{});
  if (options.timeout) graph.requireIdleBatches();
  return {stream.graph(), node, node};
}

template <class T>
template <class F>
auto DStream<T>::mapWithState(const StateSpecOf<F>& spec) const {
  static_assert(detail::PairTypes<T>::kIsPair, "mapWithState needs a stream of pairs");
  using K = detail::KeyOf<T>;
  using V = detail::ValueOf<T>;
  using S = typename StateSpecOf<F>::S;
  using M = typename detail::MappedType<typename detail::Mapping<F>::Result>::type;
  static_assert(!std::is_void_v<M>, "the function of mapWithState returns what passes on");
  const MapWithStateOptions options{
      spec.id(), spec.timeout(), spec.numPartitions(),
      detail::InitialState::encoded(spec.initialState(), Serde<Owned<K>>{}, Serde<Owned<S>>{})};
  return mapWithStateAs<S, M>(*this, spec.function(), options,
                              StateSerdes<Serde<K>, Serde<V>, Serde<S>>{});
}

}  // namespace lockstep
