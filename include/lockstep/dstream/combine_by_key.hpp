#pragma once

#include <array>
#include <string>
#include <utility>

#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/keyed_fold.hpp>
#include <lockstep/dstream/shuffle_write.hpp>
#include <lockstep/dstream/source_operator.hpp>

namespace lockstep {

namespace detail {

/// The far side of every fold by key within a batch: merges what the map tasks sent, in their
/// order.
template <class K, class KeySerde, class Combine>
class CombineByKeyRdd final : public Rdd<std::pair<K, typename Combine::Combined>>, public Stage {
 public:
  using Element = std::pair<K, typename Combine::Combined>;

  CombineByKeyRdd(std::string step, std::string op, const RddBase& parent, KeySerde keys,
                  Combine combine)
      : Rdd<Element>(std::move(step), std::move(op)),
        keys_(std::move(keys)),
        combine_(std::move(combine)) {
    this->beginsIn(*this);
    this->readsThroughExchange(parent);
  }

  [[nodiscard]] Shuffle& shuffle() { return shuffle_; }

  std::uint32_t tasks(const BatchPlan&) const override { return shuffle_.shards(); }
  void connect(Task& task, ChunkSink<Element>& consumer) override {
    task.instance<Merger>(this).first.source.consumers().add(consumer);
  }

  Status run(Task& task) override {
    Merger& merger = task.instance<Merger>(this).first;
    merger.fold.clear();
    Status status;
    const auto reject = [&](const ShuffledElement& element, const RecordError& error) {
      return rejectShuffled(task, element, error, this->step());
    };
    shuffle_.forEachBucket(task.index(), [&](const ShuffleBucket& bucket) {
      if (status.ok()) status = merger.fold.add(bucket, merger.fold.kAll, combine_, reject);
    });
    LOCKSTEP_TRY(std::move(status));
    const DescribeKey<KeySerde> describe{keys_, merger.scratch};
    const KeyIndex& keys = merger.fold.keys();
    for (std::size_t i = 0; i < keys.size(); ++i)
      LOCKSTEP_TRY(merger.source.add(describe, keys_.read(keys.key(i)), merger.fold.value(i)));
    return merger.source.flush(describe);
  }

 private:
  struct Merger final : Operator {
    explicit Merger(Task& task) : source(task) {}
    void begin(Task& task) override { source.begin(task); }
    SourceOperator<Element> source;
    KeyedFold<Combine> fold;
    std::string scratch;
  };

  Shuffle shuffle_;
  const KeySerde keys_;
  const Combine combine_;
};

/// Registers the far side of a fold by key and the shuffle in front of it. `near(shuffle, step)`
/// adds the near side, a Terminal of `stream`. `options.step` is the step's name already.
template <class K, class KeySerde, class T, class Combine, class Near>
DStream<std::pair<K, typename Combine::Combined>> mergeByKey(const DStream<T>& stream,
                                                             const std::string& op,
                                                             const ShuffleOptions& options,
                                                             std::pair<KeySerde, Combine> by,
                                                             const Near& near) {
  DStreamGraph& graph = *stream.graph();
  auto& rdd = graph.lineage().template add<CombineByKeyRdd<K, KeySerde, Combine>>(
      options.step, op, stream.rdd(), std::move(by.first), std::move(by.second));
  const std::array<const RddBase*, 1> reads{&stream.rdd()};
  graph.lineage().addStage(rdd, reads);
  near(rdd.shuffle(), rdd.step());
  graph.addShuffle(rdd.shuffle(), options.parallelism);
  return {stream.graph(), rdd};
}

/// A fold by key that combines on both sides, with serdes of the caller's choice. `op` names the
/// operator.
template <class K, class V, class KeySerde, class Combine>
auto combineByKeyAs(const DStream<std::pair<K, V>>& stream, const std::string& op,
                    ShuffleOptions options, std::pair<KeySerde, Combine> by) {
  DStreamGraph& graph = *stream.graph();
  options.step = graph.stepName(op, options.step);
  using Values = decltype(by.second.values);
  return mergeByKey<K>(stream, op, options, by, [&](Shuffle& shuffle, const std::string& step) {
    graph.lineage().template addTerminal<PairTerminal<K, V, KeySerde, Values, Combine>>(
        stream.rdd(), shuffle, step, by.first, by.second.values, by.second);
  });
}

/// The same with the formats that the types have.
template <class K, class V, class A>
auto combineByKeyWith(const DStream<std::pair<K, V>>& stream, const std::string& op,
                      const ShuffleOptions& options, A aggregator) {
  using Combiner = typename A::Combiner;
  CombineByKey<A, Serde<V>, Serde<Combiner>> combine{std::move(aggregator), {}, {}};
  return combineByKeyAs(stream, op, options, std::pair{Serde<K>{}, std::move(combine)});
}

template <class V, class Create, class MergeValue, class MergeCombiners>
auto makeAggregator(Create create, MergeValue merge_value, MergeCombiners merge_combiners) {
  using C = std::decay_t<std::invoke_result_t<const Create&, const V&>>;
  return Aggregator<V, C, Create, MergeValue, MergeCombiners>{
      std::move(create), std::move(merge_value), std::move(merge_combiners)};
}

}  // namespace detail

template <class T>
template <class Create, class MergeValue, class MergeCombiners>
auto DStream<T>::combineByKey(Create create_combiner, MergeValue merge_value,
                              MergeCombiners merge_combiners, const ShuffleOptions& options) const {
  static_assert(detail::PairTypes<T>::kIsPair, "combineByKey needs a stream of pairs");
  return detail::combineByKeyWith(
      *this, "combineByKey", options,
      detail::makeAggregator<detail::ValueOf<T>>(std::move(create_combiner), std::move(merge_value),
                                                 std::move(merge_combiners)));
}

}  // namespace lockstep
