// distinct, repartition, flatMapValues, and the union of a list.
#include <lockstep/dstream/repartition.hpp>

#include <stdexcept>

#include "tests/support/catch.hpp"
#include "tests/unit/dstream/pairs.hpp"

using namespace lockstep;
using test::GraphRunner;
using test::Lines;
using test::putPair;
using test::shownLines;
using test::sortedLines;

TEST_CASE("distinct keeps each element of a batch once, in order of first sight",
          "[unit][dstream][repartition]") {
  GraphRunner run;
  saveText(run, textPairs(run, "in", 2).distinct());
  run.prepare(1);
  putPair(run, "b", "1"), putPair(run, "a", "1"), putPair(run, "b", "1"),
      putPair(run, "b", std::nullopt);
  putPair(run, "a", "1", "in", 1), putPair(run, "b", "", "in", 1);
  run.batch();
  CHECK(shownLines(run) == Lines{"(b,1)", "(a,1)", "(b,null)", "(b,)"});
  putPair(run, "b", "1");
  run.batch();
  CHECK(shownLines(run) == Lines{"(b,1)"});
  run.batch();
  CHECK(shownLines(run).empty());
}

TEST_CASE("repartition deals the elements out in turn and keeps all of them",
          "[unit][dstream][repartition]") {
  GraphRunner run;
  std::vector<std::vector<std::int64_t>> tasks(3);
  run.save(numberPairs(run, "in", 2)
               .repartition(3)
               .map([&tasks](const test::NumberPair& pair, TaskContext& context) {
                 tasks.at(context.task).push_back(pair.second);
                 return pair;
               }));
  run.prepare(1);
  for (int i = 0; i < 7; ++i) putPair(run, "k", std::to_string(i));
  for (int i = 10; i < 12; ++i) putPair(run, "k", std::to_string(i), "in", 1);
  run.batch();
  CHECK(tasks == std::vector<std::vector<std::int64_t>>{{0, 3, 6}, {1, 4, 10}, {2, 5, 11}});
  CHECK(run.last.counters.records_out == 9);
}

TEST_CASE("repartition takes back what a failing chunk dealt out", "[unit][dstream][repartition]") {
  GraphRunner run;
  run.deadLetters();
  const auto in = numberPairs(run);
  saveText(run, in.repartition(2));
  run.save(in.map([](const test::NumberPair& pair) {
    if (pair.second == 1) throw std::runtime_error("1");
    return pair.second;
  }),
           "other");
  run.prepare();
  for (int i = 0; i < 4; ++i) putPair(run, "k", std::to_string(i));
  run.batch();
  CHECK(shownLines(run) == Lines{"(k,0)", "(k,3)", "(k,2)"});
  CHECK(run.records("dlq").size() == 1);
}

TEST_CASE("an element that fails behind repartition is a dead letter with all it has",
          "[unit][dstream][repartition]") {
  GraphRunner run;
  run.deadLetters();
  run.save(numberPairs(run).repartition(2).map([](const test::NumberPair& pair) {
    if (pair.second == 1) throw std::runtime_error("1");
    return pair;
  }));
  run.prepare();
  for (int i = 0; i < 3; ++i) putPair(run, "k" + std::to_string(i), std::to_string(i));
  run.batch();
  CHECK(run.records("dlq", true) == Lines{"k1=1"});
  CHECK(run.records("out", true) == Lines{"k0=0", "k2=2"});
}

TEST_CASE("a repartition without partitions and a union of nothing are refused",
          "[unit][dstream][repartition]") {
  GraphRunner run;
  const auto code = [](const auto& call) -> std::string {
    try {
      call();
    } catch (const Error& error) {
      return error.code();
    }
    return "";
  };
  CHECK(code([&] { (void)numberPairs(run).repartition(0); }) == "E031");
  CHECK(code([&] { (void)unite(std::vector<DStream<RecordView>>{}); }) == "E009");
}

TEST_CASE("unite takes a list of streams, also one and one twice", "[unit][dstream][repartition]") {
  GraphRunner run;
  const auto a = numberPairs(run, "a"), b = numberPairs(run, "b"), c = numberPairs(run, "c");
  saveText(run, unite({a, b, c}), "all");
  saveText(run, unite(std::vector{b}), "one");
  saveText(run, unite({a, c, a}), "twice");
  run.prepare();
  putPair(run, "k", "1", "a"), putPair(run, "k", "2", "b"), putPair(run, "k", "3", "c");
  run.batch();
  CHECK(shownLines(run, "all") == Lines{"(k,1)", "(k,2)", "(k,3)"});
  CHECK(shownLines(run, "one") == Lines{"(k,2)"});
  CHECK(sortedLines(shownLines(run, "twice")) == Lines{"(k,1)", "(k,1)", "(k,3)"});
}

TEST_CASE("flatMapValues keeps the key of each value", "[unit][dstream][repartition]") {
  GraphRunner run;
  saveText(run, numberPairs(run).flatMapValues([](std::int64_t n) {
    return std::vector<std::int64_t>(static_cast<std::size_t>(n), n);
  }));
  run.prepare();
  putPair(run, "a", "2"), putPair(run, "b", "0"), putPair(run, "c", "1");
  run.batch();
  CHECK(shownLines(run) == Lines{"(a,2)", "(a,2)", "(c,1)"});
}
