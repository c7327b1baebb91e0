#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include <lockstep/base/result.hpp>

namespace lockstep {

/// null, a long, a double or a text.
using SqlValue = std::variant<std::monostate, std::int64_t, double, std::string>;
using SqlRow = std::vector<SqlValue>;

/// Bounds of one run. What they count is the same in every run; nothing is bounded by time.
struct SqlLimits {
  /// Instructions of SQLite's virtual machine: some seconds.
  std::uint64_t steps_max = 500'000'000;
  std::uint64_t rows_max = 1'000'000;  ///< of the result
  std::uint64_t result_bytes_max = std::uint64_t{64} << 20;
};

/// Where a query is wrong, for messages that show the place.
struct SqlMistake {
  std::string message;
  std::string help;
  std::size_t offset = 0;  ///< in the query's text
};

/// A SELECT over one table that is filled anew for each run: SQLite in memory. It sees nothing else
/// and changes nothing: an authorizer refuses every other statement and table, and functions whose
/// result is not the same in every run (random(), the clock).
///
/// Order: as ORDER BY says; without one at the end of the query, the rows are sorted by their
/// columns (null, numbers, text).
/// Thread: any; runs of one object follow one another.
class SqlQuery {
 public:
  struct Table {
    std::string name = "batch";
    std::vector<std::string> columns;
  };

  /// Compiles the query. On failure `mistake`, where given, says where.
  [[nodiscard]] static Result<std::shared_ptr<SqlQuery>> prepare(const Table& table,
                                                                 const std::string& text,
                                                                 SqlMistake* mistake = nullptr,
                                                                 const SqlLimits& limits = {});
  ~SqlQuery();
  SqlQuery(const SqlQuery&) = delete;
  SqlQuery& operator=(const SqlQuery&) = delete;

  /// The names of the result's columns.
  [[nodiscard]] const std::vector<std::string>& columns() const;

  /// Rows have as many values as the table has columns. Fails with kFatal: what SQLite says, or the
  /// bound that was passed.
  [[nodiscard]] Result<std::vector<SqlRow>> run(std::span<const SqlRow> rows);

 private:
  class Impl;
  explicit SqlQuery(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace lockstep
