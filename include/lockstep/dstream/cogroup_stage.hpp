#pragma once

#include <array>
#include <span>
#include <string>
#include <utility>

#include <lockstep/base/check.hpp>
#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/grouped_values.hpp>
#include <lockstep/dstream/shuffle_read.hpp>
#include <lockstep/dstream/shuffle_write.hpp>
#include <lockstep/dstream/source_operator.hpp>
#include <lockstep/rdd/key_index.hpp>

namespace lockstep::detail {

/// The formats of a stage over two shuffles: the keys', and the values' of either side.
template <class KeySerde, class LeftSerde, class RightSerde>
struct CogroupSerdes {
  using Key = KeySerde;
  using Left = LeftSerde;
  using Right = RightSerde;
  KeySerde keys;
  LeftSerde left;
  RightSerde right;
};

/// A stage over two shuffles with the same number of shards: brings the values of each key from
/// both sides together. It stands behind cogroup and the joins.
///
/// `Pairing` says what a key gives: Pairing::Value<V, W>, and pair(left, right, add), which calls
/// add(value) -> Status for each.
///
/// Order: keys in order of first sight, those of the left side first; values of a key in order of
/// (map task, position). Memory: the shuffles, which Task::countShuffled counts on the near side; a
/// product is passed on as it is made.
template <class K, class V, class W, class Serdes, class Pairing>
class CogroupStage final : public Rdd<std::pair<K, typename Pairing::template Value<V, W>>>,
                           public Stage {
 public:
  using Out = typename Pairing::template Value<V, W>;
  using Element = std::pair<K, Out>;

  CogroupStage(std::string step, std::string op, const RddBase& left, const RddBase& right,
               Serdes serdes)
      : Rdd<Element>(std::move(step), std::move(op)), serdes_(std::move(serdes)) {
    this->beginsIn(*this);
    this->readsThroughExchange(left);
    this->readsThroughExchange(right);
  }

  [[nodiscard]] Shuffle& left() { return left_; }
  [[nodiscard]] Shuffle& right() { return right_; }

  std::uint32_t tasks(const BatchPlan&) const override { return left_.shards(); }
  void connect(Task& task, ChunkSink<Element>& consumer) override {
    task.instance<Cogrouper>(this).first.source.consumers().add(consumer);
  }

  Status run(Task& task) override {
    Cogrouper& both = task.instance<Cogrouper>(this).first;
    both.keys.clear();
    LOCKSTEP_TRY(read(task, left_, serdes_.left, both.keys, both.left));
    LOCKSTEP_TRY(read(task, right_, serdes_.right, both.keys, both.right));
    const std::size_t keys = both.keys.size();
    both.left.arrange(keys);
    both.right.arrange(keys);
    const DescribeKey<typename Serdes::Key> describe{serdes_.keys, both.scratch};
    for (std::size_t i = 0; i < keys; ++i) {
      const std::string_view key = both.keys.key(i);
      LOCKSTEP_TRY(Pairing::pair(both.left.of(i), both.right.of(i), [&](auto&& value) {
        return both.source.add(describe, serdes_.keys.read(key),
                               Out(std::forward<decltype(value)>(value)));
      }));
    }
    return both.source.flush(describe);
  }

 private:
  struct Cogrouper final : Operator {
    explicit Cogrouper(Task& task) : source(task) {}
    void begin(Task& task) override { source.begin(task); }
    SourceOperator<Element> source;
    KeyIndex keys;
    GroupedValues<V> left;
    GroupedValues<W> right;
    std::string scratch;
  };

  template <class X, class Serde>
  Status read(Task& task, const Shuffle& shuffle, const Serde& serde, KeyIndex& keys,
              GroupedValues<X>& values) const {
    values.clear();
    return readShard(task, shuffle, this->step(), [&](const ShuffledElement& element) {
      X value = serde.read(element.value);  // first: it may throw
      values.add(keys.find(element.hash, element.key), std::move(value));
    });
  }

  Shuffle left_;
  Shuffle right_;
  const Serdes serdes_;
};

/// Adds a stage over the shuffles of two streams, or of one stream twice, with serdes of the
/// caller's choice. `op` names the operator.
template <class Pairing, class K, class V, class W, class Serdes>
auto cogroupAs(const DStream<std::pair<K, V>>& left, const DStream<std::pair<K, W>>& right,
               const std::string& op, const ShuffleOptions& options, Serdes serdes) {
  LOCKSTEP_CHECK(left.graph() == right.graph(),
                 "streams of two contexts cannot be brought together");
  DStreamGraph& graph = *left.graph();
  using Node = CogroupStage<K, V, W, Serdes, Pairing>;
  auto& rdd = graph.lineage().template add<Node>(graph.stepName(op, options.step), op, left.rdd(),
                                                 right.rdd(), serdes);
  const std::array<const RddBase*, 2> reads{&left.rdd(), &right.rdd()};
  graph.lineage().addStage(rdd, reads);
  using Near = NoCombine;
  using Left = PairTerminal<K, V, typename Serdes::Key, typename Serdes::Left, Near>;
  using Right = PairTerminal<K, W, typename Serdes::Key, typename Serdes::Right, Near>;
  graph.lineage().template addTerminal<Left>(left.rdd(), rdd.left(), rdd.step(), serdes.keys,
                                             serdes.left, Near{});
  graph.lineage().template addTerminal<Right>(right.rdd(), rdd.right(), rdd.step(), serdes.keys,
                                              serdes.right, Near{});
  graph.addShuffle(rdd.left(), options.parallelism);
  graph.addShuffle(rdd.right(), options.parallelism);
  return DStream<typename Node::Element>(left.graph(), rdd);
}

/// The same with the formats that the types have.
template <class Pairing, class K, class V, class W>
auto cogroupWith(const DStream<std::pair<K, V>>& left, const DStream<std::pair<K, W>>& right,
                 const std::string& op, const ShuffleOptions& options) {
  return cogroupAs<Pairing>(left, right, op, options,
                            CogroupSerdes<Serde<K>, Serde<V>, Serde<W>>{});
}

}  // namespace lockstep::detail
