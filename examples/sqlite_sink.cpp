// Word counts in an SQLite database, each word counted once whatever is killed and whenever: a
// batch's counts and the offsets that it has read up to are stored in one transaction.
//
//   KAFKA=localhost:9092 DATABASE=counts.db ./sqlite_sink
#include <lockstep/api/lockstep.hpp>

#include <sqlite3.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace ls = lockstep;

namespace {

/// A connection; what fails throws and says why.
class Database {
 public:
  explicit Database(const std::string& file) {
    sqlite3* opened = nullptr;
    const int result = sqlite3_open(file.c_str(), &opened);
    database_.reset(opened);
    if (result != SQLITE_OK) fail();
    sqlite3_busy_timeout(opened, 10'000);
    execute("pragma synchronous = full");
    execute("create table if not exists counts(word text primary key, n integer) without rowid");
    execute(
        "create table if not exists offsets(topic text, part integer, next integer, "
        "primary key(topic, part)) without rowid");
  }

  void execute(const char* sql) {
    if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail();
  }

  /// Runs a statement; whether it gave a row, and how many rows it changed.
  struct Outcome {
    bool row = false;
    int changed = 0;
  };
  template <class... Arguments>
  Outcome run(const char* sql, const Arguments&... arguments) {
    sqlite3_stmt* prepared = nullptr;
    if (sqlite3_prepare_v2(database_.get(), sql, -1, &prepared, nullptr) != SQLITE_OK) fail();
    const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement(prepared,
                                                                               &sqlite3_finalize);
    int place = 0;
    (bind(prepared, ++place, arguments), ...);
    const int result = sqlite3_step(prepared);
    if (result != SQLITE_ROW && result != SQLITE_DONE) fail();
    return {result == SQLITE_ROW, sqlite3_changes(database_.get())};
  }

 private:
  void bind(sqlite3_stmt* statement, int place, const std::string& text) {
    if (sqlite3_bind_text(statement, place, text.data(), static_cast<int>(text.size()),
                          SQLITE_TRANSIENT) != SQLITE_OK)
      fail();
  }
  void bind(sqlite3_stmt* statement, int place, std::int64_t number) {
    if (sqlite3_bind_int64(statement, place, number) != SQLITE_OK) fail();
  }
  [[noreturn]] void fail() const { throw std::runtime_error(sqlite3_errmsg(database_.get())); }

  std::unique_ptr<sqlite3, decltype(&sqlite3_close)> database_{nullptr, &sqlite3_close};
};

/// Rolls back unless commit() was called.
class Transaction {
 public:
  explicit Transaction(Database& database) : database_(database) {
    database_.execute("begin immediate");
  }
  ~Transaction() {
    if (committed_) return;
    try {
      database_.execute("rollback");
    } catch (const std::exception&) {  // the next begin says what is wrong
    }
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit() {
    database_.execute("commit");
    committed_ = true;
  }

 private:
  Database& database_;
  bool committed_ = false;
};

/// Whether the batch was stored before: it is run again after a crash behind the commit below.
bool isStored(Database& database, const std::vector<ls::OffsetRange>& ranges) {
  for (const ls::OffsetRange& range : ranges) {
    if (range.from == range.until) continue;
    const auto found = database.run(
        "select 1 from offsets where topic = ? and part = ? and next = ?", range.partition.topic,
        std::int64_t{range.partition.partition.value()}, range.until.value());
    if (!found.row) return false;
  }
  return true;
}

/// From `from` to `until`. No row with `from` means that somebody else writes here.
void advance(Database& database, const ls::OffsetRange& range) {
  const std::string& topic = range.partition.topic;
  const std::int64_t part = range.partition.partition.value();
  database.run("insert or ignore into offsets values(?, ?, ?)", topic, part, range.from.value());
  const auto moved =
      database.run("update offsets set next = ? where topic = ? and part = ? and next = ?",
                   range.until.value(), topic, part, range.from.value());
  if (moved.changed != 1)
    throw std::runtime_error("another writer has moved " + topic + "/" + std::to_string(part) +
                             " of the database: it is not at " +
                             std::to_string(range.from.value()));
}

template <class Rdd>
void store(Database& database, const Rdd& counts) {
  Transaction transaction(database);
  if (isStored(database, counts.offsetRanges())) return;
  for (const ls::OffsetRange& range : counts.offsetRanges()) advance(database, range);
  for (const auto& [word, n] : counts.collect())
    database.run(
        "insert into counts values(?1, ?2) on conflict(word) do update set n = n + excluded.n",
        word, n);
  transaction.commit();
}

std::string environment(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

}  // namespace

int main() try {
  ls::SettingsOptions options;
  options.application = "sqlite-sink";
  options.bootstrap = environment("KAFKA", "localhost:9092");
  options.batch_interval = std::chrono::milliseconds(100);
  ls::StreamingContext context{ls::Settings(options)};
  context.stopOnSignals();

  ls::ConnectionPool<Database> pool(
      [] { return std::make_unique<Database>(environment("DATABASE", "counts.db")); }, {});
  ls::kafka::createDirectStream(context, {.topics = {"lines"}})
      .flatMap([](const ls::RecordView& r) { return ls::split(r.value.value_or(""), ' '); })
      .map([](std::string_view word) {
        return std::pair{word, std::int64_t{1}};
      })
      .sumByKey()
      .foreachRDD([&pool](const auto& counts) {
        auto database = pool.borrow();
        store(*database, counts);
      });
  context.start({.until_end = !environment("UNTIL_END", "").empty()});
  return context.awaitTermination();
} catch (const ls::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return error.exitCode();
}
