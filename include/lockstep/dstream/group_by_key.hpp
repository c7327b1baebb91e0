#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/grouped_values.hpp>
#include <lockstep/dstream/shuffle_read.hpp>
#include <lockstep/dstream/shuffle_write.hpp>
#include <lockstep/dstream/source_operator.hpp>
#include <lockstep/rdd/key_index.hpp>

namespace lockstep {

namespace detail {

/// The far side of groupByKey. Nothing is combined in front of the shuffle: every value crosses it.
template <class K, class V, class KeySerde, class ValueSerde>
class GroupByKeyRdd final : public Rdd<std::pair<K, std::vector<V>>>, public Stage {
 public:
  using Element = std::pair<K, std::vector<V>>;

  GroupByKeyRdd(std::string step, const RddBase& parent, std::pair<KeySerde, ValueSerde> serdes)
      : Rdd<Element>(std::move(step), "groupByKey"), serdes_(std::move(serdes)) {
    this->beginsIn(*this);
    this->readsThroughExchange(parent);
  }

  [[nodiscard]] Shuffle& shuffle() { return shuffle_; }

  std::uint32_t tasks(const BatchPlan&) const override { return shuffle_.shards(); }
  void connect(Task& task, ChunkSink<Element>& consumer) override {
    task.instance<Grouper>(this).first.source.consumers().add(consumer);
  }

  Status run(Task& task) override {
    Grouper& grouper = task.instance<Grouper>(this).first;
    grouper.keys.clear();
    grouper.values.clear();
    LOCKSTEP_TRY(readShard(task, shuffle_, this->step(), [&](const ShuffledElement& element) {
      V value = serdes_.second.read(element.value);  // first: it may throw
      grouper.values.add(grouper.keys.find(element.hash, element.key), std::move(value));
    }));
    grouper.values.arrange(grouper.keys.size());
    const DescribeKey<KeySerde> describe{serdes_.first, grouper.scratch};
    for (std::size_t i = 0; i < grouper.keys.size(); ++i) {
      const std::span<const V> values = grouper.values.of(i);
      LOCKSTEP_TRY(grouper.source.add(describe, serdes_.first.read(grouper.keys.key(i)),
                                      std::vector<V>(values.begin(), values.end())));
    }
    return grouper.source.flush(describe);
  }

 private:
  struct Grouper final : Operator {
    explicit Grouper(Task& task) : source(task) {}
    void begin(Task& task) override { source.begin(task); }
    SourceOperator<Element> source;
    KeyIndex keys;
    GroupedValues<V> values;
    std::string scratch;
  };

  Shuffle shuffle_;
  const std::pair<KeySerde, ValueSerde> serdes_;
};

/// groupByKey with serdes of the caller's choice.
template <class K, class V, class KeySerde, class ValueSerde>
DStream<std::pair<K, std::vector<V>>> groupByKeyAs(const DStream<std::pair<K, V>>& stream,
                                                   const ShuffleOptions& options,
                                                   std::pair<KeySerde, ValueSerde> serdes) {
  DStreamGraph& graph = *stream.graph();
  auto& rdd = graph.lineage().template add<GroupByKeyRdd<K, V, KeySerde, ValueSerde>>(
      graph.stepName("groupByKey", options.step), stream.rdd(), serdes);
  const std::array<const RddBase*, 1> reads{&stream.rdd()};
  graph.lineage().addStage(rdd, reads);
  graph.lineage().template addTerminal<PairTerminal<K, V, KeySerde, ValueSerde, NoCombine>>(
      stream.rdd(), rdd.shuffle(), rdd.step(), serdes.first, serdes.second, NoCombine{});
  graph.addShuffle(rdd.shuffle(), options.parallelism);
  return {stream.graph(), rdd};
}

}  // namespace detail

template <class T>
auto DStream<T>::groupByKey(const ShuffleOptions& options) const {
  static_assert(detail::PairTypes<T>::kIsPair, "groupByKey needs a stream of pairs");
  using K = detail::KeyOf<T>;
  using V = detail::ValueOf<T>;
  return detail::groupByKeyAs(*this, options, std::pair<Serde<K>, Serde<V>>{});
}

}  // namespace lockstep
