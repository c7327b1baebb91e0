#pragma once

#include <memory>
#include <optional>

#include "src/pipeline/rows/row_steps.hpp"

namespace lockstep {

/// `updateStateByKey` with an expression: `update: state + sum(values)`, variables `values`,
/// `state` and `key`. A key without state starts with `initial`; nil removes the key.
struct StateUpdate {
  Expression update;
  std::optional<Expression> initial;  ///< no variables
  std::shared_ptr<const Evaluation> evaluation;

  /// The variables of `update`, in the order of their slots.
  [[nodiscard]] static const std::vector<std::string>& variables();
};

/// `mapWithState` with expressions: `update` gives the new state of each record, from `value`,
/// `state` and `key`; nil removes it. `result` gives the value that is passed on with the key, from
/// these (the state as it is now) and `timed_out`; nil passes nothing on.
struct StateMapping {
  Expression update;
  std::optional<Expression> initial;  ///< no variables
  Expression result;
  std::shared_ptr<const Evaluation> evaluation;

  /// The variables of `update` and of `result`, in the order of their slots.
  [[nodiscard]] static const std::vector<std::string>& updateVariables();
  [[nodiscard]] static const std::vector<std::string>& resultVariables();
};

[[nodiscard]] RowStream mapRowsWithState(const RowStream& rows, StateMapping mapping,
                                         const MapWithStateOptions& options);

/// A removed key passes with a nil value. `initial`: keys and states as encodeInto() writes them.
[[nodiscard]] RowStream updateRowState(const RowStream& rows, StateUpdate update,
                                       const StateOptions& options, detail::InitialState initial);

/// `update: sum | count | min | max | last`, natively; idle keys are known to be unchanged.
/// `integers`: every value is known to be an integer, so that eight bytes are updated in place.
/// `initial`: keys as encodeInto() writes them, states, too, but where keepsLongs() as longs.
[[nodiscard]] RowStream reduceRowState(const RowStream& rows, NamedValueReduction reduction,
                                       bool integers, const StateOptions& options,
                                       detail::InitialState initial);
/// Whether the states of such a reduction are longs of eight bytes.
[[nodiscard]] inline bool keepsLongs(NamedValueReduction reduction, bool integers) {
  return integers || reduction == NamedValueReduction::kCount;
}

}  // namespace lockstep
