#include "src/pipeline/rows/row_tables.hpp"

#include <lockstep/dstream/table_join.hpp>

#include "src/pipeline/rows/encoded.hpp"
#include "src/pipeline/rows/encoded_serde.hpp"
#include "src/pipeline/rows/pair_value.hpp"

namespace lockstep {
namespace {

using Bytes = std::string_view;
/// The table's key of a row, and its value: the key finds the way and is not sent along.
using KeyedValue = std::pair<Bytes, Bytes>;

struct KeyedValueSerde {
  static constexpr std::string_view kTypeName = "value";
  void append(std::string& out, const KeyedValue& value) const { out.append(value.second); }
  [[nodiscard]] KeyedValue read(Bytes bytes) const { return {{}, bytes}; }
  [[nodiscard]] Bytes view(const KeyedValue& value) const { return value.second; }
};

Bytes valueOf(const Bytes& value) { return value; }
Bytes valueOf(const KeyedValue& value) { return value.second; }

Value found(const Bytes& bytes, Arena& arena) { return decodeEncoded(bytes, arena); }
Value found(const std::optional<Bytes>& bytes, Arena& arena) {
  return bytes ? decodeEncoded(*bytes, arena) : Value();
}

template <class Joined>
RowStream joinedRows(const Joined& joined, const std::string& step) {
  using Pair = typename Joined::Element;
  return joined.map(
      [](const Pair& pair, TaskContext& context) {
        Arena& arena = context.arena;
        const auto& [left, right] = pair.second;
        return Row{decodeEncoded(pair.first, arena),
                   pairValue(decodeEncoded(valueOf(left), arena), found(right, arena), arena),
                   nullptr};
      },
      step);
}

template <bool kMayMiss>
RowStream joinByKey(const RowStream& rows, const RowTable& table, const TableJoinOptions& options) {
  using Serdes = detail::TableJoinSerdes<EncodedSerde, EncodedSerde, EncodedSerde>;
  return joinedRows(joinTableAs<kMayMiss>(encodeRows(rows, options.step), table, options, Serdes{}),
                    options.step);
}

template <bool kMayMiss>
RowStream joinByOther(const RowStream& rows, const RowTable& table, RowExpression key,
                      const TableJoinOptions& options) {
  using Sent = std::pair<Bytes, KeyedValue>;
  const auto keyed = rows.map(
      [key = std::move(key)](const Row& row, TaskContext& context) {
        Arena& arena = context.arena;
        return Sent(encodeInto(arena, row.key),
                    {encodeInto(arena, key.evaluate(row, context)), encodeInto(arena, row.value)});
      },
      options.step);
  using Serdes = detail::TableJoinSerdes<EncodedSerde, KeyedValueSerde, EncodedSerde>;
  return joinedRows(lookUpTableAs<kMayMiss>(
                        keyed, table, [](const Sent& sent) { return sent.second.first; }, options,
                        std::pair{Serdes{}, EncodedSerde{}}),
                    options.step);
}

}  // namespace

RowTable readTable(const std::shared_ptr<DStreamGraph>& graph, const std::string& topic,
                   TopicFormats formats, const TableOptions& options) {
  using Record = std::pair<Bytes, std::optional<Bytes>>;
  const auto records = readRows(directKafkaInput(graph, {topic}, options.id), formats, options.id)
                           .map(
                               [](const Row& row, TaskContext& context) {
                                 Record record(encodeInto(context.arena, row.key), std::nullopt);
                                 if (!row.value.isNil())
                                   record.second = encodeInto(context.arena, row.value);
                                 return record;
                               },
                               options.id);
  graph->addTableTopic(topic, options.id);
  return tableAs(records, options, std::pair{EncodedSerde{}, EncodedSerde{}});
}

RowStream joinTable(const RowStream& rows, const RowTable& table, std::optional<RowExpression> key,
                    RowMissing on_missing, const std::string& step) {
  const TableJoinOptions options{
      step, on_missing == RowMissing::kDeadLetter ? OnMissing::kDeadLetter : OnMissing::kDrop};
  const bool may_miss = on_missing == RowMissing::kNull;
  if (!key)
    return may_miss ? joinByKey<true>(rows, table, options)
                    : joinByKey<false>(rows, table, options);
  return may_miss ? joinByOther<true>(rows, table, std::move(*key), options)
                  : joinByOther<false>(rows, table, std::move(*key), options);
}

}  // namespace lockstep
