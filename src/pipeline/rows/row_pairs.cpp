#include "src/pipeline/rows/row_pairs.hpp"

#include <array>

#include <fmt/format.h>

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/rows/encoded.hpp"
#include "src/pipeline/rows/encoded_serde.hpp"
#include "src/pipeline/rows/pair_value.hpp"

namespace lockstep {
namespace {

using Bytes = std::string_view;
using LongPair = std::pair<Bytes, std::int64_t>;

std::string_view evaluated(const Expression& expression, const Evaluation& evaluation,
                           std::optional<Bytes> value) {
  thread_local std::string result;
  auto& scratch = evaluation.scratch();
  scratch.arena.clear();
  std::array<Value, 1> bindings;
  if (value) bindings[0] = decodeEncoded(*value, scratch.arena);
  const std::span<const Value> bound(bindings.data(), value ? 1 : 0);
  return encodeInto(result, expression.evaluate(bound, scratch.arena, scratch.context));
}

/// The first combiner of a key.
struct CreateCombiner {
  std::optional<ValueFunction> create;
  std::optional<ValueFunction> zero;
  ValueReduction merge_value;

  Bytes operator()(const Bytes& value) const {
    return create ? (*create)(value) : merge_value((*zero)(), value);
  }
};

RowStream longRows(const DStream<LongPair>& pairs, const std::string& step) {
  return pairs.map(
      [](const LongPair& pair, TaskContext& context) {
        return Row{decodeEncoded(pair.first, context.arena), Value::integer(pair.second), nullptr};
      },
      step);
}

/// Values that the file says to be integers; a null of Kafka's is none.
template <class R>
RowStream reduceLongs(const RowStream& rows, const std::string& op, const ShuffleOptions& options) {
  const auto longs = rows.map(
      [](const Row& row, TaskContext& context) {
        if (!row.value.isInteger())
          throw EvalError(fmt::format("{} of a {}", R::kName, typeName(row.value.kind())));
        return LongPair(encodeInto(context.arena, row.key), row.value.asInteger());
      },
      options.step);
  return longRows(detail::foldLongsByKey<R>(longs, op, options, EncodedSerde{}), options.step);
}

Value decodedList(std::span<const Bytes> values, Arena& arena) {
  const auto list = allocateArray<Value>(arena, values.size());
  for (std::size_t i = 0; i < values.size(); ++i) list[i] = decodeEncoded(values[i], arena);
  return Value::list(list);
}

}  // namespace

const std::vector<std::string>& ValueFunction::variables() {
  static const std::vector<std::string> kNames{"value"};
  return kNames;
}
std::string_view ValueFunction::operator()(std::string_view value) const {
  return evaluated(expression_, *evaluation_, value);
}
std::string_view ValueFunction::operator()() const {
  return evaluated(expression_, *evaluation_, std::nullopt);
}

RowStream aggregateRowsByKey(const RowStream& rows, const RowAggregation& aggregation,
                             const ShuffleOptions& options) {
  using Aggregator =
      detail::Aggregator<Bytes, Bytes, CreateCombiner, ValueReduction, ValueReduction>;
  using Combine = detail::CombineByKey<Aggregator, EncodedSerde, EncodedSerde>;
  Combine combine{{{aggregation.create, aggregation.zero, aggregation.merge_value},
                   aggregation.merge_value,
                   aggregation.merge_combiners},
                  {},
                  {}};
  return decodePairs(detail::combineByKeyAs(encodeRows(rows, options.step), aggregation.op, options,
                                            std::pair{EncodedSerde{}, std::move(combine)}),
                     options.step);
}

RowStream reduceRowsNamed(const RowStream& rows, NamedValueReduction reduction, bool integers,
                          const ShuffleOptions& options) {
  const bool least = reduction == NamedValueReduction::kMin;
  const bool sums = reduction == NamedValueReduction::kSum;
  const std::string op = sums ? "sumByKey" : least ? "minByKey" : "maxByKey";
  if (integers) {
    if (sums) return reduceLongs<reduction::Sum>(rows, op, options);
    if (least) return reduceLongs<reduction::Min>(rows, op, options);
    return reduceLongs<reduction::Max>(rows, op, options);
  }
  using Reduce = detail::ReduceAggregator<Bytes, ValueReduction>;
  using Combine = detail::CombineByKey<Reduce, EncodedSerde, EncodedSerde>;
  return decodePairs(detail::combineByKeyAs(
                         encodeRows(rows, options.step), op, options,
                         std::pair{EncodedSerde{}, Combine{{ValueReduction(reduction)}, {}, {}}}),
                     options.step);
}

RowStream averageRowsByKey(const RowStream& rows, const ShuffleOptions& options) {
  using SumAndCount = std::pair<double, std::int64_t>;
  using Sum = std::pair<Bytes, SumAndCount>;
  const auto numbers = rows.map(
      [](const Row& row, TaskContext& context) {
        if (!row.value.isNumber())
          throw EvalError(fmt::format("avg of a {}", typeName(row.value.kind())));
        return Sum(encodeInto(context.arena, row.key), {row.value.asDouble(), 1});
      },
      options.step);
  const auto add = [](const SumAndCount& a, const SumAndCount& b) {
    return SumAndCount(a.first + b.first, a.second + b.second);
  };
  using Reduce = detail::ReduceAggregator<SumAndCount, decltype(add)>;
  using Combine = detail::CombineByKey<Reduce, Serde<SumAndCount>, Serde<SumAndCount>>;
  return detail::combineByKeyAs(numbers, "avgByKey", options,
                                std::pair{EncodedSerde{}, Combine{{add}, {}, {}}})
      .map(
          [](const Sum& pair, TaskContext& context) {
            const auto& [sum, count] = pair.second;
            return Row{decodeEncoded(pair.first, context.arena),
                       Value::number(sum / static_cast<double>(count)), nullptr};
          },
          options.step);
}

RowStream groupRowsByKey(const RowStream& rows, const ShuffleOptions& options) {
  return detail::groupByKeyAs(encodeRows(rows, options.step), options,
                              std::pair{EncodedSerde{}, EncodedSerde{}})
      .map(
          [](const std::pair<Bytes, std::vector<Bytes>>& group, TaskContext& context) {
            return Row{decodeEncoded(group.first, context.arena),
                       decodedList(group.second, context.arena), nullptr};
          },
          options.step);
}

RowStream distinctRows(const RowStream& rows, const ShuffleOptions& options) {
  return decodePairs(encodeRows(rows, options.step).distinct(options), options.step);
}

RowStream repartitionRows(const RowStream& rows, std::uint32_t partitions,
                          const std::string& step) {
  return decodePairs(encodeRows(rows, step).repartition(partitions, step), step);
}

namespace {

Value sideValue(Bytes bytes, Arena& arena) { return decodeEncoded(bytes, arena); }
Value sideValue(const std::optional<Bytes>& bytes, Arena& arena) {
  return bytes ? decodeEncoded(*bytes, arena) : Value();
}
Value sideValue(const std::vector<Bytes>& values, Arena& arena) {
  return decodedList(values, arena);
}

template <class Pairing>
RowStream pairedRows(const RowStream& left, const RowStream& right, const std::string& op,
                     const ShuffleOptions& options) {
  using Serdes = detail::CogroupSerdes<EncodedSerde, EncodedSerde, EncodedSerde>;
  const auto of_left =
      encodeRows(left, options.step);  // one by one: the steps' order is the graph's
  const auto of_right = encodeRows(right, options.step);
  const auto pairs = detail::cogroupAs<Pairing>(of_left, of_right, op, options, Serdes{});
  using Pair = typename decltype(pairs)::Element;
  return pairs.map(
      [](const Pair& pair, TaskContext& context) {
        Arena& arena = context.arena;
        const Value value = pairValue(sideValue(pair.second.first, arena),
                                      sideValue(pair.second.second, arena), arena);
        return Row{decodeEncoded(pair.first, arena), value, nullptr};
      },
      options.step);
}

}  // namespace

RowStream pairRows(const RowStream& left, const RowStream& right, RowPairing pairing,
                   const ShuffleOptions& options) {
  switch (pairing) {
    case RowPairing::kLeft:
      return pairedRows<detail::LeftOuterJoin>(left, right, "leftOuterJoin", options);
    case RowPairing::kRight:
      return pairedRows<detail::RightOuterJoin>(left, right, "rightOuterJoin", options);
    case RowPairing::kFull:
      return pairedRows<detail::FullOuterJoin>(left, right, "fullOuterJoin", options);
    case RowPairing::kCogroup:
      return pairedRows<detail::CogroupPairing>(left, right, "cogroup", options);
    case RowPairing::kInner:
      break;
  }
  return pairedRows<detail::InnerJoin>(left, right, "join", options);
}

}  // namespace lockstep
