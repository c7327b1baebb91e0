#pragma once

#include <memory>
#include <optional>
#include <string>

#include <lockstep/dstream/event_time.hpp>
#include <lockstep/dstream/watermark.hpp>

#include "src/pipeline/rows/row_pairs.hpp"
#include "src/pipeline/rows/row_steps.hpp"

namespace lockstep {

/// Event time in a YAML pipeline: rows carry theirs (Row::time), and the stream its watermark.
struct TimedRows {
  RowStream rows;
  detail::WatermarkStage* watermark;
};

/// `assignTimestamps`: `time` gives milliseconds since 1970; without it the record's timestamp. A
/// row without either is an eval error.
[[nodiscard]] TimedRows assignRowTimestamps(const RowStream& rows,
                                            std::optional<RowExpression> time,
                                            const WatermarkOptions& options);

/// `eventWindow`.
struct RowEventWindow {
  EventWindow window;
  EventWindowOptions options;
  bool all = false;  ///< over all rows: the result has no key
};
/// What folds a window's values: the first that is there; without any, a list of them.
struct RowEventFold {
  std::optional<NamedValueReduction> named;
  std::optional<ValueReduction> reduce;
  std::optional<RowAggregation> aggregation;
};
/// The value is a map: window_start and window_end in milliseconds since 1970, and value.
/// Behind it a row has no input record, and no event time.
[[nodiscard]] RowStream eventWindowRows(const TimedRows& stream, const RowEventWindow& window,
                                        const RowEventFold& fold);

}  // namespace lockstep
