#pragma once

#include <map>
#include <string>
#include <string_view>

#include <lockstep/dstream/file_table.hpp>

#include "src/pipeline/expression/value.hpp"
#include "src/pipeline/rows/row_expression.hpp"
#include "src/pipeline/rows/row_steps.hpp"
#include "src/pipeline/rows/row_tables.hpp"

namespace lockstep {

/// Tables of YAML pipelines that come from files, and what is done with them.

/// A row: all columns as one encoded map, and the numbers among them.
struct FileRow {
  std::string bytes;
  std::map<std::string, double, std::less<>> numbers;
};
using FileRowTable = FileTable<FileRow>;

/// Rows of CSV: a header line, then records; fields may be quoted ("" is a quote). A field that is
/// a JSON number is a number, an empty one nil, quoted ones and the rest text. Of a JSON file: a
/// list of objects. Fails when a row lacks `key`, or has that of an earlier one.
[[nodiscard]] Result<FileRowTable::Rows> parseCsvRows(const std::string& text,
                                                      const std::string& key);
[[nodiscard]] Result<FileRowTable::Rows> parseJsonRows(const std::string& text,
                                                       const std::string& key);

/// Each row with the file's row for its key, or for what `key` gives: texts are compared, a number
/// by its decimal text. The input record stays beside it: nothing is shuffled.
[[nodiscard]] RowStream joinFile(const RowStream& rows, const std::shared_ptr<FileRowTable>& table,
                                 std::optional<RowExpression> key, RowMissing on_missing,
                                 const std::string& step);

/// What `model` applies.
enum class ModelKind { kLinear, kLogistic, kKMeans };

/// Whether the rows are such a model: kLinear and kLogistic have a number `weight` for each feature
/// and maybe for `intercept`; kKMeans has a centre per row, all with the same numbers.
[[nodiscard]] Status checkModel(ModelKind kind, const FileRowTable::Rows& rows);

/// `model`: the value becomes a map with the fields `input`, which is the value, and `prediction`:
/// a float, or of kKMeans the key of the nearest centre, of equally near ones the first.
/// `features` gives a map from names to numbers; one that the model has and the map has not is an
/// eval error. REQUIRES: table->require(checkModel).
[[nodiscard]] RowStream applyModel(const RowStream& rows,
                                   const std::shared_ptr<FileRowTable>& table, ModelKind kind,
                                   RowExpression features, const std::string& step);

}  // namespace lockstep
