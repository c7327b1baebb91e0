// transform, transformWith, mapPartitions, glom, branch, topN, and the collection they work on.
#include <lockstep/dstream/dstream.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/graph_runner.hpp"

using namespace lockstep;
using test::GraphRunner;
using Lines = std::vector<std::string>;

namespace {

using Pairs = CollectedRdd<std::pair<std::string_view, std::string_view>>;

auto pairStream(GraphRunner& run, const std::string& topic = "in", int partitions = 1) {
  return run.stream(topic, partitions).map([](const RecordView& r) {
    return std::pair{r.key.value_or(""), r.value.value_or("")};
  });
}
void putInto(GraphRunner& run, const std::string& key, const std::string& value,
             const std::string& topic = "in", int partition = 0) {
  run.input.append({topic, Partition{partition}}, {key, value});
}

}  // namespace

TEST_CASE("transform sees a batch at a time, and its data may change between batches",
          "[unit][dstream][transform]") {
  GraphRunner run;
  std::vector<std::pair<std::string, std::string>> spam{{"bad", ""}};
  std::vector<std::size_t> counts;
  run.save(pairStream(run).transform([&](const Pairs& rdd, BatchTime time) {
    counts.push_back(rdd.count());
    CHECK(time == test::at(static_cast<std::int64_t>(counts.size()) * 1000));
    CHECK(rdd.offsetRanges().size() == 1);
    CHECK(rdd.offsetRanges()[0].until == run.input.end({"in", Partition{0}}));
    return rdd.subtractByKey(CollectedRdd<std::pair<std::string, std::string>>(spam))
        .sortBy([](const auto& pair) { return pair.second; }, false);
  }));
  CHECK(run.graph->needsIdleBatches());
  run.prepare();
  putInto(run, "a", "1"), putInto(run, "bad", "2"), putInto(run, "c", "3");
  run.batch();
  CHECK(run.records() == Lines{"c=3", "a=1"});
  spam = {{"a", ""}};
  putInto(run, "a", "1"), putInto(run, "bad", "2");
  run.batch();
  CHECK(run.records() == Lines{"bad=2"});
  run.batch();
  CHECK(run.records().empty());
  CHECK(counts == std::vector<std::size_t>{3, 2, 0});
}

TEST_CASE("transformWith has both streams of the batch", "[unit][dstream][transform]") {
  GraphRunner run;
  const auto joined =
      pairStream(run, "left")
          .transformWith(pairStream(run, "right"), [](const Pairs& left, const Pairs& right) {
            return left.join(right).mapValues(
                [](const auto& both) { return both.first + both.second; });
          });
  run.save(joined);
  run.prepare();
  putInto(run, "a", "1", "left"), putInto(run, "b", "2", "left"), putInto(run, "a", "3", "left");
  putInto(run, "a", "x", "right"), putInto(run, "c", "y", "right"), putInto(run, "a", "z", "right");
  run.batch();
  CHECK(run.records() == Lines{"a=1x", "a=1z", "a=3x", "a=3z"});
}

TEST_CASE("a function over the batch that throws stops it, and a batch beyond the bound is cut",
          "[unit][dstream][transform]") {
  GraphRunner run;
  run.deadLetters();
  run.save(pairStream(run).transform([](const Pairs& rdd) {
    if (!rdd.isEmpty() && rdd.first().second == "no") throw std::runtime_error("cannot");
    return rdd;
  }));
  run.prepare();
  putInto(run, "a", "no");
  run.run(run.plan());
  CHECK(run.last.status.info().code == "E303");
  CHECK(run.last.status.message().find("cannot") != std::string::npos);
  run.services.shuffle_bytes_max = 10'000;
  for (int i = 0; i < 2000; ++i) putInto(run, "a", "some text that is longer than fifteen");
  run.run(run.plan());
  CHECK(run.last.status.reaction() == Reaction::kAbort);
}

TEST_CASE("partitions are the input's, in order, at any number of workers",
          "[unit][dstream][transform]") {
  const auto workers = GENERATE(1U, 3U);
  GraphRunner run(workers);
  const auto input = pairStream(run, "in", 3);
  run.save(input.mapPartitions([](std::span<const std::pair<std::string, std::string>> elements) {
    std::string all;
    for (const auto& [key, value] : elements) all += value;
    return Lines{std::to_string(elements.size()), all};
  }),
           "sizes");
  run.save(input.glom().map([](const auto& list) { return std::to_string(list.size()); }), "glom");
  run.save(input.transform([](const Pairs& rdd) {
    std::vector<std::string> sizes{std::to_string(rdd.getNumPartitions())};
    rdd.foreachPartition([&](auto part) { sizes.push_back(std::to_string(part.size())); });
    return CollectedRdd<std::string>(sizes);
  }),
           "parts");
  run.prepare();
  putInto(run, "", "a", "in", 2), putInto(run, "", "b", "in", 0), putInto(run, "", "c", "in", 2);
  const auto plan = run.plan();
  run.run(plan);
  const auto hash = run.last.outputs_hash;
  CHECK(run.records("sizes") == Lines{"~=1", "~=b", "~=0", "~=", "~=2", "~=ac"});
  CHECK(run.records("glom") == Lines{"~=1", "~=0", "~=2"});
  CHECK(run.records("parts") == Lines{"~=3", "~=1", "~=0", "~=2"});
  run.run(plan);
  CHECK(run.last.outputs_hash == hash);
}

TEST_CASE("an element goes to the first branch that takes it", "[unit][dstream][transform]") {
  GraphRunner run;
  int asked = 0;
  const auto [small, even, rest] =
      run.stream()
          .map([](const RecordView& r) { return std::stoll(std::string(*r.value)); })
          .branch([](std::int64_t v) { return v < 3; },
                  [&](std::int64_t v) { return ++asked, v % 2 == 0; },
                  [](std::int64_t v) { return v != 7; });
  const auto text = [](std::int64_t v) { return std::to_string(v); };
  run.save(small.map(text), "small");
  run.save(even.map(text), "even");
  run.save(rest.unite(small).map(text), "rest");
  run.prepare();
  run.feed({"1", "2", "3", "4", "5", "6", "7"});
  run.batch();
  CHECK(run.records("small") == Lines{"~=1", "~=2"});
  CHECK(run.records("even") == Lines{"~=4", "~=6"});
  CHECK(run.records("rest").size() == 4);
  CHECK(asked == 5);  // once for each that no earlier one took
}

TEST_CASE("topN has the largest, and the earlier among equals", "[unit][dstream][transform]") {
  GraphRunner run;
  const auto input = pairStream(run, "in", 2);
  const auto shorter = [](const auto& a, const auto& b) {
    return a.second.size() < b.second.size();
  };
  run.save(input.topN(5, shorter), "top");
  run.save(input.topN(0), "none");
  run.save(input.topNByKey(2).flatMapValues([](const Lines& values) { return values; }), "by-key");
  run.prepare(1);
  putInto(run, "a", "xx"), putInto(run, "b", "x"), putInto(run, "c", "yy"),
      putInto(run, "a", "x", "in", 1);
  putInto(run, "a", "zz", "in", 1), putInto(run, "d", "xxx", "in", 1), putInto(run, "a", "a");
  run.batch();
  CHECK(run.records("top") == Lines{"d=xxx", "a=xx", "c=yy", "a=zz", "b=x"});
  CHECK(run.records("none").empty());
  CHECK(run.records("by-key") == Lines{"a=zz", "a=xx", "b=x", "c=yy", "d=xxx"});
  run.batch();
  CHECK(run.records("top").empty());
}
