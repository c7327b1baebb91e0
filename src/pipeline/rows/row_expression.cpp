#include "src/pipeline/rows/row_expression.hpp"

#include <algorithm>

namespace lockstep {
namespace {

/// A map name -> value; of two headers with one name the last one counts, as for Kafka's
/// lastHeader().
Value headersValue(std::span<const Header> headers, Arena& arena) {
  const auto entries = allocateArray<MapEntry>(arena, headers.size());
  for (std::size_t i = 0; i < headers.size(); ++i) {
    entries[i] = {Value::string(headers[i].key),
                  headers[i].value ? Value::string(*headers[i].value) : Value()};
  }
  return makeMap(entries);
}

Value milliseconds(WallTime time) { return Value::integer(time.time_since_epoch().count()); }

}  // namespace

const std::vector<std::string>& RowExpression::variables() {
  static const std::vector<std::string> kNames{"key",    "value",     "topic",   "partition",
                                               "offset", "timestamp", "headers", "batch_time"};
  return kNames;
}

RowExpression::RowExpression(Expression expression, std::shared_ptr<const Evaluation> evaluation)
    : expression_(std::move(expression)), evaluation_(std::move(evaluation)) {
  for (std::size_t i = 0; i < kSlots; ++i) {
    reads_[i] = expression_.readsVariable(variables()[i]);
  }
  reads_record_ = std::any_of(reads_.begin() + kTopic, reads_.begin() + kBatchTime,
                              [](bool read) { return read; });
  if (expression_.text() == "key") shape_ = Shape::kKey;
  if (expression_.text() == "value") shape_ = Shape::kValue;
  if (const auto constant = expression_.constant()) {
    shape_ = Shape::kConstant;
    constant_ = *constant;
  }
}

Value RowExpression::run(const Row& row, TaskContext& context) const {
  std::array<Value, kSlots> bindings;
  bindings[kKey] = row.key;
  bindings[kValue] = row.value;
  if (reads_[kBatchTime]) bindings[kBatchTime] = milliseconds(context.time);
  if (reads_record_ && row.record != nullptr) bindRecord(row, context, bindings);
  return expression_.evaluate(bindings, context.arena, evaluation_->scratch().context);
}

void RowExpression::bindRecord(const Row& row, TaskContext& context,
                               std::array<Value, kSlots>& bindings) const {
  const auto& record = *row.record;
  bindings[kTopic] = Value::string(record.topic());
  bindings[kPartition] = Value::integer(record.partition().value());
  bindings[kOffset] = Value::integer(record.offset.value());
  bindings[kTimestamp] = milliseconds(record.timestamp);
  if (reads_[kHeaders]) bindings[kHeaders] = headersValue(record.headers, context.arena);
}

}  // namespace lockstep
