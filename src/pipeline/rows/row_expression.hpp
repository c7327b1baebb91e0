#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <lockstep/rdd/task_context.hpp>

#include "src/pipeline/expression/expression.hpp"
#include "src/pipeline/rows/evaluation.hpp"
#include "src/pipeline/rows/row.hpp"

namespace lockstep {

/// An expression over a row: `key value topic partition offset timestamp headers batch_time`.
/// Immutable; one object serves all workers.
class RowExpression {
 public:
  /// The variables, in the order of their slots.
  [[nodiscard]] static const std::vector<std::string>& variables();

  RowExpression(Expression expression, std::shared_ptr<const Evaluation> evaluation);

  /// Throws EvalError. The result views the row, `context.arena` and the expression.
  [[nodiscard]] Value evaluate(const Row& row, TaskContext& context) const {
    switch (shape_) {
      case Shape::kKey:
        return row.key;
      case Shape::kValue:
        return row.value;
      case Shape::kConstant:
        return constant_;
      case Shape::kOther:
        break;
    }
    return run(row, context);
  }

  [[nodiscard]] const Expression& expression() const { return expression_; }

 private:
  enum Slot : std::uint8_t {
    kKey,
    kValue,
    kTopic,
    kPartition,
    kOffset,
    kTimestamp,
    kHeaders,
    kBatchTime,
    kSlots
  };
  /// What the expression is, where no evaluation is needed to know its value.
  enum class Shape : std::uint8_t { kKey, kValue, kConstant, kOther };

  [[nodiscard]] Value run(const Row& row, TaskContext& context) const;
  void bindRecord(const Row& row, TaskContext& context, std::array<Value, kSlots>& bindings) const;

  Expression expression_;
  std::shared_ptr<const Evaluation> evaluation_;
  Shape shape_ = Shape::kOther;
  Value constant_;  ///< of kConstant
  std::array<bool, kSlots> reads_{};
  bool reads_record_ = false;  ///< anything but key, value and batch_time
};

}  // namespace lockstep
