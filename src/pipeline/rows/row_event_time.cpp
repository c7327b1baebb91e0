#include "src/pipeline/rows/row_event_time.hpp"

#include <array>

#include <lockstep/dstream/assign_timestamps.hpp>
#include <lockstep/dstream/event_window.hpp>

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/rows/encoded.hpp"
#include "src/pipeline/rows/encoded_serde.hpp"

namespace lockstep {
namespace {

using Bytes = std::string_view;
using TimedPairs = detail::TimedStream<EncodedPair>;

std::int64_t sinceEpoch(EventTime time) { return time.time_since_epoch().count(); }

EventTime eventTimeOf(const Value& value) {
  if (value.isInteger()) return detail::checkedEventTime(value.asInteger());
  if (value.isNumber())
    return detail::checkedEventTime(static_cast<std::int64_t>(value.asDouble()));
  throw EvalError("an event time is a number of milliseconds since 1970, found a " +
                  std::string(typeName(value.kind())));
}

EventTime recordTimeOf(const Row& row) {
  if (row.record == nullptr) throw EvalError("behind a shuffle a row has no timestamp: say 'time'");
  return detail::checkedEventTime(row.record->timestamp);
}

/// Values as they lie in the state: encoded, counted, or a list of encoded ones.
Value resultOf(Bytes value, Arena& arena) { return decodeEncoded(value, arena); }
Value resultOf(std::int64_t count, Arena& /*arena*/) { return Value::integer(count); }
Value resultOf(const std::vector<std::string>& values, Arena& arena) {
  const auto list = allocateArray<Value>(arena, values.size());
  // The list dies with the element, the arena's bytes with its chunk.
  for (std::size_t i = 0; i < values.size(); ++i)
    list[i] = decodeEncoded(arena.copy(values[i]), arena);
  return Value::list(list);
}

template <class C>
Row rowOf(const std::pair<Bytes, Windowed<C>>& pair, bool all, Arena& arena) {
  const auto fields = allocateArray<MapEntry>(arena, 3);
  // In the order of names, as a map has to be.
  fields[0] = {Value::string("value"), resultOf(pair.second.value, arena)};
  fields[1] = {Value::string("window_end"), Value::integer(sinceEpoch(pair.second.end))};
  fields[2] = {Value::string("window_start"), Value::integer(sinceEpoch(pair.second.start))};
  return {all ? Value() : decodeEncoded(pair.first, arena), Value::map(fields), nullptr};
}

template <class A, class CombinerSerde>
RowStream folded(const TimedPairs& pairs, const RowEventWindow& window, A aggregator,
                 std::pair<CombinerSerde, std::string> parts) {
  using Combine = detail::CombineByKey<A, EncodedSerde, CombinerSerde>;
  using C = typename Combine::Combined;
  return detail::eventWindowAs(
             pairs, window.window, window.options,
             detail::EventFold<EncodedSerde, Combine>{
                 {}, Combine{std::move(aggregator), {}, parts.first}, std::move(parts.second)})
      .map([all = window.all](const std::pair<Bytes, Windowed<C>>& pair,
                              TaskContext& context) { return rowOf(pair, all, context.arena); },
           window.options.id);
}

/// The first combiner of a key.
struct BeginWithZero {
  ValueFunction zero;
  ValueReduction merge_value;
  Bytes operator()(const Bytes& value) const { return merge_value(zero(), value); }
};

RowStream counted(const TimedPairs& pairs, const RowEventWindow& window) {
  const auto one = [](const Bytes&) { return std::int64_t{1}; };
  const auto more = [](std::int64_t count, const Bytes&) { return count + 1; };
  return folded(pairs, window, detail::makeAggregator<Bytes>(one, more, std::plus<std::int64_t>()),
                std::pair{Serde<std::int64_t>{}, std::string("count")});
}

RowStream listed(const TimedPairs& pairs, const RowEventWindow& window) {
  using List = std::vector<std::string>;
  const auto create = [](const Bytes& value) { return List{std::string(value)}; };
  const auto add = [](List& list, const Bytes& value) { list.emplace_back(value); };
  const auto join = [](List& list, const List& more) {
    list.insert(list.end(), more.begin(), more.end());
  };
  return folded(pairs, window, detail::makeAggregator<Bytes>(create, add, join),
                std::pair{Serde<List>{}, std::string("list")});
}

std::string nameOf(const RowEventFold& fold) {
  constexpr std::array<const char*, 5> kNames{"sum", "count", "min", "max", "last"};
  return fold.named ? kNames[static_cast<std::size_t>(*fold.named)] : "";
}

}  // namespace

TimedRows assignRowTimestamps(const RowStream& rows, std::optional<RowExpression> time,
                              const WatermarkOptions& options) {
  const auto timed = rows.map(
      [time = std::move(time)](const Row& row, TaskContext& context) {
        Row result = row;
        result.time = time ? eventTimeOf(time->evaluate(row, context)) : recordTimeOf(row);
        return result;
      },
      options.id);
  return {timed, &detail::addWatermark(timed, options, [](const Row& row) { return row.time; })};
}

RowStream eventWindowRows(const TimedRows& stream, const RowEventWindow& window,
                          const RowEventFold& fold) {
  const TimedPairs pairs{
      stream.rows.map(
          [all = window.all](const Row& row, TaskContext& context) {
            Arena& arena = context.arena;
            return Timed<EncodedPair>{
                row.time,
                {encodeInto(arena, all ? Value() : row.key), encodeInto(arena, row.value)}};
          },
          window.options.id),
      stream.watermark};
  RowEventWindow own = window;
  if (own.all) own.options.parallelism = 1;
  if (fold.named == NamedValueReduction::kCount) return counted(pairs, own);
  const std::pair encoded{EncodedSerde{}, nameOf(fold)};
  if (fold.reduce)
    return folded(pairs, own, detail::ReduceAggregator<Bytes, ValueReduction>{*fold.reduce},
                  encoded);
  if (!fold.aggregation) return listed(pairs, own);
  const RowAggregation& how = *fold.aggregation;
  return folded(pairs, own,
                detail::makeAggregator<Bytes>(BeginWithZero{*how.zero, how.merge_value},
                                              how.merge_value, how.merge_combiners),
                encoded);
}

}  // namespace lockstep
