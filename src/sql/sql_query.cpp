#include <lockstep/sql/sql_query.hpp>

#include <algorithm>

#include <fmt/format.h>
#include <sqlite3.h>

#include <lockstep/base/check.hpp>
#include <lockstep/base/mutex.hpp>

#include "src/sql/allowed_sql.hpp"

namespace lockstep {
namespace {

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

constexpr int kStepsBetweenLooks = 10'000;
constexpr int kTextBytesMax = 16 << 20;

std::string quoted(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + "\"";
}

std::size_t bytesOf(const SqlValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return sizeof value + (text == nullptr ? 0 : text->size());
}

int bind(sqlite3_stmt* statement, int index, const SqlValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value))
    return sqlite3_bind_int64(statement, index, *number);
  if (const auto* number = std::get_if<double>(&value))
    return sqlite3_bind_double(statement, index, *number);
  if (const auto* text = std::get_if<std::string>(&value))
    return sqlite3_bind_text(statement, index, text->data(), static_cast<int>(text->size()),
                             SQLITE_STATIC);
  return sqlite3_bind_null(statement, index);
}

SqlValue column(sqlite3_stmt* statement, int index) {
  switch (sqlite3_column_type(statement, index)) {
    case SQLITE_INTEGER:
      return std::int64_t{sqlite3_column_int64(statement, index)};
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, index);
    case SQLITE_NULL:
      return std::monostate();
    default:
      break;
  }
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, index));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, index));
  return std::string(bytes == nullptr ? "" : bytes, size);
}

}  // namespace

class SqlQuery::Impl {
 public:
  explicit Impl(const SqlLimits& limits) : limits_(limits) {}

  Status open(const Table& table) {
    sqlite3* database = nullptr;
    const int opened =
        sqlite3_open_v2(":memory:", &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    database_.reset(database);
    if (opened != SQLITE_OK) return failed("cannot be opened");
    sqlite3_limit(database, SQLITE_LIMIT_LENGTH, kTextBytesMax);
    sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0);
    columns_in_ = table.columns.size();
    std::string columns, marks;
    for (const auto& name : table.columns) {
      columns += (columns.empty() ? "" : ", ") + quoted(name);
      marks += marks.empty() ? "?" : ", ?";
    }
    const std::string name = quoted(table.name);
    LOCKSTEP_TRY(execute("pragma temp_store = memory"));
    LOCKSTEP_TRY(execute("create table " + name + " (" + columns + ")"));
    LOCKSTEP_TRY(compile("insert into " + name + " values (" + marks + ")", insert_));
    LOCKSTEP_TRY(compile("delete from " + name, clear_));
    // Their first use declares them, which no user's statement may do.
    LOCKSTEP_TRY(execute("select * from json_each('[]'), json_tree('[]')"));
    table_ = table.name;
    sqlite3_set_authorizer(database, &Impl::authorize, this);  // statements are compiled again now
    sqlite3_progress_handler(database, kStepsBetweenLooks, &Impl::look, this);
    return {};
  }

  /// The user's text.
  Status prepare(const std::string& text, SqlMistake& mistake) {
    sqlite3_stmt* statement = nullptr;
    const char* rest = nullptr;
    denied_.clear();
    trusted_ = false;
    const int prepared = sqlite3_prepare_v3(database_.get(), text.data(),
                                            static_cast<int>(text.size()), 0, &statement, &rest);
    query_.reset(statement);
    if (prepared != SQLITE_OK) {
      mistake.message = denied_.empty() ? sqlite3_errmsg(database_.get()) : denied_;
      mistake.help = denied_.empty() ? "" : "a query reads its batch, and gives the same each time";
      const int offset = sqlite3_error_offset(database_.get());
      mistake.offset = offset < 0 ? 0 : static_cast<std::size_t>(offset);
      return failed(mistake.message);
    }
    const std::string_view behind(rest);
    if (statement == nullptr || behind.find_first_not_of(" \t\r\n;") != behind.npos) {
      mistake.message = statement == nullptr ? "there is no query" : "there is a second statement";
      mistake.help = "write one select";
      mistake.offset = static_cast<std::size_t>(rest - text.data());
      return failed(mistake.message);
    }
    for (int i = 0; i < sqlite3_column_count(statement); ++i)
      columns_.emplace_back(sqlite3_column_name(statement, i));
    orders_ = ordersItsRows(text);
    return {};
  }

  Result<std::vector<SqlRow>> run(std::span<const SqlRow> rows) {
    MutexLock lock(mutex_);
    auto result = fillAndRun(rows);
    trusted_ = true;
    steps_ = 0;
    sqlite3_reset(query_.get());
    sqlite3_step(clear_.get());
    sqlite3_reset(clear_.get());
    return result;
  }

  [[nodiscard]] const std::vector<std::string>& columns() const { return columns_; }

 private:
  static int authorize(void* self, int action, const char* first, const char* second, const char*,
                       const char*) {
    auto& impl = *static_cast<Impl*>(self);
    if (impl.trusted_) return SQLITE_OK;
    const std::string what = first == nullptr ? "" : first;
    const std::string function = second == nullptr ? "" : second;
    if (action == SQLITE_SELECT || action == SQLITE_RECURSIVE) return SQLITE_OK;
    if (action == SQLITE_READ) {
      if (what == impl.table_ || what == "json_each" || what == "json_tree") return SQLITE_OK;
      impl.denied_ =
          fmt::format("the table '{}' cannot be read: there is only '{}'", what, impl.table_);
    } else if (action == SQLITE_FUNCTION) {
      if (isAllowedFunction(function)) return SQLITE_OK;
      impl.denied_ = fmt::format("the function {}() cannot be called", function);
    } else {
      impl.denied_ = "only a select is possible";
    }
    return SQLITE_DENY;
  }

  static int look(void* self) {
    auto& impl = *static_cast<Impl*>(self);
    impl.steps_ += kStepsBetweenLooks;
    return impl.steps_ > impl.limits_.steps_max ? 1 : 0;
  }

  Result<std::vector<SqlRow>> fillAndRun(std::span<const SqlRow> rows) {
    trusted_ = true;
    steps_ = 0;
    for (const SqlRow& row : rows) {
      LOCKSTEP_CHECK(row.size() == columns_in_, "a row has the table's columns");
      for (std::size_t i = 0; i < row.size(); ++i)
        if (bind(insert_.get(), static_cast<int>(i + 1), row[i]) != SQLITE_OK) return failure();
      const int stepped = sqlite3_step(insert_.get());
      sqlite3_reset(insert_.get());
      if (stepped != SQLITE_DONE) return failure();
    }
    trusted_ = false;
    steps_ = 0;
    std::vector<SqlRow> result;
    std::uint64_t bytes = 0;
    for (;;) {
      const int stepped = sqlite3_step(query_.get());
      if (stepped == SQLITE_DONE) break;
      if (stepped != SQLITE_ROW) return failure();
      SqlRow row;
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        row.push_back(column(query_.get(), static_cast<int>(i)));
        bytes += bytesOf(row.back());
      }
      result.push_back(std::move(row));
      if (result.size() > limits_.rows_max || bytes > limits_.result_bytes_max)
        return failed(fmt::format("gives more than {} rows or {} bytes", limits_.rows_max,
                                  limits_.result_bytes_max));
    }
    if (!orders_) std::sort(result.begin(), result.end());
    return result;
  }

  Status execute(const std::string& text) {
    return sqlite3_exec(database_.get(), text.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK
               ? Status()
               : failure();
  }
  Status compile(const std::string& text, Statement& statement) {
    sqlite3_stmt* compiled = nullptr;
    const int prepared = sqlite3_prepare_v2(database_.get(), text.c_str(), -1, &compiled, nullptr);
    statement.reset(compiled);
    return prepared == SQLITE_OK ? Status() : failure();
  }
  [[nodiscard]] Status failure() const {
    if (steps_ > limits_.steps_max)
      return failed(fmt::format("takes more than {} steps", limits_.steps_max));
    return failed(sqlite3_errmsg(database_.get()));
  }
  static Status failed(const std::string& message) {
    return {Reaction::kFatal, "the query: " + message};
  }

  const SqlLimits limits_;
  std::string table_;
  std::size_t columns_in_ = 0;
  std::unique_ptr<sqlite3, CloseDatabase> database_;  ///< goes after its statements
  Statement insert_, clear_, query_;
  std::vector<std::string> columns_;
  bool orders_ = false;
  std::string denied_;
  bool trusted_ = true;  ///< what is compiled now is ours, not the user's
  Mutex mutex_;          ///< a run at a time
  std::uint64_t steps_ = 0;
};

Result<std::shared_ptr<SqlQuery>> SqlQuery::prepare(const Table& table, const std::string& text,
                                                    SqlMistake* mistake, const SqlLimits& limits) {
  auto impl = std::make_unique<Impl>(limits);
  LOCKSTEP_TRY(impl->open(table));
  SqlMistake found;
  const Status status = impl->prepare(text, found);
  if (!status.ok() && mistake != nullptr) *mistake = found;
  LOCKSTEP_TRY(status);
  return std::shared_ptr<SqlQuery>(new SqlQuery(std::move(impl)));
}

SqlQuery::SqlQuery(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SqlQuery::~SqlQuery() = default;
const std::vector<std::string>& SqlQuery::columns() const { return impl_->columns(); }
Result<std::vector<SqlRow>> SqlQuery::run(std::span<const SqlRow> rows) { return impl_->run(rows); }

}  // namespace lockstep
