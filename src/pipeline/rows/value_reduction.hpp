#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/pipeline/expression/expression.hpp"
#include "src/pipeline/expression/value.hpp"
#include "src/pipeline/rows/evaluation.hpp"

namespace lockstep {

/// The reductions that YAML names instead of writing an expression.
enum class NamedValueReduction { kSum, kCount, kMin, kMax, kLast };

/// `a` combined with `b`. Sums of integers stay integers and wrap around, as in Lua; a float makes
/// the sum a float. Minimum and maximum compare numbers with numbers and text with text.
/// Throws EvalError when the two do not go together. REQUIRES: not kCount, which counts values
/// instead of combining them.
[[nodiscard]] Value combineNamed(NamedValueReduction reduction, const Value& a, const Value& b);

/// Combines two encoded values into one: what reduceByKey and reduce call. The result lives until
/// the thread's next call. Thread: any.
class ValueReduction {
 public:
  /// `reduce: sum`.
  explicit ValueReduction(NamedValueReduction named) : named_(named) {}
  /// `reduce: a + b`, compiled with the variables `a` and `b`.
  ValueReduction(Expression expression, std::shared_ptr<const Evaluation> evaluation)
      : expression_(std::move(expression)), evaluation_(std::move(evaluation)) {}

  [[nodiscard]] std::string_view operator()(std::string_view a, std::string_view b) const;
  /// The fields of `a` and `b` that an expression reads.
  [[nodiscard]] std::vector<std::string> fields() const;

 private:
  NamedValueReduction named_ = NamedValueReduction::kLast;
  std::optional<Expression> expression_;
  std::shared_ptr<const Evaluation> evaluation_;
};

}  // namespace lockstep
