#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "src/pipeline/rows/row_expression.hpp"
#include "src/pipeline/rows/row_steps.hpp"

namespace lockstep {

/// The largest rows by an expression, without one by their value. Order: compare() of
/// expression/value.hpp, so unlike values have an order, too; among equals the earlier is first.

/// `topN`: the `count` largest rows of the batch, the largest first.
[[nodiscard]] RowStream topRows(const RowStream& rows, std::size_t count,
                                std::optional<RowExpression> by, const std::string& step);
/// `topNByKey`: per key the list of its `count` largest values.
[[nodiscard]] RowStream topRowsByKey(const RowStream& rows, std::size_t count,
                                     std::optional<RowExpression> by,
                                     const ShuffleOptions& options);

}  // namespace lockstep
