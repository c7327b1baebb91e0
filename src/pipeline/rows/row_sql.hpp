#pragma once

#include <memory>
#include <string>
#include <vector>

#include <lockstep/sql/sql_query.hpp>

#include "src/pipeline/rows/row_steps.hpp"

namespace lockstep {

/// The table that a `sql` step sees: key, value, and the record's timestamp in milliseconds, null
/// behind a shuffle. Lists and maps are JSON text.
[[nodiscard]] SqlQuery::Table sqlTableOfRows();

/// `sql`: the query's rows. A column `key` becomes the key and a column `value` the value; without
/// a column `value` the value is a map of all columns but the key.
[[nodiscard]] RowStream queryRows(const RowStream& rows, const std::shared_ptr<SqlQuery>& query,
                                  const std::string& step);

}  // namespace lockstep
