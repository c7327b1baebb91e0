// Tables of a topic's latest values, and the streams that look things up in them.
#include <lockstep/dstream/table.hpp>

#include <stdexcept>

#include "tests/support/catch.hpp"
#include "tests/unit/dstream/pairs.hpp"

using namespace lockstep;
using test::GraphRunner;
using test::Lines;
using test::putPair;
using test::shownLines;
using test::sortedLines;
using test::TextPair;

namespace {

auto tableOf(GraphRunner& run, const std::string& topic = "table", int partitions = 1) {
  return toTable(test::textPairs(run, topic, partitions), {.id = topic});
}
auto ordersOf(GraphRunner& run, int partitions = 1) {
  return run.stream("in", partitions).map([](const RecordView& r) {
    return std::pair(r.key.value_or(""), r.value.value_or(""));
  });
}

}  // namespace

TEST_CASE("a look-up sees the table's records of its own batch and of all before it",
          "[unit][dstream][table]") {
  GraphRunner run;
  const auto table = tableOf(run);
  const auto orders = ordersOf(run);
  saveText(run, orders.joinTable(table), "inner");
  saveText(run, orders.leftJoinTable(table), "left");
  run.prepare(1);
  putPair(run, "a", "1"), putPair(run, "b", "2");
  putPair(run, "a", "old", "table"), putPair(run, "a", "new", "table");
  run.batch();
  CHECK(shownLines(run, "inner") == Lines{"(a,(1,new))"});
  CHECK(shownLines(run, "left") == Lines{"(a,(1,new))", "(b,(2,null))"});
  putPair(run, "b", "3"), putPair(run, "a", "4"), putPair(run, "a", "5");
  putPair(run, "b", "more than fifteen bytes of it", "table");
  run.batch();
  CHECK(shownLines(run, "inner") ==
        Lines{"(b,(3,more than fifteen bytes of it))", "(a,(4,new))", "(a,(5,new))"});
}

TEST_CASE("a null value deletes the key, and a later one brings it back",
          "[unit][dstream][table]") {
  GraphRunner run;
  const auto table = tableOf(run);
  saveText(run, ordersOf(run).leftJoinTable(table));
  run.prepare();
  putPair(run, "a", "1", "table");
  run.batch();
  putPair(run, "a", std::nullopt, "table"), putPair(run, "never", std::nullopt, "table");
  putPair(run, "a", "x");
  run.batch();
  CHECK(shownLines(run) == Lines{"(a,(x,null))"});
  CHECK(run.state->contents("table").empty());
  putPair(run, "a", "2", "table"), putPair(run, "a", "y");
  run.batch();
  CHECK(shownLines(run) == Lines{"(a,(y,2))"});
}

TEST_CASE("an empty value is a value", "[unit][dstream][table]") {
  GraphRunner run;
  saveText(run, ordersOf(run).joinTable(tableOf(run)));
  run.prepare();
  putPair(run, "a", "", "table"), putPair(run, "a", "x");
  run.batch();
  CHECK(shownLines(run) == Lines{"(a,(x,))"});
}

TEST_CASE("what a table does not have is rejected where that is asked for",
          "[unit][dstream][table]") {
  GraphRunner run;
  run.deadLetters();
  const auto table = tableOf(run);
  const TableJoinOptions options{.step = "enrich", .on_missing = OnMissing::kDeadLetter};
  const bool foreign = GENERATE(false, true);
  const auto orders = ordersOf(run);
  saveText(run, foreign ? orders.joinTable(
                              table, [](const auto& order) { return order.first; }, options)
                        : orders.joinTable(table, options));
  run.prepare();
  putPair(run, "a", "1"), putPair(run, "b", "2"), putPair(run, "a", "x", "table");
  run.batch();
  CHECK(shownLines(run) == Lines{"(a,(1,x))"});
  CHECK(run.records("dlq") == Lines{"b=2"});
  CHECK(run.last.counters.dead_letters.at({"enrich", RecordErrorKind::kEval}) == 1);
}

TEST_CASE("a look-up by another key keeps each key's elements in order", "[unit][dstream][table]") {
  const auto workers = GENERATE(1U, 2U);
  GraphRunner run(workers);
  const auto table = tableOf(run, "table", 2);
  const auto customer = [](const std::pair<std::string_view, std::string_view>& order) {
    return order.second.substr(0, 2);
  };
  const auto orders = ordersOf(run, 2);
  saveText(run, orders.leftJoinTable(table, customer), "left");
  saveText(run, orders.joinTable(table, customer), "inner");
  run.prepare(3);
  for (int c = 0; c < 10; ++c)
    putPair(run, "c" + std::to_string(c), "C" + std::to_string(c), "table", c % 2);
  Lines expected;
  for (int i = 0; i < 700; ++i) {
    const std::string which = std::to_string(i * 7 % 10);
    const std::string order = "c" + which + "-" + std::to_string(i);
    putPair(run, "k", order, "in", 1);
    expected.push_back("(k,(" + order + ",C" + which + "))");
  }
  putPair(run, "k", "c0-first", "in", 0), putPair(run, "k", "x", "in", 0);
  expected.insert(expected.begin(), {"(k,(c0-first,C0))", "(k,(x,null))"});
  run.batch();
  CHECK(shownLines(run, "left") == expected);
  expected.erase(expected.begin() + 1);
  CHECK(shownLines(run, "inner") == expected);
}

TEST_CASE("a batch that runs again looks up the same", "[unit][dstream][table]") {
  GraphRunner run;
  const auto table = tableOf(run);
  saveText(run, ordersOf(run).joinTable(table));
  run.prepare();
  putPair(run, "a", "old", "table");
  run.batch();
  putPair(run, "a", "1"), putPair(run, "a", "new", "table");
  const auto plan = run.plan();
  for (int i = 0; i < 3; ++i) {
    run.run(plan);
    CHECK(shownLines(run) == Lines{"(a,(1,new))"});
    Job::rollback(plan.id, run.services);
    CHECK(run.state->contents("table") == std::map<std::string, std::string>{{"a", "old"}});
  }
}

TEST_CASE("a table may be of any stream, and its values of any type", "[unit][dstream][table]") {
  GraphRunner run;
  const auto counts = test::numberPairs(run, "clicks").countByKey();
  const auto seen = counts.map([](const std::pair<std::string_view, std::int64_t>& pair) {
    return std::pair(pair.first, std::optional(pair.second));
  });
  saveText(run, ordersOf(run).joinTable(toTable(seen, {.id = "counts"})));
  run.prepare();
  putPair(run, "a", "1", "clicks"), putPair(run, "a", "1", "clicks"), putPair(run, "a", "x");
  run.batch();
  CHECK(shownLines(run) == Lines{"(a,(x,2))"});
}

TEST_CASE("a failing table key rejects its element only", "[unit][dstream][table]") {
  GraphRunner run;
  run.deadLetters();
  const auto key = [](const std::pair<std::string_view, std::string_view>& order) {
    if (order.second == "bad") throw std::invalid_argument("no customer");
    return order.second;
  };
  saveText(run, ordersOf(run).joinTable(tableOf(run), key));
  run.prepare();
  putPair(run, "c", "v", "table");
  putPair(run, "1", "c"), putPair(run, "2", "bad"), putPair(run, "3", "c");
  run.batch();
  CHECK(sortedLines(shownLines(run)) == Lines{"(1,(c,v))", "(3,(c,v))"});
  CHECK(run.records("dlq") == Lines{"2=bad"});
}

TEST_CASE("a graph knows the topics of its tables", "[unit][dstream][table]") {
  GraphRunner run;
  const auto decode = [](const RecordView& r) { return TextPair(r.key.value_or(""), r.value); };
  const auto table = kafkaTable(run.graph, "customers", decode, {.id = "people"});
  saveText(run, ordersOf(run).joinTable(table));
  REQUIRE(run.graph->tableTopics().size() == 1);
  CHECK(run.graph->tableTopics()[0].topic == "customers");
  CHECK(run.graph->tableTopics()[0].state_id == "people");
  CHECK(run.graph->topicsRead() == Lines{"customers", "in"});
}
