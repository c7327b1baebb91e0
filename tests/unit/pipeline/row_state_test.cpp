// updateStateByKey of a YAML pipeline: expressions, named reductions, idle keys, removal.
#include "src/pipeline/rows/row_state.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <map>

#include <lockstep/base/hash.hpp>
#include <lockstep/formats/big_endian.hpp>

#include "tests/support/catch.hpp"
#include "tests/unit/pipeline/pipeline_runner.hpp"

using namespace lockstep;
using test::Lines;
using test::PipelineRunner;
using test::PipelineText;
using test::sorted;

namespace {

PipelineText stateful(const std::string& options, const std::string& before = {}) {
  return {before + "      - id: s\n        updateStateByKey: { " + options + " }\n"};
}

const std::string kOnes = "      - map: { key: value, value: 1 }\n";

}  // namespace

TEST_CASE("an update sees the old state, or the initial one, and all values of the batch",
          "[unit][pipeline][row_state]") {
  PipelineRunner counts(stateful("initial: 10, update: state + sum(values), emit: changed", kOnes));
  CHECK(sorted(counts.batch({"a", "b", "a"})) == Lines{R"("a"=12)", R"("b"=11)"});
  CHECK(sorted(counts.batch({"a"})) == Lines{R"("a"=13)"});
  CHECK(counts.batch().empty());
}

TEST_CASE("a key's shard is the partition that a Kafka producer would choose for it",
          "[unit][pipeline][row_state]") {
  struct Row {
    std::string key;  ///< an expression of the text value
    std::function<std::string(std::int64_t)> bytes;
  };
  const auto big = [](std::uint64_t bits) {
    std::string bytes(8, '\0');
    storeBigEndian(bytes.data(), bits);
    return bytes;
  };
  const auto row = GENERATE_COPY(values<Row>({
      {"value", [](std::int64_t i) { return std::to_string(i); }},
      {"tonumber(value)", [&](std::int64_t i) { return big(static_cast<std::uint64_t>(i)); }},
      {"tonumber(value) / 4",
       [&](std::int64_t i) {
         return big(std::bit_cast<std::uint64_t>(static_cast<double>(i) / 4));
       }},
  }));
  const std::string update = GENERATE(as<std::string>{}, "count", "'(state or 0) + #values'");
  constexpr std::uint32_t kShards = 7;
  PipelineRunner keyed(stateful("update: " + update + ", emit: changed",
                                "      - map: { key: " + row.key + ", value: 1 }\n"),
                       1, kShards);
  std::map<std::int32_t, std::size_t> expected;
  for (std::int64_t i = -40; i < 40; ++i) {
    keyed.run.feed({std::to_string(i)});
    const auto hash = murmur2(row.bytes(i));
    ++expected[static_cast<std::int32_t>(partitionOfHash(hash, kShards))];
  }
  keyed.batch();
  std::map<std::int32_t, std::size_t> shards;
  for (const BatchOutput& output : keyed.run.last.outputs) {
    if (output.role != OutputRole::kChangelog) continue;
    shards[output.partition.partition.value()] += output.records->records().size();
  }
  INFO(row.key);
  CHECK(shards == expected);
}

TEST_CASE("without initial a new key's state is nil; the key is a variable",
          "[unit][pipeline][row_state]") {
  PipelineRunner texts(stateful("update: '(state or key) .. values[1]', emit: changed"));
  texts.feed("k", "x");
  CHECK(texts.batch() == Lines{R"("k"="kx")"});
  texts.feed("k", "y");
  CHECK(texts.batch() == Lines{R"("k"="kxy")"});
}

TEST_CASE("nil removes the key, and passes once as a null", "[unit][pipeline][row_state]") {
  PipelineRunner written(
      stateful("update: 'values[#values] ~= \"-\" and values[#values] or nil', emit: changed, "
               "visit: touched"));
  written.feed("k", "x");
  CHECK(written.batch() == Lines{R"("k"="x")"});
  written.feed("k", "-");
  CHECK(written.batch() == Lines{R"("k"=~)"});
  CHECK(written.batch().empty());
  CHECK(written.run.state->contents("s").empty());
}

TEST_CASE("emit all passes every known key in every batch", "[unit][pipeline][row_state]") {
  PipelineRunner counts(stateful("update: count, emit: all", kOnes));
  counts.batch({"a", "b"});
  CHECK(sorted(counts.batch({"a"})) == Lines{R"("a"=2)", R"("b"=1)"});
  CHECK(sorted(counts.batch()) == Lines{R"("a"=2)", R"("b"=1)"});
}

TEST_CASE("a written update is called for idle keys, unless only touched ones are visited",
          "[unit][pipeline][row_state]") {
  PipelineRunner ages(stateful("initial: 0, update: state + 1, emit: changed", kOnes));
  ages.batch({"a"});
  CHECK(ages.batch() == Lines{R"("a"=2)"});

  PipelineRunner touched(
      stateful("initial: 0, update: state + 1, emit: changed, visit: touched", kOnes));
  touched.batch({"a"});
  CHECK(touched.batch().empty());
}

TEST_CASE("the integer fast path gives what the general path gives",
          "[unit][pipeline][row_state]") {
  struct Row {
    std::string reduction;
    std::string number;
  };
  const auto row = GENERATE(
      values<Row>({{"sum", "3"}, {"count", "3"}, {"min", "3"}, {"max", "3"}, {"last", "3"}}));
  CAPTURE(row.reduction);
  // A literal is known to be an integer; the sum of it is not.
  PipelineRunner fast(stateful("update: " + row.reduction + ", emit: changed",
                               "      - map: { key: value, value: " + row.number + " }\n"));
  PipelineRunner general(stateful("update: " + row.reduction + ", emit: changed",
                                  "      - map: { key: value, value: 1 + 2 }\n"));
  for (const auto& values : {Lines{"a", "b", "a"}, Lines{"a"}, Lines{}, Lines{"c", "c"}}) {
    CHECK(sorted(fast.batch(values)) == sorted(general.batch(values)));
  }
}

TEST_CASE("longs from Kafka take the fast path; a null among them is an eval error",
          "[unit][pipeline][row_state]") {
  PipelineText text = stateful("update: sum, emit: changed");
  text.value = "long";
  PipelineRunner sums(text);
  const std::string two("\0\0\0\0\0\0\0\2", 8);
  sums.feed("k", two);
  sums.feed("k", two);
  CHECK(sums.batch() == Lines{R"("k"=4)"});
  sums.feed("k", std::nullopt);
  const auto status = sums.failing({});
  CHECK(status.info().code == "E301");
  CHECK(status.message().find("sum of a nil") != std::string::npos);
}

TEST_CASE("named reductions work on floats and texts", "[unit][pipeline][row_state]") {
  PipelineText text = stateful("update: max, emit: changed");
  text.value = "json";
  PipelineRunner greatest(text);
  greatest.feed("f", "0.5");
  greatest.feed("f", "2");
  greatest.feed("t", "\"a\"");
  greatest.feed("t", "\"b\"");
  CHECK(sorted(greatest.batch()) == Lines{R"("f"=2)", R"("t"="b")"});
}

TEST_CASE("keys of initial_state have their states before the first batch, once",
          "[unit][pipeline][row_state]") {
  PipelineRunner counts(
      stateful("initial: 1, initial_state: { a: 10, b: 5 }, update: state + sum(values), "
               "emit: changed, visit: touched",
               kOnes));
  CHECK(sorted(counts.batch({"a", "c"})) == Lines{R"("a"=11)", R"("b"=5)", R"("c"=2)"});
  CHECK(counts.batch({"b"}) == Lines{R"("b"=6)"});
}

TEST_CASE("initial_state has the types of keys and states", "[unit][pipeline][row_state]") {
  PipelineRunner longs(stateful("initial_state: { 1: 10 }, update: count, emit: changed",
                                "      - map: { key: tonumber(value), value: value }\n"));
  CHECK(longs.batch({"1"}) == Lines{"1=11"});
  PipelineText text =
      stateful("initial_state: { f: 0.5, t: b, o: { list: [1, x] } }, update: last, emit: changed");
  text.value = "json";
  PipelineRunner any(text);
  any.feed("f", "2");
  CHECK(sorted(any.batch()) == Lines{R"("f"=2)", R"("o"={"list":[1,"x"]})", R"("t"="b")"});
}

TEST_CASE("a state that a step cannot keep is refused where it is written",
          "[unit][pipeline][row_state]") {
  struct Row {
    std::string update;
    std::string value;
    std::string problem;
  };
  const auto row = GENERATE(values<Row>({
      {"count", "0.5", "the state of 'b' is no whole number"},
      {"sum", "text", "the state of 'b' is no whole number"},  // of integers
      {"sum", "2", ""},
      {"last", "text", "the state of 'b' is no whole number"},
  }));
  auto text = stateful(
      "initial_state: { a: 1, b: " + row.value + " }, update: " + row.update + ", emit: changed",
      kOnes);
  auto loaded = config::loadText("app.yaml", text.yaml(), {});
  const auto built = buildPipeline(loaded.application, loaded.diagnostics);
  INFO(loaded.diagnostics.print());
  CHECK((built.graph != nullptr) == row.problem.empty());
  CHECK(loaded.diagnostics.errorCount() == (row.problem.empty() ? 0 : 1));
  CHECK(loaded.diagnostics.print().find(row.problem) != std::string::npos);
}

TEST_CASE("a sum of numbers of any kind begins with a number", "[unit][pipeline][row_state]") {
  for (const std::string value : {"0.5", "text"}) {
    auto text = stateful("initial_state: { a: " + value + " }, update: sum, emit: changed");
    text.value = "json";
    auto loaded = config::loadText("app.yaml", text.yaml(), {});
    const auto built = buildPipeline(loaded.application, loaded.diagnostics);
    CHECK((built.graph != nullptr) == (value == "0.5"));
  }
}
