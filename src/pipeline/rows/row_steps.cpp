#include "src/pipeline/rows/row_steps.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/expression/json.hpp"
#include "src/pipeline/rows/encoded.hpp"
#include "src/pipeline/rows/encoded_serde.hpp"

namespace lockstep {
namespace {

using CountPair = std::pair<std::string_view, std::int64_t>;

/// (encoded bytes, 1): what counting by key or by value shuffles.
template <class Select>
DStream<CountPair> ones(const RowStream& rows, Select select, const std::string& step) {
  return rows.map(
      [select](const Row& row, TaskContext& context) {
        return CountPair(encodeInto(context.arena, select(row)), 1);
      },
      step);
}

RowStream counted(const DStream<CountPair>& ones, const std::string& op,
                  const ShuffleOptions& options) {
  return detail::foldLongsByKey<reduction::Count>(ones, op, options, EncodedSerde{})
      .map(
          [](const CountPair& pair, TaskContext& context) {
            return Row{decodeEncoded(pair.first, context.arena), Value::integer(pair.second),
                       nullptr};
          },
          options.step);
}

std::span<const Value> elementsOf(const Value& list) {
  if (list.kind() == ValueKind::kList) return list.asList();
  if (list.isNil()) return {};
  if (list.kind() == ValueKind::kJson && !list.asJson().isObject()) return list.asJson().items();
  throw EvalError(fmt::format("flatMap needs a list, found a {}", typeName(list.kind())));
}

Value projected(const Value& value, const std::vector<std::string>& fields, Arena& arena) {
  if (value.isNil()) return value;
  const bool is_map = value.kind() == ValueKind::kMap ||
                      (value.kind() == ValueKind::kJson && value.asJson().isObject());
  if (!is_map)
    throw EvalError(fmt::format("project needs a map with fields, found a {}",
                                value.isTable() ? "list" : typeName(value.kind())));
  const auto entries = allocateArray<MapEntry>(arena, fields.size());
  std::size_t size = 0;
  for (const std::string& name : fields) {
    const Value field = tableField(value, name);
    if (!field.isNil()) entries[size++] = {Value::string(name), field};
  }
  return Value::map(entries.first(size));
}

}  // namespace

RowStream mapRows(const RowStream& rows, std::optional<RowExpression> key,
                  std::optional<RowExpression> value, const std::string& step) {
  return rows.map(
      [key = std::move(key), value = std::move(value)](const Row& row, TaskContext& context) {
        return Row{key ? key->evaluate(row, context) : row.key,
                   value ? value->evaluate(row, context) : row.value, row.record, row.time};
      },
      step);
}

RowStream filterRows(const RowStream& rows, RowExpression where, const std::string& step) {
  return rows.filter(
      [where = std::move(where)](const Row& row, TaskContext& context) {
        return where.evaluate(row, context).isTrue();
      },
      step);
}

RowStream projectRows(const RowStream& rows, std::vector<std::string> fields,
                      const std::string& step) {
  std::sort(fields.begin(), fields.end());  // as the fields of a map have to be
  return rows.map(
      [fields = std::move(fields)](const Row& row, TaskContext& context) {
        return Row{row.key, projected(row.value, fields, context.arena), row.record, row.time};
      },
      step);
}

RowStream flatMapRows(const RowStream& rows, RowExpression values, const std::string& step) {
  return rows.flatMap<Row>(
      [values = std::move(values)](const Row& row, TaskContext& context, auto& emit) {
        for (const Value& value : elementsOf(values.evaluate(row, context))) {
          emit(Row{row.key, value, row.record, row.time});
        }
      },
      step);
}

RowStream reduceRowsByKey(const RowStream& rows, const ValueReduction& reduction,
                          const ShuffleOptions& options) {
  const auto reduced = detail::reduceByKey(encodeRows(rows, options.step), reduction, options,
                                           std::pair{EncodedSerde{}, EncodedSerde{}});
  return decodePairs(reduced, options.step);
}

RowStream countRowsByKey(const RowStream& rows, const ShuffleOptions& options) {
  const auto key = [](const Row& row) { return row.key; };
  return counted(ones(rows, key, options.step), "countByKey", options);
}

RowStream countRowsByValue(const RowStream& rows, const ShuffleOptions& options) {
  const auto value = [](const Row& row) { return row.value; };
  return counted(ones(rows, value, options.step), "countByValue", options);
}

RowStream countRows(const RowStream& rows, const std::string& step) {
  return rows.count(step).map(
      [](std::int64_t count) {
        return Row{{}, Value::integer(count), nullptr};
      },
      step);
}

RowStream reduceRows(const RowStream& rows, const ValueReduction& reduction,
                     const std::string& step) {
  return rows
      .map(
          [](const Row& row, TaskContext& context) { return encodeInto(context.arena, row.value); },
          step)
      .reduce(reduction, step)
      .map(
          [](std::string_view value, TaskContext& context) {
            return Row{{}, decodeEncoded(value, context.arena), nullptr};
          },
          step);
}

DStream<EncodedPair> encodeRows(const RowStream& rows, const std::string& step) {
  return rows.map(
      [](const Row& row, TaskContext& context) {
        return EncodedPair(encodeInto(context.arena, row.key),
                           encodeInto(context.arena, row.value));
      },
      step);
}

RowStream decodePairs(const DStream<EncodedPair>& pairs, const std::string& step) {
  return pairs.map(
      [](const EncodedPair& pair, TaskContext& context) {
        return Row{decodeEncoded(pair.first, context.arena),
                   decodeEncoded(pair.second, context.arena), nullptr};
      },
      step);
}

}  // namespace lockstep
