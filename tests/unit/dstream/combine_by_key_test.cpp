// Folds by key within a batch: combineByKey and what stands on it.
#include <lockstep/dstream/combine_by_key.hpp>

#include <stdexcept>

#include "tests/support/catch.hpp"
#include "tests/unit/dstream/pairs.hpp"

using namespace lockstep;
using test::GraphRunner;
using test::Lines;
using test::putPair;
using test::shownLines;
using test::sortedLines;

namespace {

/// Values of one key as text: c<value> creates, m<value> merges, <a|b> merges combiners.
auto traced(const DStream<test::NumberPair>& pairs) {
  return pairs.combineByKey(
      [](std::int64_t v) { return "c" + std::to_string(v); },
      [](const std::string& c, std::int64_t v) {
        if (v == 13) throw std::runtime_error("13");
        return c + "m" + std::to_string(v);
      },
      [](const std::string& a, const std::string& b) { return "<" + a + "|" + b + ">"; });
}

}  // namespace

TEST_CASE("combineByKey creates in each map partition, merges values there and partitions after",
          "[unit][dstream][combine_by_key]") {
  GraphRunner run;
  saveText(run, traced(numberPairs(run, "in", 2)));
  run.prepare(1);
  putPair(run, "a", "1"), putPair(run, "b", "2"), putPair(run, "a", "3");
  putPair(run, "b", "4", "in", 1), putPair(run, "a", "5", "in", 1), putPair(run, "b", "6", "in", 1);
  run.batch();
  CHECK(shownLines(run) == Lines{"(a,<c1m3|c5>)", "(b,<c2|c4m6>)"});
  run.batch();
  CHECK(shownLines(run).empty());
}

TEST_CASE("many values are combined while they arrive and still created once",
          "[unit][dstream][combine_by_key]") {
  GraphRunner run;
  const auto counted = numberPairs(run).combineByKey(
      [](std::int64_t v) { return std::pair(std::int64_t{1}, v); },
      [](const auto& c, std::int64_t v) { return std::pair(c.first, c.second + v); },
      [](const auto& a, const auto& b) {
        return std::pair(a.first + b.first, a.second + b.second);
      });
  saveText(run, counted);
  run.prepare(1);
  for (int i = 0; i < 100'000; ++i) putPair(run, "k" + std::to_string(i % 7), "1");
  run.batch();
  Lines expected;
  for (int i = 0; i < 7; ++i)
    expected.push_back("(k" + std::to_string(i) + ",(1," + std::to_string(14'285 + (i < 5)) + "))");
  CHECK(sortedLines(shownLines(run)) == expected);
}

TEST_CASE("a value that a function throws on is rejected by itself",
          "[unit][dstream][combine_by_key]") {
  GraphRunner run;
  run.deadLetters();
  saveText(run, traced(numberPairs(run)));
  run.prepare(1);
  putPair(run, "a", "1"), putPair(run, "a", "13"), putPair(run, "a", "2"), putPair(run, "b", "13");
  putPair(run, "b", "13");
  run.batch();
  CHECK(shownLines(run) == Lines{"(a,c1m2)", "(b,c13)"});
  CHECK(run.records("dlq", true) == Lines{"a=13", "b=13"});
  CHECK(run.last.counters.dead_letters.at({"combineByKey 1", RecordErrorKind::kEval}) == 2);
}

TEST_CASE("a key whose first value cannot be created begins with its second",
          "[unit][dstream][combine_by_key]") {
  GraphRunner run;
  run.deadLetters();
  const auto refuse = [](std::int64_t v) {
    if (v < 0) throw std::runtime_error("negative");
    return v;
  };
  const auto add = [](std::int64_t a, std::int64_t b) { return a + b; };
  saveText(run, numberPairs(run).combineByKey(refuse, add, add));
  run.prepare(1);
  putPair(run, "a", "-1"), putPair(run, "b", "5"), putPair(run, "a", "2"), putPair(run, "a", "-3");
  putPair(run, "c", "-4");
  run.batch();
  CHECK(shownLines(run) == Lines{"(b,5)", "(a,-1)"});
  CHECK(run.records("dlq", true) == Lines{"a=-1", "c=-4"});
}

TEST_CASE("a merge may change the combiner in place", "[unit][dstream][combine_by_key]") {
  GraphRunner run;
  using List = std::vector<std::int64_t>;
  saveText(run, numberPairs(run, "in", 2)
                    .combineByKey(
                        [](std::int64_t v) { return List{v}; },
                        [](List& list, std::int64_t v) { list.push_back(v); },
                        [](List& a, const List& b) { a.insert(a.end(), b.begin(), b.end()); }));
  run.prepare(2);
  putPair(run, "a", "1"), putPair(run, "a", "2"), putPair(run, "a", "3", "in", 1);
  run.batch();
  CHECK(shownLines(run) == Lines{"(a,[1, 2, 3])"});
}

TEST_CASE("foldByKey and aggregateByKey begin with their zero in each map partition",
          "[unit][dstream][combine_by_key]") {
  GraphRunner run;
  const auto pairs = numberPairs(run, "in", 2);
  const auto add = [](std::int64_t a, std::int64_t b) { return a + b; };
  saveText(run, pairs.foldByKey(100, add), "folded");
  saveText(run,
           pairs.aggregateByKey(
               std::string("0"),
               [](const std::string& c, std::int64_t v) { return c + "+" + std::to_string(v); },
               [](const std::string& a, const std::string& b) { return a + "," + b; }),
           "aggregated");
  run.prepare(1);
  putPair(run, "a", "1"), putPair(run, "a", "2"), putPair(run, "b", "3");
  putPair(run, "a", "4", "in", 1);
  run.batch();
  CHECK(shownLines(run, "folded") == Lines{"(a,207)", "(b,103)"});
  CHECK(shownLines(run, "aggregated") == Lines{"(a,0+1+2,0+4)", "(b,0+3)"});
  run.batch();
  CHECK(shownLines(run, "folded").empty());
}

TEST_CASE("sum, min, max, avg and count by key", "[unit][dstream][combine_by_key]") {
  GraphRunner run;
  const auto pairs = numberPairs(run, "in", 2);
  const auto halves = pairs.mapValues([](std::int64_t v) { return static_cast<double>(v) / 2; });
  saveText(run, pairs.sumByKey(), "sum");
  saveText(run, pairs.minByKey(), "min");
  saveText(run, pairs.maxByKey(), "max");
  saveText(run, pairs.avgByKey(), "avg");
  saveText(run, pairs.countByKey(), "count");
  saveText(run, halves.sumByKey(), "sums");
  saveText(run, halves.maxByKey(), "greatest");
  run.prepare(1);
  putPair(run, "a", "4"), putPair(run, "b", "7"), putPair(run, "a", "-1"),
      putPair(run, "a", "6", "in", 1);
  run.batch();
  CHECK(shownLines(run, "sum") == Lines{"(a,9)", "(b,7)"});
  CHECK(shownLines(run, "min") == Lines{"(a,-1)", "(b,7)"});
  CHECK(shownLines(run, "max") == Lines{"(a,6)", "(b,7)"});
  CHECK(shownLines(run, "avg") == Lines{"(a,3.0)", "(b,7.0)"});
  CHECK(shownLines(run, "count") == Lines{"(a,3)", "(b,1)"});
  CHECK(shownLines(run, "sums") == Lines{"(a,4.5)", "(b,3.5)"});
  CHECK(shownLines(run, "greatest") == Lines{"(a,3.0)", "(b,3.5)"});
  run.batch();
  CHECK(shownLines(run, "count").empty());
  // Longs wrap around.
  putPair(run, "a", "9223372036854775807"), putPair(run, "a", "1");
  run.batch();
  CHECK(shownLines(run, "sum") == Lines{"(a,-9223372036854775808)"});
}
