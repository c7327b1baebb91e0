#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <lockstep/base/check.hpp>
#include <lockstep/dstream/source_operator.hpp>
#include <lockstep/dstream/table.hpp>
#include <lockstep/dstream/table_lookup.hpp>

namespace lockstep {

namespace detail {

/// The formats of a look-up: the stream's keys, its values, and the table's values.
template <class KeySerde, class LeftSerde, class RightSerde>
struct TableJoinSerdes {
  KeySerde key;
  LeftSerde left;
  RightSerde right;
};

/// What joinTable (kMayMiss: leftJoinTable) gives for a value.
template <class V, class W, bool kMayMiss>
using TableJoined = std::pair<V, std::conditional_t<kMayMiss, std::optional<W>, W>>;

/// The joined element, of its bytes; `right`: nothing only where an element may miss.
template <class K, class V, class W, bool kMayMiss, class Serdes>
std::pair<K, TableJoined<V, W, kMayMiss>> readJoined(const Serdes& serdes, std::string_view key,
                                                     std::string_view left,
                                                     std::optional<std::string_view> right) {
  using Out = TableJoined<V, W, kMayMiss>;
  if constexpr (kMayMiss) {
    std::optional<W> found;
    if (right) found = serdes.right.read(*right);
    return {serdes.key.read(key), Out(serdes.left.read(left), std::move(found))};
  } else {
    return {serdes.key.read(key), Out(serdes.left.read(left), serdes.right.read(*right))};
  }
}

/// Looks a stream's keys up in a table: one task per shard of the table, on the shard's worker.
/// Order: map task, position.
template <class K, class V, class W, bool kMayMiss, class Serdes>
class TableJoinStage final : public Rdd<std::pair<K, TableJoined<V, W, kMayMiss>>>, public Stage {
 public:
  using Out = TableJoined<V, W, kMayMiss>;
  using Element = std::pair<K, Out>;

  TableJoinStage(std::string step, const RddBase& parent, const TableStage& table,
                 TableJoinOptions options, Serdes serdes)
      : Rdd<Element>(std::move(step), kMayMiss ? "leftJoinTable" : "joinTable"),
        id_(table.step()),
        options_(std::move(options)),
        serdes_(std::move(serdes)) {
    this->beginsIn(*this);
    this->readsThroughExchange(parent);
    this->looksUpIn(table);
  }

  [[nodiscard]] Shuffle& shuffle() { return shuffle_; }
  std::uint32_t tasks(const BatchPlan&) const override { return shuffle_.shards(); }
  bool pinned() const override { return true; }
  void connect(Task& task, ChunkSink<Element>& consumer) override {
    task.instance<Joiner>(this).first.source.consumers().add(consumer);
  }

  Status run(Task& task) override {
    StateShard& shard = task.services().state->shard(id_, ShardId{task.index()});
    Joiner& joiner = task.instance<Joiner>(this).first;
    return readShardInChunks(task, shuffle_, joiner.chunk, [&](const KeyedChunk& chunk) {
      return lookUp(task, shard, chunk, joiner);
    });
  }

 private:
  struct Joiner final : Operator {
    explicit Joiner(Task& task) : source(task) {}
    void begin(Task& task) override { source.begin(task); }
    SourceOperator<Element> source;
    KeyedChunk chunk;
    std::string scratch;
  };
  using KeySerde = std::decay_t<decltype(std::declval<Serdes>().key)>;

  Status lookUp(Task& task, StateShard& shard, const KeyedChunk& chunk, Joiner& joiner) const {
    std::array<const StateEntry*, kChunkElements> entries;
    LOCKSTEP_TRY(shard.find(chunk.view(), entries.data()));
    const DescribeKey<KeySerde> describe{serdes_.key, joiner.scratch};
    for (std::size_t i = 0; i < chunk.size; ++i) {
      const ShuffledElement& element = chunk.elements[i];
      std::optional<Element> joined;
      const auto error = tryElement([&] { joined = join(element, entries[i]); });
      if (error) [[unlikely]]
        LOCKSTEP_TRY(rejectShuffled(task, element, *error, this->step()));
      else if (joined)
        LOCKSTEP_TRY(joiner.source.add(describe, std::move(*joined)));
    }
    return joiner.source.flush(describe);  // entries hold until the next look-up
  }

  std::optional<Element> join(const ShuffledElement& element, const StateEntry* entry) const {
    if (entry == nullptr && !kMayMiss) {
      if (options_.on_missing == OnMissing::kDeadLetter) throwMissing(id_);
      return std::nullopt;
    }
    std::optional<std::string_view> right;
    if (entry != nullptr) right = entry->value();
    return readJoined<K, V, W, kMayMiss>(serdes_, element.key, element.value, right);
  }

  const std::string id_;
  const TableJoinOptions options_;
  const Serdes serdes_;
  Shuffle shuffle_;
};

}  // namespace detail

/// joinTable and leftJoinTable by the stream's own key, with formats of the caller's choice.
template <bool kMayMiss, class K, class V, class W, class Serdes>
auto joinTableAs(const DStream<std::pair<K, V>>& stream, const Table<K, W>& table,
                 const TableJoinOptions& options, Serdes serdes) {
  LOCKSTEP_CHECK(stream.graph() == table.graph(), "stream and table are of one context");
  DStreamGraph& graph = *stream.graph();
  using OwnStage = detail::TableJoinStage<K, V, W, kMayMiss, Serdes>;
  auto& node = graph.lineage().template add<OwnStage>(
      graph.stepName(kMayMiss ? "leftJoinTable" : "joinTable", options.step), stream.rdd(),
      table.stage(), options, serdes);
  const std::array<const RddBase*, 2> reads{&stream.rdd(), &table.stage()};
  graph.lineage().addStage(node, reads);
  using KeySerde = std::decay_t<decltype(serdes.key)>;
  using LeftSerde = std::decay_t<decltype(serdes.left)>;
  using Near = detail::PairTerminal<K, V, KeySerde, LeftSerde, detail::NoCombine>;
  graph.lineage().template addTerminal<Near>(stream.rdd(), node.shuffle(), node.step(), serdes.key,
                                             serdes.left, detail::NoCombine{});
  graph.addShuffleBeside(node.shuffle(), table.state());
  return DStream<typename OwnStage::Element>(stream.graph(), node);
}

namespace detail {

/// Makes a looked-up element of its bytes.
template <class K, class V, class W, bool kMayMiss, class Serdes>
struct JoinReturned {
  using Out = TableJoined<V, W, kMayMiss>;
  using Bytes = std::string_view;
  Serdes serdes;
  std::string table;

  std::pair<K, Out> operator()(Bytes key, Bytes left, std::optional<Bytes> right) const {
    if (!right && !kMayMiss) throwMissing(table);
    return readJoined<K, V, W, kMayMiss>(serdes, key, left, right);
  }
};

}  // namespace detail

/// joinTable and leftJoinTable by `key_of`, with formats of the caller's choice.
template <bool kMayMiss, class K, class V, class TableKey, class W, class KeyOf, class Serdes,
          class TableKeySerde>
auto lookUpTableAs(const DStream<std::pair<K, V>>& stream, const Table<TableKey, W>& table,
                   KeyOf key_of, const TableJoinOptions& options,
                   std::pair<Serdes, TableKeySerde> formats) {
  LOCKSTEP_CHECK(stream.graph() == table.graph(), "stream and table are of one context");
  DStreamGraph& graph = *stream.graph();
  auto& [serdes, table_keys] = formats;
  using KeySerde = std::decay_t<decltype(serdes.key)>;
  const std::string op = kMayMiss ? "leftJoinTable" : "joinTable";
  const std::string step = graph.stepName(op, options.step);
  using Join = detail::JoinReturned<K, V, W, kMayMiss, Serdes>;
  using Element = std::pair<K, typename Join::Out>;
  using Back = detail::ReturnStage<Element, KeySerde, Join>;
  using LookUp = detail::LookUpStage<KeySerde>;
  auto back = std::make_unique<Back>(step, op, serdes.key, Join{serdes, table.id()});
  const bool keeps = kMayMiss || options.on_missing == OnMissing::kDeadLetter;
  auto& look_up = graph.lineage().template add<LookUp>(step, stream.rdd(), table.stage(),
                                                       back->shuffle(), serdes.key, keeps);
  const std::array<const RddBase*, 2> reads{&stream.rdd(), &table.stage()};
  graph.lineage().addStage(look_up, reads);
  using Writer = detail::LookUpWriter<K, V, Serdes, KeyOf, TableKeySerde>;
  using Out = detail::ShuffleTerminal<std::pair<K, V>, Writer, Serdes, KeyOf, TableKeySerde>;
  graph.lineage().template addTerminal<Out>(stream.rdd(), look_up.shuffle(), step, serdes,
                                            std::move(key_of), table_keys);
  graph.lineage().template addTerminal<detail::ReturnTerminal<KeySerde>>(look_up);
  graph.addShuffleBeside(look_up.shuffle(), table.state());
  Back& node = graph.lineage().adopt(std::move(back));
  node.comesBackFrom(look_up);
  const std::array<const RddBase*, 1> comes_back{&look_up};
  graph.lineage().addStage(node, comes_back);
  graph.addShuffle(node.shuffle(), std::nullopt);
  return DStream<Element>(stream.graph(), node);
}

namespace detail {

/// The formats of the types themselves, for a stream of T and a table of W.
template <class T, class W>
using OwnJoinSerdes = TableJoinSerdes<Serde<KeyOf<T>>, Serde<ValueOf<T>>, Serde<W>>;

}  // namespace detail

template <class T>
template <class TableKey, class W>
auto DStream<T>::joinTable(const Table<TableKey, W>& table, const TableJoinOptions& options) const {
  return joinTableAs<false>(*this, table, options, detail::OwnJoinSerdes<T, W>{});
}
template <class T>
template <class TableKey, class W>
auto DStream<T>::leftJoinTable(const Table<TableKey, W>& table,
                               const TableJoinOptions& options) const {
  return joinTableAs<true>(*this, table, options, detail::OwnJoinSerdes<T, W>{});
}
template <class T>
template <class TableKey, class W, class F>
requires detail::TableKeyOf<F, T>
auto DStream<T>::joinTable(const Table<TableKey, W>& table, F key_of,
                           const TableJoinOptions& options) const {
  return lookUpTableAs<false>(*this, table, std::move(key_of), options,
                              std::pair{detail::OwnJoinSerdes<T, W>{}, Serde<TableKey>{}});
}
template <class T>
template <class TableKey, class W, class F>
requires detail::TableKeyOf<F, T>
auto DStream<T>::leftJoinTable(const Table<TableKey, W>& table, F key_of,
                               const TableJoinOptions& options) const {
  return lookUpTableAs<true>(*this, table, std::move(key_of), options,
                             std::pair{detail::OwnJoinSerdes<T, W>{}, Serde<TableKey>{}});
}

}  // namespace lockstep
