#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "src/pipeline/rows/evaluation.hpp"
#include "src/pipeline/rows/row_steps.hpp"
#include "src/pipeline/rows/value_reduction.hpp"

namespace lockstep {

/// The operators of a YAML pipeline that work on the keys of one batch. Keys come in order of first
/// sight, a key's values in order of partition and arrival.

/// An expression that makes one encoded value from another, or from nothing. The result lives until
/// the thread's next call. Thread: any.
class ValueFunction {
 public:
  /// The variable of a function of one value.
  [[nodiscard]] static const std::vector<std::string>& variables();

  ValueFunction(Expression expression, std::shared_ptr<const Evaluation> evaluation)
      : expression_(std::move(expression)), evaluation_(std::move(evaluation)) {}

  /// Throws EvalError. The expression may read the value as `value`.
  [[nodiscard]] std::string_view operator()(std::string_view value) const;
  /// REQUIRES: the expression reads no variable.
  [[nodiscard]] std::string_view operator()() const;

 private:
  Expression expression_;
  std::shared_ptr<const Evaluation> evaluation_;
};

/// What a combineByKey, foldByKey or aggregateByKey says.
struct RowAggregation {
  std::string op;  ///< the operator, as Spark spells it
  /// The combiner of a key's first value; nothing: `zero` merged with it.
  std::optional<ValueFunction> create;
  std::optional<ValueFunction> zero;
  ValueReduction merge_value;
  ValueReduction merge_combiners;
};
/// REQUIRES: aggregation has one of create and zero.
[[nodiscard]] RowStream aggregateRowsByKey(const RowStream& rows, const RowAggregation& aggregation,
                                           const ShuffleOptions& options);

/// `sumByKey`, `minByKey`, `maxByKey`. `integers`: every value is one, which is several times
/// faster. REQUIRES: kSum, kMin or kMax.
[[nodiscard]] RowStream reduceRowsNamed(const RowStream& rows, NamedValueReduction reduction,
                                        bool integers, const ShuffleOptions& options);
/// `avgByKey`: a float.
[[nodiscard]] RowStream averageRowsByKey(const RowStream& rows, const ShuffleOptions& options);
/// `groupByKey`: the value is a list.
[[nodiscard]] RowStream groupRowsByKey(const RowStream& rows, const ShuffleOptions& options);
/// `distinct`: each (key, value) once.
[[nodiscard]] RowStream distinctRows(const RowStream& rows, const ShuffleOptions& options);
/// `repartition`. Behind it a row has no record, as behind every shuffle.
[[nodiscard]] RowStream repartitionRows(const RowStream& rows, std::uint32_t partitions,
                                        const std::string& step);

/// How two streams are brought together.
enum class RowPairing { kInner, kLeft, kRight, kFull, kCogroup };
/// `join` and its relatives, `cogroup`: the value is a map with the fields left and right. Of a
/// join they are the two values, nil where there is none; of a cogroup, lists.
[[nodiscard]] RowStream pairRows(const RowStream& left, const RowStream& right, RowPairing pairing,
                                 const ShuffleOptions& options);

}  // namespace lockstep
