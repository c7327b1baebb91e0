#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lockstep/base/error.hpp>
#include <lockstep/dstream/collected_rdd.hpp>
#include <lockstep/dstream/map.hpp>
#include <lockstep/dstream/transform.hpp>
#include <lockstep/sql/sql_query.hpp>

namespace lockstep {

/// A value for SQL: booleans become 0 and 1. Overload toSql for types of your own.
inline SqlValue toSql(std::string_view text) { return std::string(text); }
inline SqlValue toSql(const std::string& text) { return text; }
inline SqlValue toSql(std::int64_t number) { return number; }
inline SqlValue toSql(std::int32_t number) { return std::int64_t{number}; }
inline SqlValue toSql(double number) { return number; }
inline SqlValue toSql(bool truth) { return std::int64_t{truth}; }
template <class T>
SqlValue toSql(const std::optional<T>& value) {
  return value ? toSql(*value) : SqlValue();
}

namespace detail {

template <>
struct HeapBytes<SqlValue> {
  static std::size_t of(const SqlValue& value) {
    const auto* text = std::get_if<std::string>(&value);
    return text == nullptr ? 0 : HeapBytes<std::string>::of(*text);
  }
};

/// The query's rows for a whole batch. What SQLite refuses at run time stops the application, as
/// every function over a whole batch.
struct RunQuery {
  std::shared_ptr<SqlQuery> query;
  CollectedRdd<SqlRow> operator()(const CollectedRdd<SqlRow>& rdd) const {
    auto result = query->run(rdd.collect());
    if (!result.ok()) throw std::runtime_error(result.status().message());
    return CollectedRdd<SqlRow>(std::move(result).value());
  }
};

}  // namespace detail

struct SqlOptions {
  std::string table = "batch";  ///< its name in the query
  std::string step = {};        ///< name in messages; "" = "sql 2"
};

/// A SELECT over the rows of each batch, also an empty one; see SqlQuery for what it may do and for
/// the order of its rows. The whole batch is in memory and in one task, bounded as transform().
/// Throws Error E036 for a query that does not compile.
[[nodiscard]] inline DStream<SqlRow> sqlRows(const DStream<SqlRow>& rows,
                                             const std::shared_ptr<SqlQuery>& query,
                                             const std::string& step = {}) {
  return rows.transform(detail::RunQuery{query}, step);
}
[[nodiscard]] inline DStream<SqlRow> sqlRows(const DStream<SqlRow>& rows,
                                             std::vector<std::string> columns,
                                             const std::string& query,
                                             const SqlOptions& options = {}) {
  auto prepared = SqlQuery::prepare({options.table, std::move(columns)}, query);
  if (!prepared.ok())
    throw Error(Status::fatal(ExitCode::kConfiguration, "E036", prepared.status().message(),
                              "a query is one select over the table '" + options.table + "'"));
  return sqlRows(rows, *prepared, rows.graph()->stepName("sql", options.step));
}

/// The same over pairs: the table has the columns key and value.
template <class K, class V>
[[nodiscard]] DStream<SqlRow> sql(const DStream<std::pair<K, V>>& pairs, const std::string& query,
                                  const SqlOptions& options = {}) {
  const auto rows = pairs.map(
      [](const std::pair<K, V>& pair) {
        return SqlRow{toSql(pair.first), toSql(pair.second)};
      },
      options.step);
  return sqlRows(rows, {"key", "value"}, query, options);
}

}  // namespace lockstep
