// Queries over rows: what they give, in which order, and all that they may not do.
#include <lockstep/sql/sql_query.hpp>

#include "tests/support/catch.hpp"

using namespace lockstep;
using Rows = std::vector<SqlRow>;
using Catch::Matchers::Contains;

namespace {

std::shared_ptr<SqlQuery> prepared(const std::string& text, const SqlLimits& limits = {}) {
  auto query = SqlQuery::prepare({"batch", {"key", "value"}}, text, nullptr, limits);
  INFO(text);
  REQUIRE(query.ok());
  return *query;
}
SqlMistake mistake(const std::string& text) {
  SqlMistake found;
  CAPTURE(text);
  CHECK_FALSE(SqlQuery::prepare({"batch", {"key", "value"}}, text, &found).ok());
  return found;
}
SqlRow row(const std::string& key, std::int64_t value) { return {key, value}; }

}  // namespace

TEST_CASE("a query sees the rows of its run and nothing of the run before", "[unit][sql]") {
  const auto query = prepared("select key, sum(value) as total from batch group by key");
  CHECK(query->columns() == std::vector<std::string>{"key", "total"});
  const Rows rows{row("b", 1), row("a", 2), row("b", 3)};
  CHECK(*query->run(rows) == Rows{row("a", 2), row("b", 4)});
  CHECK(query->run({})->empty());
  CHECK(*query->run(rows) == Rows{row("a", 2), row("b", 4)});
}

TEST_CASE("values keep their types", "[unit][sql]") {
  const Rows rows{{std::string("1"), std::int64_t{9007199254740993}},
                  {std::monostate(), 0.5},
                  {std::string("a\0b", 3), std::string("t")}};
  const auto all = prepared("select value, key from batch order by rowid")->run(rows);
  REQUIRE(all->size() == 3);
  CHECK((*all)[0] == SqlRow{std::int64_t{9007199254740993}, std::string("1")});
  CHECK((*all)[1] == SqlRow{0.5, std::monostate()});
  CHECK((*all)[2] == SqlRow{std::string("t"), std::string("a\0b", 3)});
  CHECK(*prepared("select typeof(key) as t from batch where key = 1")->run(rows) == Rows{});
}

TEST_CASE("without ORDER BY the rows are sorted, with it they stay", "[unit][sql]") {
  const Rows rows{row("b", 1), row("a", 3), row("c", 2)};
  const auto keys = [&](const std::string& text) {
    std::string all;
    const auto result = prepared(text)->run(rows);
    for (const auto& one : *result) all += std::get<std::string>(one[0]);
    return all;
  };
  CHECK(keys("select key from batch") == "abc");
  CHECK(keys("select key from batch order by value desc") == "acb");
  CHECK(keys("select key from batch ORDER /* x */ BY value") == "bca");
  CHECK(keys("select key from (select * from batch order by value)") == "abc");
  CHECK(keys("select key from batch where 'order by' <> \"key\" -- order by") == "abc");
}

TEST_CASE("JSON is read with SQLite's operators", "[unit][sql]") {
  const Rows rows{{std::string("o"), std::string(R"({"country":"DE","items":[1,2]})")}};
  CHECK(*prepared("select value ->> 'country' as c, json_array_length(value, '$.items') as n "
                  "from batch")
             ->run(rows) == Rows{row("DE", 2)});
  CHECK(prepared("select item.value as v from batch, json_each(batch.value, '$.items') as item")
            ->run(rows)
            ->size() == 2);
}

TEST_CASE("a query reads its batch, and nothing else", "[unit][sql]") {
  CHECK_THAT(mistake("delete from batch").message, Contains("only a select"));
  CHECK_THAT(mistake("insert into batch values (1, 2)").message, Contains("only a select"));
  CHECK_THAT(mistake("attach 'x.db' as x").message, Contains("only a select"));
  CHECK_THAT(mistake("pragma table_info(batch)").message, Contains("only a select"));
  CHECK_THAT(mistake("create table t (a)").message, Contains("only a select"));
  CHECK_THAT(mistake("select * from sqlite_master").message,
             Contains("'sqlite_master' cannot be read"));
  for (const auto* function : {"random()", "randomblob(1)", "datetime('now')", "julianday('now')",
                               "load_extension('x')", "changes()", "last_insert_rowid()"})
    CHECK_THAT(mistake("select " + std::string(function) + " from batch").message,
               Contains("cannot be called"));
  CHECK_THAT(mistake("select current_timestamp from batch").message, Contains("cannot be called"));
  CHECK_THAT(mistake("select 1; select 2").message, Contains("second statement"));
  CHECK_THAT(mistake("  ").message, Contains("no query"));
}

TEST_CASE("a mistake tells its place in the text", "[unit][sql]") {
  const std::string text = "select key, amount from batch";
  const auto found = mistake(text);
  CHECK_THAT(found.message, Contains("no such column: amount"));
  CHECK(text.substr(found.offset, 6) == "amount");
  CHECK(mistake("select key frm batch").offset > 0);
}

TEST_CASE("what a run may take is bounded", "[unit][sql]") {
  const std::string endless =
      "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n";
  const auto steps = prepared(endless, {.steps_max = 100'000})->run({});
  REQUIRE_FALSE(steps.ok());
  CHECK_THAT(steps.status().message(), Contains("more than 100000 steps"));
  const Rows rows{row("a", 1), row("b", 2), row("c", 3)};
  const auto many = prepared("select a.key from batch a, batch b", {.rows_max = 5});
  CHECK_THAT(many->run(rows).status().message(), Contains("more than 5 rows"));
  CHECK(many->run({})->empty());  // it lives on
  const auto sum = prepared("select sum(value) from batch");
  const Rows big{{std::string(), INT64_MAX}, {std::string(), std::int64_t{1}}};
  CHECK_THAT(sum->run(big).status().message(), Contains("overflow"));
  CHECK((*sum->run(rows))[0][0] == SqlValue(std::int64_t{6}));
}
