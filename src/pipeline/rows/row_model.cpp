// `model`: coefficients learned elsewhere, applied to rows.
#include <cmath>

#include <fmt/format.h>

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/rows/file_rows.hpp"

namespace lockstep {
namespace {

constexpr std::string_view kIntercept = "intercept";
constexpr std::string_view kWeight = "weight";

double featureOf(const Value& features, std::string_view name) {
  const Value feature = tableField(features, name);
  if (!feature.isNumber())
    throw EvalError(
        fmt::format("the model wants a number '{}', found {}", name, typeName(feature.kind())));
  return feature.asDouble();
}

/// Added up in the order of the names.
double linear(const FileRowTable::Rows& rows, const Value& features) {
  double sum = 0;
  for (const auto& [name, row] : rows) {
    const double weight = row.numbers.find(kWeight)->second;
    sum += name == kIntercept ? weight : weight * featureOf(features, name);
  }
  return sum;
}

/// The key of the nearest centre. REQUIRES: there is one.
std::string_view nearest(const FileRowTable::Rows& rows, const Value& features) {
  std::string_view best;
  double least = 0;
  for (const auto& [name, centre] : rows) {
    double distance = 0;
    for (const auto& [coordinate, at] : centre.numbers) {
      const double off = featureOf(features, coordinate) - at;
      distance += off * off;
    }
    if (best.data() != nullptr && !(distance < least)) continue;
    best = name;
    least = distance;
  }
  return best;
}

Value predicted(ModelKind kind, const FileRowTable::Rows& rows, const Value& features) {
  if (!features.isTable()) throw EvalError("features is no map of names to numbers");
  if (kind == ModelKind::kKMeans) return Value::string(nearest(rows, features));
  const double sum = linear(rows, features);
  return Value::number(kind == ModelKind::kLinear ? sum : 1 / (1 + std::exp(-sum)));
}

}  // namespace

Status checkModel(ModelKind kind, const FileRowTable::Rows& rows) {
  if (rows.empty()) return Status::retry("a model needs a row");
  const auto& first = rows.begin()->second.numbers;
  for (const auto& [name, row] : rows) {
    if (kind != ModelKind::kKMeans && !row.numbers.contains(kWeight))
      return Status::retry(fmt::format("'{}' has no number in the column 'weight'", name));
    if (kind != ModelKind::kKMeans) continue;
    const bool same = row.numbers.size() == first.size() &&
                      std::equal(row.numbers.begin(), row.numbers.end(), first.begin(),
                                 [](const auto& a, const auto& b) { return a.first == b.first; });
    if (!same || first.empty())
      return Status::retry(
          fmt::format("the centre '{}' has not the same numbers as the first", name));
  }
  return {};
}

RowStream applyModel(const RowStream& rows, const std::shared_ptr<FileRowTable>& table,
                     ModelKind kind, RowExpression features, const std::string& step) {
  const auto apply = [kind, features = std::move(features)](const Row& row,
                                                            const FileRowTable::Rows& model,
                                                            TaskContext& context, auto& emit) {
    const Value prediction = predicted(kind, model, features.evaluate(row, context));
    const auto fields = allocateArray<MapEntry>(context.arena, 2);
    fields[0] = {Value::string("input"), row.value};  // in the order of names
    fields[1] = {Value::string("prediction"), prediction};
    emit(Row{row.key, Value::map(fields), row.record, row.time});
  };
  return flatMapWithTable<Row>(rows, table, apply, step, "model");
}

}  // namespace lockstep
