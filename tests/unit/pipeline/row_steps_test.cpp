// Each operator of a YAML pipeline on batches: what Spark's operator of that name gives.
#include "src/pipeline/rows/row_steps.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"
#include "tests/unit/pipeline/pipeline_runner.hpp"

using namespace lockstep;
using test::Lines;
using test::outcome;
using test::PipelineRunner;
using test::PipelineText;
using test::sorted;

TEST_CASE("map replaces value, key or both; both see the incoming row",
          "[unit][pipeline][row_steps]") {
  CHECK(outcome({"      - map: upper(value)\n"}, {"a"}) == Lines{R"(~="A")"});
  CHECK(outcome({"      - map: { key: value, value: 1 }\n"}, {"a"}) == Lines{R"("a"=1)"});
  CHECK(outcome({"      - map: { key: value, value: 7 }\n"
                 "      - map: { key: value, value: key }\n"},
                {"a"}) == Lines{R"(7="a")"});
}

TEST_CASE("mapValues keeps the key, keyBy keeps the value", "[unit][pipeline][row_steps]") {
  CHECK(outcome({"      - keyBy: 'value .. \"!\"'\n"
                 "      - mapValues: lower(value)\n"},
                {"A"}) == Lines{R"("A!"="a")"});
}

TEST_CASE("filter keeps what is neither nil nor false, in order", "[unit][pipeline][row_steps]") {
  CHECK(outcome({"      - filter: value ~= \"b\"\n"}, {"a", "b", "c", "a"}) ==
        Lines{R"(~="a")", R"(~="c")", R"(~="a")"});
  CHECK(outcome({"      - filter: 0\n"}, {"a"}) == Lines{R"(~="a")"});  // Lua: 0 is true
  CHECK(outcome({"      - filter: nil\n"}, {"a"}).empty());
}

TEST_CASE("flatMap gives one row for each element and keeps the key",
          "[unit][pipeline][row_steps]") {
  PipelineRunner words({"      - flatMap: split(value, \" \")\n"});
  words.feed("k", "to be  or");
  CHECK(words.batch() == Lines{R"("k"="to")", R"("k"="be")", R"("k"="")", R"("k"="or")"});
  CHECK(outcome({"      - flatMap: nil\n"}, {"a"}).empty());
  CHECK(outcome({"      - flatMap: value.items\n", "json"}, {R"({"items":[1,{"a":2}]})"}) ==
        Lines{"~=1", R"(~={"a":2})"});
  // An element nil is a row without a value, as a null record is.
  CHECK(outcome({"      - flatMap: value\n", "json"}, {"[1,null]"}) == Lines{"~=1", "~=~"});
}

TEST_CASE("union keeps the rows of all streams, duplicates too", "[unit][pipeline][row_steps]") {
  const std::string streams =
      "  loud:\n    from: in\n    steps:\n      - map: upper(value)\n"
      "  both:\n    from: [in, loud]\n"
      "  stepped:\n    from: in\n    steps:\n      - union: [loud, in]\n";
  CHECK(sorted(outcome({"", "string", "", streams, "both"}, {"a"})) ==
        Lines{R"(~="A")", R"(~="a")"});
  CHECK(sorted(outcome({"", "string", "", streams, "stepped"}, {"a"})) ==
        Lines{R"(~="A")", R"(~="a")", R"(~="a")"});
}

TEST_CASE("count is one row per batch, 0 for an empty one; reduce has nothing then",
          "[unit][pipeline][row_steps]") {
  PipelineRunner count({"      - count: {}\n"});
  CHECK(count.batch({"a", "b"}) == Lines{"~=2"});
  CHECK(count.batch() == Lines{"~=0"});

  PipelineRunner longest({"      - reduce: max\n"});
  CHECK(longest.batch({"a", "c", "b"}) == Lines{R"(~="c")"});
  CHECK(longest.batch().empty());
  CHECK(outcome({"      - reduce: count\n"}, {"a", "b"}) == Lines{"~=2"});
  CHECK(outcome({"      - reduce: a .. b\n"}, {"x", "y", "z"}) == Lines{R"(~="xyz")"});
}

TEST_CASE("countByValue counts equal values of a batch", "[unit][pipeline][row_steps]") {
  PipelineRunner counts({"      - countByValue: {}\n"});
  CHECK(sorted(counts.batch({"a", "b", "a"})) == Lines{R"("a"=2)", R"("b"=1)"});
  CHECK(sorted(counts.batch({"a"})) == Lines{R"("a"=1)"});
  CHECK(counts.batch().empty());
}

TEST_CASE("a named reduction gives what its expression gives", "[unit][pipeline][row_steps]") {
  struct Row {
    std::string named, written;
  };
  const auto row =
      GENERATE(values<Row>({{"sum", "a + b"}, {"min", "'min(a, b)'"}, {"max", "'max(a, b)'"}}));
  const auto fed = GENERATE(values<Lines>(
      {{"1", "2", "3"}, {"-5", "4"}, {"1", "0.5", "3"}, {"9223372036854775807", "1"}, {"7"}, {}}));
  CAPTURE(row.named);
  const std::string key = "      - map: { key: 'value == 4', value: value }\n";
  CHECK(outcome({key + "      - reduceByKey: " + row.named + "\n", "json"}, fed) ==
        outcome({key + "      - reduceByKey: " + row.written + "\n", "json"}, fed));
  CHECK(outcome({"      - reduce: " + row.named + "\n", "json"}, fed) ==
        outcome({"      - reduce: " + row.written + "\n", "json"}, fed));
}

TEST_CASE("reduceByKey combines the values of a key in their order, and counts rows",
          "[unit][pipeline][row_steps]") {
  PipelineRunner joined({"      - reduceByKey: a .. b\n"});
  joined.feed("k", "x");
  joined.feed("j", "1");
  joined.feed("k", "y");
  joined.feed("k", "z");
  CHECK(sorted(joined.batch()) == Lines{R"("j"="1")", R"("k"="xyz")"});
  CHECK(joined.batch().empty());

  PipelineRunner counted({"      - reduceByKey: count\n"});
  counted.feed("k", "x");
  counted.feed(std::nullopt, "x");
  counted.feed("k", std::nullopt);
  CHECK(sorted(counted.batch()) == Lines{R"("k"=2)", "~=1"});
}

TEST_CASE("equal keys meet whatever their kind of number or order of fields",
          "[unit][pipeline][row_steps]") {
  CHECK(outcome({"      - map: { key: value, value: 1 }\n"
                 "      - reduceByKey: sum\n",
                 "json"},
                {R"({"a":1,"b":2})", R"({"b":2,"a":1})"}) == Lines{R"({"a":1,"b":2}=2)"});
}

TEST_CASE("parallelism and workers do not change what a key gets", "[unit][pipeline][row_steps]") {
  const PipelineText text{
      "      - flatMap: split(value, \" \")\n"
      "      - map: { key: value, value: 1 }\n"
      "      - reduceByKey: sum\n"};
  const Lines fed{"to be or not to be", "that is the question", "to be"};
  const auto once = sorted(outcome(text, fed));
  REQUIRE(once.size() == 8);
  for (const std::uint32_t workers : {1U, 3U}) {
    for (const std::uint32_t shards : {1U, 2U, 7U}) {
      PipelineRunner again(text, workers, shards);
      CHECK(sorted(again.batch(fed)) == once);
    }
  }
}

TEST_CASE("a row made one to one keeps timestamp and headers; an aggregate has the batch time",
          "[unit][pipeline][row_steps]") {
  PipelineRunner mapped({"      - map: 'value .. headers.h .. topic .. partition .. offset'\n"});
  mapped.run.input.append({"in", Partition{0}}, {"k", "v", test::at(42), {{"h", "1"}}});
  CHECK(mapped.batch() == Lines{R"("k"="v1in00")"});
  const auto record = mapped.run.last.outputs.at(0).records->records()[0];
  CHECK(record.timestamp == test::at(42));
  REQUIRE(record.headers.size() == 1);

  PipelineRunner reduced({"      - reduceByKey: count\n"});
  reduced.run.input.append({"in", Partition{0}}, {"k", "v", test::at(42), {{"h", "1"}}});
  CHECK(reduced.batch() == Lines{R"("k"=1)"});
  const auto aggregate = reduced.run.last.outputs.at(0).records->records()[0];
  CHECK(aggregate.timestamp == test::at(1000));
  CHECK(aggregate.headers.empty());
}
