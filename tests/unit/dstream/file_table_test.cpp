// Tables of files: loaded, loaded again between batches, never half; SQL over a batch, and over
// remembered ones.
#include <lockstep/dstream/file_table.hpp>

#include <fstream>

#include <lockstep/dstream/remember.hpp>
#include <lockstep/dstream/sql.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/unit/dstream/pairs.hpp"

using namespace lockstep;
using test::GraphRunner;
using test::Lines;
using test::NumberPair;
using test::putPair;
using test::shownLines;

namespace {

using Rates = FileTable<std::int64_t>;

/// "key number" in lines; a line without a number is a mistake.
Result<Rates::Rows> parse(const std::string& text) {
  Rates::Rows rows;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    const std::string line = text.substr(at, end - at);
    const auto blank = line.find(' ');
    if (blank == line.npos) return Status::retry("no number in '" + line + "'");
    rows[line.substr(0, blank)] = std::stoll(line.substr(blank + 1));
    at = end == text.npos ? text.size() : end + 1;
  }
  return rows;
}

struct File {
  test::TempFolder folder;
  std::string path = (folder.path() / "rates.txt").string();
  void write(const std::string& text) const { std::ofstream(path) << text; }
};

/// Numbers times their key's rate; keys without one are left out.
void timesRate(GraphRunner& run, const std::shared_ptr<Rates>& table,
               const std::string& topic = "in") {
  saveText(run, flatMapWithTable<NumberPair>(
                    test::numberPairs(run, topic), table,
                    [](const NumberPair& pair, const Rates::Rows& rates, TaskContext&, auto& emit) {
                      const auto rate = rates.find(pair.first);
                      if (rate != rates.end()) emit(pair.first, pair.second * rate->second);
                    }));
}

}  // namespace

TEST_CASE("a file's new version is taken between two batches, and a bad one never",
          "[unit][dstream][file_table]") {
  File file;
  file.write("a 2\n");
  const auto table = *Rates::load("rates", file.path, parse);
  GraphRunner run;
  timesRate(run, table);
  run.prepare();
  const auto batch = [&] {
    putPair(run, "a", "5"), putPair(run, "b", "5");
    run.batch();
    return shownLines(run);
  };
  CHECK(batch() == Lines{"(a,10)"});
  file.write("a 3\nb 10\n");
  CHECK(batch() == Lines{"(a,15)", "(b,50)"});
  file.write("a 4\nnonsense\n");
  CHECK(batch() == Lines{"(a,15)", "(b,50)"});
  std::filesystem::remove(file.path);
  CHECK(batch() == Lines{"(a,15)", "(b,50)"});
  file.write("a 100\n");
  CHECK(batch() == Lines{"(a,500)"});
}

TEST_CASE("a batch that runs again sees the same version, the next the new one",
          "[unit][dstream][file_table]") {
  File file;
  file.write("a 2\n");
  GraphRunner run;
  timesRate(run, *Rates::load("rates", file.path, parse));
  run.prepare();
  putPair(run, "a", "1");
  const auto plan = run.plan();
  run.run(plan);
  CHECK(shownLines(run) == Lines{"(a,2)"});
  file.write("a 333\n");
  run.run(plan);
  CHECK(shownLines(run) == Lines{"(a,2)"});
  run.commit(plan);
  putPair(run, "a", "1");
  run.batch();
  CHECK(shownLines(run) == Lines{"(a,333)"});
}

TEST_CASE("a batch names the versions that it was computed with", "[unit][dstream][file_table]") {
  using Versions = std::vector<FileVersion>;
  File file;
  file.write("a 2\n");
  const auto table = *Rates::load("rates", file.path, parse);
  GraphRunner run;
  timesRate(run, table);
  timesRate(run, table, "other");  // named once
  run.prepare();
  const auto plan = run.plan();
  run.run(plan);
  CHECK(run.last.files == Versions{fileVersion(file.path, "a 2\n")});
  file.write("a 333\n");
  run.batch(plan);
  CHECK(run.last.files == Versions{fileVersion(file.path, "a 2\n")});
  run.batch();
  CHECK(run.last.files == Versions{fileVersion(file.path, "a 333\n")});
  file.write("nonsense\n");
  run.batch();
  CHECK(run.last.files == Versions{fileVersion(file.path, "a 333\n")});
  CHECK(fileVersion("x", "a").hash != fileVersion("x", "b").hash);
}

TEST_CASE("what is required of a table holds for every version", "[unit][dstream][file_table]") {
  File file;
  file.write("a 2\n");
  const auto table = *Rates::load("rates", file.path, parse);
  const auto positive = [](const Rates::Rows& rows) {
    for (const auto& [key, rate] : rows)
      if (rate <= 0) return Status::retry(key + " is not positive");
    return Status();
  };
  CHECK(table->require(positive).ok());
  file.write("a -22\n");
  CHECK(table->at(BatchId{1}, test::at(1))->at("a") == 2);
  CHECK_FALSE(table->require([](const Rates::Rows&) { return Status::retry("no"); }).ok());
}

TEST_CASE("a file that cannot be used at the start is an error with its place",
          "[unit][dstream][file_table]") {
  File file;
  const auto missing = Rates::load("rates", file.path, parse);
  REQUIRE_FALSE(missing.ok());
  CHECK(missing.status().info().code == "E035");
  CHECK(missing.status().message().find("rates.txt") != std::string::npos);
  file.write("nonsense\n");
  CHECK(Rates::load("rates", file.path, parse).status().info().code == "E035");
}

TEST_CASE("sql() gives a query's rows for each batch", "[unit][dstream][sql]") {
  GraphRunner run;
  const auto totals =
      sql(test::numberPairs(run, "in", 2),
          "select key, sum(value) as total from batch group by key having total > 1");
  saveText(run, totals.map([](const SqlRow& row) {
    return std::pair(std::get<std::string>(row[0]), std::get<std::int64_t>(row[1]));
  }));
  run.prepare();
  putPair(run, "b", "2"), putPair(run, "a", "1", "in", 1), putPair(run, "b", "3", "in", 1);
  run.batch();
  CHECK(shownLines(run) == Lines{"(b,5)"});
  run.batch();
  CHECK(shownLines(run).empty());
}

TEST_CASE("a query that does not compile throws where it is written, one that fails stops",
          "[unit][dstream][sql]") {
  GraphRunner run;
  const auto numbers = test::numberPairs(run);
  CHECK_THROWS_AS(sql(numbers, "select nothing from batch"), Error);
  saveText(run, sql(numbers, "select sum(value) from batch").map([](const SqlRow&) { return 1; }));
  run.prepare();
  putPair(run, "a", std::to_string(INT64_MAX)), putPair(run, "a", "1");
  CHECK(run.run(run.plan()).status.info().code == "E303");
}

TEST_CASE("remembered batches are those that were committed, for a while", "[unit][dstream][sql]") {
  GraphRunner run;
  const auto numbers = test::numberPairs(run);
  const auto batches = remember(numbers, std::chrono::milliseconds(2'000));
  run.prepare();
  const auto commit = [&](const std::string& number) {
    putPair(run, "a", number);
    run.batch();
    run.runEffects();
  };
  auto query = *SqlQuery::prepare({"batch", {"time", "value"}}, "select sum(value) from batch");
  const auto sum = [&] {
    const auto rows = batches->query(*query, [](BatchTime time, const auto& pair) {
      return SqlRow{std::int64_t{time.time_since_epoch().count()}, toSql(pair.second)};
    });
    return toSql(std::get<std::int64_t>((*rows)[0][0]));
  };
  commit("1");
  const auto before = batches->snapshot();
  commit("10");
  CHECK(sum() == SqlValue(std::int64_t{11}));
  commit("100");  // at 3000: what was at 1000 goes
  CHECK(sum() == SqlValue(std::int64_t{110}));
  REQUIRE(before.size() == 1);
  CHECK(before[0]->elements.front().second == 1);
  putPair(run, "a", "1000");
  run.run(run.plan());
  CHECK(sum() == SqlValue(std::int64_t{110}));
}
