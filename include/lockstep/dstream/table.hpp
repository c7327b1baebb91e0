#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <lockstep/dstream/direct_kafka_input.hpp>
#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/shuffle_write.hpp>
#include <lockstep/dstream/table_stage.hpp>
#include <lockstep/dstream/wire_state.hpp>

namespace lockstep {

struct TableOptions {
  std::string id = {};  ///< REQUIRED: the state's identity across restarts; part of a topic's name
  std::optional<std::uint32_t> parallelism = std::nullopt;  ///< shards, pinned at the first start
};

/// The latest value of each key of a stream, to look things up in: the state of a stream's past. A
/// cheap handle, as DStream. joinTable() and leftJoinTable() read it, any number of them.
///
/// Order of one batch: the batch's own records of the table first, then the look-ups of the batch.
template <class K, class V>
class Table {
 public:
  Table(std::shared_ptr<DStreamGraph> graph, const detail::TableStage& stage, std::string id,
        std::uint32_t state)
      : graph_(std::move(graph)), stage_(&stage), id_(std::move(id)), state_(state) {}

  /// For operators.
  [[nodiscard]] const std::shared_ptr<DStreamGraph>& graph() const { return graph_; }
  [[nodiscard]] const detail::TableStage& stage() const { return *stage_; }
  [[nodiscard]] const std::string& id() const { return id_; }
  /// Which of the graph's stateful operators it is.
  [[nodiscard]] std::uint32_t state() const { return state_; }

 private:
  std::shared_ptr<DStreamGraph> graph_;
  const detail::TableStage* stage_;
  std::string id_;
  std::uint32_t state_;
};

/// toTable with formats of the caller's choice.
template <class K, class V, class KeySerde, class ValueSerde>
Table<K, V> tableAs(const DStream<std::pair<K, std::optional<V>>>& stream,
                    const TableOptions& options, std::pair<KeySerde, ValueSerde> serdes) {
  DStreamGraph& graph = *stream.graph();
  auto& stage = graph.lineage().template add<detail::TableStage>(options.id, stream.rdd());
  using Near = detail::PairTerminal<K, std::optional<V>, KeySerde,
                                    detail::TableValueSerde<ValueSerde>, detail::NoCombine>;
  const auto state = detail::wireState<Near>(
      stream, stage,
      {options.id, 1, "table", detail::typeName(serdes.first), detail::typeName(serdes.second), ""},
      options.parallelism, serdes.first, detail::TableValueSerde<ValueSerde>{serdes.second},
      detail::NoCombine{});
  return {stream.graph(), stage, options.id, state};
}

/// A table of (key, value) pairs: a later value replaces an earlier one, nothing deletes the key.
/// Of a Kafka topic, use kafka::createTable(): it is read to its end before anything is looked up.
template <class K, class V>
[[nodiscard]] Table<K, V> toTable(const DStream<std::pair<K, std::optional<V>>>& stream,
                                  const TableOptions& options) {
  return tableAs(stream, options, std::pair{Serde<K>{}, Serde<V>{}});
}

/// The table of a topic's records, with keys and values as functions of the record make them:
/// decode(record) -> std::pair<K, std::optional<V>>. At each start, the topic is read to what was
/// its end then, before any other input is read.
template <class F>
[[nodiscard]] auto kafkaTable(const std::shared_ptr<DStreamGraph>& graph, const std::string& topic,
                              F decode, const TableOptions& options) {
  const auto records = directKafkaInput(graph, {topic}, options.id).map(decode, options.id);
  graph->addTableTopic(topic, options.id);
  return toTable(records, options);
}

}  // namespace lockstep
