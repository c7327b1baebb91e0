#include "src/pipeline/rows/row_sql.hpp"

#include <algorithm>
#include <numeric>

#include <lockstep/dstream/sql.hpp>

#include "src/pipeline/expression/json.hpp"

namespace lockstep {
namespace {

SqlValue sqlOf(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kNil:
      return {};
    case ValueKind::kBoolean:
      return std::int64_t{value.isTrue()};
    case ValueKind::kInteger:
      return value.asInteger();
    case ValueKind::kFloat:
      return value.asDouble();
    case ValueKind::kString:
      return std::string(value.asString());
    default:
      break;
  }
  std::string json;
  appendJson(json, value);
  return json;
}

/// Views the text.
Value valueOf(const SqlValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return Value::integer(*number);
  if (const auto* number = std::get_if<double>(&value)) return Value::number(*number);
  if (const auto* text = std::get_if<std::string>(&value)) return Value::string(*text);
  return {};
}

/// Which column is what.
struct ResultShape {
  std::vector<std::string> names;
  std::vector<std::size_t> fields;  ///< of the map, in order of their names
  std::optional<std::size_t> key;
  std::optional<std::size_t> value;

  explicit ResultShape(std::vector<std::string> columns) : names(std::move(columns)) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] == "key" && !key)
        key = i;
      else if (names[i] == "value" && !value)
        value = i;
      if (key != i) fields.push_back(i);
    }
    std::sort(fields.begin(), fields.end(),
              [this](std::size_t a, std::size_t b) { return names[a] < names[b]; });
    const auto same = [this](std::size_t a, std::size_t b) { return names[a] == names[b]; };
    fields.erase(std::unique(fields.begin(), fields.end(), same), fields.end());
  }

  Row row(const SqlRow& from, Arena& arena) const {
    Row row;
    if (key) row.key = valueOf(from[*key]);
    if (value) {
      row.value = valueOf(from[*value]);
      return row;
    }
    const auto entries = allocateArray<MapEntry>(arena, fields.size());
    for (std::size_t i = 0; i < fields.size(); ++i)
      entries[i] = {Value::string(names[fields[i]]), valueOf(from[fields[i]])};
    row.value = Value::map(entries);
    return row;
  }
};

}  // namespace

SqlQuery::Table sqlTableOfRows() { return {"batch", {"key", "value", "timestamp"}}; }

RowStream queryRows(const RowStream& rows, const std::shared_ptr<SqlQuery>& query,
                    const std::string& step) {
  const auto table = rows.map(
      [](const Row& row) {
        SqlValue timestamp;
        if (row.record != nullptr)
          timestamp = std::int64_t{row.record->timestamp.time_since_epoch().count()};
        return SqlRow{sqlOf(row.key), sqlOf(row.value), std::move(timestamp)};
      },
      step);
  return sqlRows(table, query, step)
      .map([shape = ResultShape(query->columns())](
               const SqlRow& row, TaskContext& context) { return shape.row(row, context.arena); },
           step);
}

}  // namespace lockstep
