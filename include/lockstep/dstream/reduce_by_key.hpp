#pragma once

#include <array>

#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/fold_by_key.hpp>
#include <lockstep/dstream/shuffle_write.hpp>
#include <lockstep/dstream/source_operator.hpp>

namespace lockstep {

namespace detail {

/// The far side: folds what the map tasks sent, in their order.
template <class K, class V, class F, class KeySerde, class ValueSerde>
class ReduceByKeyRdd final : public Rdd<std::pair<K, V>>, public Stage {
 public:
  ReduceByKeyRdd(std::string step, const RddBase& parent, F function,
                 std::pair<KeySerde, ValueSerde> serdes)
      : Rdd<std::pair<K, V>>(std::move(step), "reduceByKey"),
        function_(std::move(function)),
        serdes_(std::move(serdes)) {
    this->beginsIn(*this);
    this->readsThroughExchange(parent);
  }

  [[nodiscard]] Shuffle& shuffle() { return shuffle_; }

  std::uint32_t tasks(const BatchPlan&) const override { return shuffle_.shards(); }
  void connect(Task& task, ChunkSink<std::pair<K, V>>& consumer) override {
    task.instance<Reducer>(this).first.source.consumers().add(consumer);
  }

  Status run(Task& task) override {
    Reducer& reducer = task.instance<Reducer>(this).first;
    reducer.fold.clear();
    Status status;
    shuffle_.forEachBucket(task.index(), [&](const ShuffleBucket& bucket) {
      if (status.ok()) status = reducer.fold.add(bucket, function_, serdes_.second, rejecter(task));
    });
    LOCKSTEP_TRY(std::move(status));
    const DescribeKey<KeySerde> describe{serdes_.first, reducer.scratch};
    const KeyIndex& keys = reducer.fold.keys();
    for (std::size_t i = 0; i < keys.size(); ++i)
      LOCKSTEP_TRY(
          reducer.source.add(describe, serdes_.first.read(keys.key(i)), reducer.fold.value(i)));
    return reducer.source.flush(describe);
  }

 private:
  struct Reducer final : Operator {
    explicit Reducer(Task& task) : source(task) {}
    void begin(Task& task) override { source.begin(task); }
    SourceOperator<std::pair<K, V>> source;
    KeyedFold<V, F> fold;
    std::string scratch;
  };
  auto rejecter(Task& task) const {
    return [this, &task](const ShuffledElement& element, RecordError error) {
      error.setStep(this->step());
      FailedElement failed;
      failed.key = element.key;
      failed.value = element.value;
      return task.reject(failed, error);
    };
  }

  Shuffle shuffle_;
  const F function_;
  const std::pair<KeySerde, ValueSerde> serdes_;
};

/// With serdes of the caller's choice: for element types whose format is known at run time only.
template <class K, class V, class F, class KeySerde, class ValueSerde>
DStream<std::pair<K, V>> reduceByKey(const DStream<std::pair<K, V>>& stream, F function,
                                     const ShuffleOptions& options,
                                     std::pair<KeySerde, ValueSerde> serdes) {
  DStreamGraph& graph = *stream.graph();
  using Node = ReduceByKeyRdd<K, V, F, KeySerde, ValueSerde>;
  auto& rdd = graph.lineage().template add<Node>(graph.stepName("reduceByKey", options.step),
                                                 stream.rdd(), function, serdes);
  const std::array<const RddBase*, 1> reads{&stream.rdd()};
  graph.lineage().addStage(rdd, reads);
  using Combine = CombineByKey<V, F>;
  graph.lineage().template addTerminal<PairTerminal<K, V, KeySerde, ValueSerde, Combine>>(
      stream.rdd(), rdd.shuffle(), rdd.step(), serdes.first, serdes.second, Combine{function});
  graph.addShuffle(rdd.shuffle(), options.parallelism);
  return {stream.graph(), rdd};
}

}  // namespace detail

template <class T>
template <class F>
auto DStream<T>::reduceByKey(F f, const ShuffleOptions& options) const {
  static_assert(detail::PairTypes<T>::kIsPair, "reduceByKey needs a stream of pairs");
  using K = detail::KeyOf<T>;
  using V = detail::ValueOf<T>;
  return detail::reduceByKey(*this, std::move(f), options, std::pair<Serde<K>, Serde<V>>{});
}

}  // namespace lockstep
