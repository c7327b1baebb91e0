#pragma once

#include <memory>
#include <optional>
#include <string>

#include <lockstep/dstream/options.hpp>
#include <lockstep/dstream/window_timing.hpp>

#include "src/pipeline/rows/row_steps.hpp"

namespace lockstep {

/// The windows of a YAML pipeline on rows. Behind them a row has no input record.
struct RowWindow {
  WindowTiming timing;
  WindowOptions options;
};

/// What folds a window's values.
struct RowWindowFold {
  /// The named reduction, where the file has one.
  std::optional<NamedValueReduction> named;
  ValueReduction reduce;
  std::optional<ValueReduction> inverse;
  std::optional<Expression> filter;  ///< over `key` and `value`; with an inverse only
  std::shared_ptr<const Evaluation> evaluation;
  bool integers = false;   ///< every value is known to be an integer
  bool subtracts = false;  ///< the inverse is `a - b`

  /// Whether values cross the shuffle and live in the state as longs.
  [[nodiscard]] bool foldsLongs() const;
  /// The variables of `filter`, in the order of their slots.
  [[nodiscard]] static const std::vector<std::string>& filterVariables();
};

[[nodiscard]] RowStream windowRows(const RowStream& rows, const RowWindow& window);
/// One row without a key.
[[nodiscard]] RowStream countRowsByWindow(const RowStream& rows, const RowWindow& window);
[[nodiscard]] RowStream reduceRowsByWindow(const RowStream& rows, const RowWindowFold& fold,
                                           const RowWindow& window);
[[nodiscard]] RowStream reduceRowsByKeyAndWindow(const RowStream& rows, const RowWindowFold& fold,
                                                 const RowWindow& window);
[[nodiscard]] RowStream groupRowsByKeyAndWindow(const RowStream& rows, const RowWindow& window);
/// key = a value, value = how often the window has it.
[[nodiscard]] RowStream countRowsByValueAndWindow(const RowStream& rows, const RowWindow& window);

}  // namespace lockstep
