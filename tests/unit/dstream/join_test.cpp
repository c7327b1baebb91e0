// groupByKey, cogroup and the joins of one batch.
#include <lockstep/dstream/join.hpp>

#include <stdexcept>

#include "tests/support/catch.hpp"
#include "tests/unit/dstream/pairs.hpp"

using namespace lockstep;
using test::GraphRunner;
using test::Lines;
using test::putPair;
using test::shownLines;
using test::sortedLines;

TEST_CASE("groupByKey has the values of a key in order of partition and arrival",
          "[unit][dstream][join]") {
  GraphRunner run;
  saveText(run, textPairs(run, "in", 2).groupByKey());
  run.prepare(1);
  putPair(run, "b", "1"), putPair(run, "a", "2"), putPair(run, "b", std::nullopt);
  putPair(run, "a", "2", "in", 1), putPair(run, "b", "4", "in", 1);
  run.batch();
  CHECK(shownLines(run) == Lines{"(b,[1, null, 4])", "(a,[2, 2])"});
  run.batch();
  CHECK(shownLines(run).empty());
}

TEST_CASE("a group of views may be collected and saved", "[unit][dstream][join]") {
  GraphRunner run;
  std::vector<std::pair<std::string, std::vector<std::optional<std::string>>>> seen;
  const auto grouped = textPairs(run).groupByKey();
  grouped.foreachRDD([&](const auto& rdd, BatchTime) { seen = rdd.collect(); });
  run.save(grouped);
  run.prepare();
  putPair(run, "a", "x"), putPair(run, "a", std::nullopt);
  run.batch();
  REQUIRE(run.last.side_effects.size() == 1);
  REQUIRE(run.last.side_effects[0].run().ok());
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].second == std::vector<std::optional<std::string>>{"x", std::nullopt});
  CHECK(run.records().size() == 1);
}

TEST_CASE("cogroup has the values of both sides, keys of the left first", "[unit][dstream][join]") {
  GraphRunner run;
  const auto left = textPairs(run, "left"), right = textPairs(run, "right");
  saveText(run, left.cogroup(right));
  run.prepare(1);
  putPair(run, "c", "1", "right"), putPair(run, "a", "2", "right"), putPair(run, "a", "3", "right");
  putPair(run, "b", "4", "left"), putPair(run, "a", std::nullopt, "left");
  run.batch();
  CHECK(shownLines(run) == Lines{"(b,([4],[]))", "(a,([null],[2, 3]))", "(c,([],[1]))"});
  run.batch();
  CHECK(shownLines(run).empty());
  putPair(run, "a", "1", "right");
  run.batch();
  CHECK(shownLines(run) == Lines{"(a,([],[1]))"});
}

TEST_CASE("joins give the product of equal keys, and what has no partner",
          "[unit][dstream][join]") {
  GraphRunner run;
  const auto left = textPairs(run, "left");
  const auto right = numberPairs(run, "right");
  saveText(run, left.join(right), "inner");
  saveText(run, left.leftOuterJoin(right), "left_outer");
  saveText(run, left.rightOuterJoin(right), "right_outer");
  saveText(run, left.fullOuterJoin(right), "full");
  run.prepare(1);
  putPair(run, "a", "x", "left"), putPair(run, "l", std::nullopt, "left"),
      putPair(run, "a", "y", "left");
  putPair(run, "r", "9", "right"), putPair(run, "a", "1", "right"), putPair(run, "a", "2", "right");
  run.batch();
  const Lines product{"(a,(x,1))", "(a,(x,2))", "(a,(y,1))", "(a,(y,2))"};
  const auto with = [&](const Lines& more) {
    Lines all = product;
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  CHECK(shownLines(run, "inner") == product);
  CHECK(shownLines(run, "left_outer") == with({"(l,(null,null))"}));
  CHECK(shownLines(run, "right_outer") == with({"(r,(null,9))"}));
  CHECK(shownLines(run, "full") == with({"(l,(null,null))", "(r,(null,9))"}));
  run.batch();
  for (const auto* topic : {"inner", "left_outer", "right_outer", "full"})
    CHECK(shownLines(run, topic).empty());
}

TEST_CASE("a stream joined with itself is squared", "[unit][dstream][join]") {
  GraphRunner run;
  const auto pairs = numberPairs(run);
  const auto doubled = pairs.mapValues([](std::int64_t v) { return 2 * v; });
  saveText(run, pairs.join(pairs), "self");
  saveText(run, pairs.join(doubled.reduceByKey([](auto a, auto b) { return a + b; })), "later");
  run.prepare(2);
  putPair(run, "a", "1"), putPair(run, "a", "2"), putPair(run, "b", "3");
  run.batch();
  CHECK(sortedLines(shownLines(run, "self")) ==
        Lines{"(a,(1,1))", "(a,(1,2))", "(a,(2,1))", "(a,(2,2))", "(b,(3,3))"});
  CHECK(sortedLines(shownLines(run, "later")) == Lines{"(a,(1,6))", "(a,(2,6))", "(b,(3,6))"});
}

TEST_CASE("a function behind a join that throws rejects the pair only", "[unit][dstream][join]") {
  GraphRunner run;
  run.deadLetters();
  const auto left = numberPairs(run, "left"), right = numberPairs(run, "right");
  saveText(run, left.join(right).mapValues(
                    [](const std::pair<std::int64_t, std::int64_t>& both) {
                      if (both.first == both.second) throw std::runtime_error("equal");
                      return both.first - both.second;
                    },
                    "minus"));
  run.prepare(1);
  putPair(run, "a", "1", "left"), putPair(run, "a", "2", "left");
  putPair(run, "a", "1", "right"), putPair(run, "a", "5", "right");
  run.batch();
  CHECK(shownLines(run) == Lines{"(a,-4)", "(a,1)", "(a,-3)"});
  CHECK(run.records("dlq") == Lines{"a=~"});
  CHECK(run.last.counters.dead_letters.at({"minus", RecordErrorKind::kEval}) == 1);
}

TEST_CASE("a batch whose joined shuffles outgrow their bound is aborted", "[unit][dstream][join]") {
  GraphRunner run;
  run.services.shuffle_bytes_max = 64 * 1024;
  const auto left = textPairs(run, "left"), right = textPairs(run, "right");
  saveText(run, left.join(right));
  run.prepare(2);
  for (int i = 0; i < 2'000; ++i) putPair(run, std::to_string(i), std::string(50, 'v'), "left");
  const auto plan = run.plan();
  CHECK(run.run(plan).status.reaction() == Reaction::kAbort);
  auto part = plan;
  part.ranges[0].until = Offset{10};
  CHECK(run.batch(part).counters.records_out == 0);
}
