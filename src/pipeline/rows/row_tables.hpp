#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <lockstep/dstream/table.hpp>

#include "src/pipeline/rows/row_io.hpp"
#include "src/pipeline/rows/row_steps.hpp"

namespace lockstep {

/// Tables of YAML pipelines, and the look-ups of rows in them.

/// The latest value of each key of a topic, encoded.
using RowTable = Table<std::string_view, std::string_view>;

/// The table of a topic's records; nil as a value, and a null value, deletes the key. The topic is
/// read to its end before other inputs are.
[[nodiscard]] RowTable readTable(const std::shared_ptr<DStreamGraph>& graph,
                                 const std::string& topic, TopicFormats formats,
                                 const TableOptions& options);

/// What becomes of a row whose key the table does not have.
enum class RowMissing { kNull, kDrop, kDeadLetter };

/// Each row with what the table has for its key, or for what `key` gives: the value is a map with
/// the fields left and right. Behind it a row has no record, as behind every shuffle.
[[nodiscard]] RowStream joinTable(const RowStream& rows, const RowTable& table,
                                  std::optional<RowExpression> key, RowMissing on_missing,
                                  const std::string& step);

}  // namespace lockstep
