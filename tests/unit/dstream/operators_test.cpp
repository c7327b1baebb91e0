// Operators on single batches, as Spark's were observed: order, duplicates, empty batches.
#include <lockstep/dstream/dstream.hpp>

#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/graph_runner.hpp"

using namespace lockstep;
using test::GraphRunner;
using Lines = std::vector<std::string>;

namespace {

std::string_view valueOf(const RecordView& record) { return record.value.value_or(""); }

/// Space-separated words.
std::vector<std::string_view> words(const RecordView& record) {
  std::vector<std::string_view> found;
  std::string_view rest = valueOf(record);
  while (!rest.empty()) {
    const auto end = std::min(rest.find(' '), rest.size());
    if (end > 0) found.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(rest.size(), end + 1));
  }
  return found;
}

}  // namespace

TEST_CASE("map, flatMap and filter keep order and duplicates", "[unit][dstream][operators]") {
  GraphRunner run;
  run.save(run.stream()
               .flatMap(words)
               .filter([](std::string_view w) { return w != "not"; })
               .map([](std::string_view w) {
                 return std::pair{w, static_cast<std::int64_t>(w.size())};
               }));
  run.prepare();
  run.feed({"to be or", "", "not to be"});
  run.batch();
  CHECK(run.records("out", true) == Lines{"to=2", "be=2", "or=2", "to=2", "be=2"});
  run.batch();
  CHECK(run.records().empty());
}

TEST_CASE("a record that is passed through keeps key, timestamp and headers",
          "[unit][dstream][operators]") {
  GraphRunner run;
  run.save(run.stream());
  run.prepare();
  run.input.append({"in", Partition{0}}, {"k", "v", test::at(42), {{"h", "1"}}});
  run.input.append({"in", Partition{0}}, {std::nullopt, std::nullopt, test::at(43)});
  run.batch();
  REQUIRE(run.last.outputs.size() == 1);
  const auto records = run.last.outputs[0].records->records();
  REQUIRE(records.size() == 2);
  CHECK(records[0].key == "k");
  CHECK(records[0].timestamp == test::at(42));
  REQUIRE(records[0].headers.size() == 1);
  CHECK(records[0].headers[0].key == "h");
  CHECK_FALSE(records[1].value.has_value());
  CHECK(run.last.counters.records_in == 2);
  CHECK(run.last.counters.records_out == 2);
}

TEST_CASE("mapValues and keyBy make pairs", "[unit][dstream][operators]") {
  GraphRunner run;
  run.save(run.stream()
               .map([](const RecordView& r) { return valueOf(r); })
               .keyBy([](std::string_view v) { return v.substr(0, 1); })
               .mapValues([](std::string_view v) { return v.substr(1); }));
  run.prepare();
  run.feed({"abc", "xyz"});
  run.batch();
  CHECK(run.records() == Lines{"a=bc", "x=yz"});
}

TEST_CASE("count of an empty batch is one 0; reduce and reduceByKey give nothing",
          "[unit][dstream][operators]") {
  GraphRunner run;
  auto values = run.stream("in", 3).map([](const RecordView& r) { return valueOf(r); });
  run.save(values.count(), "counts");
  run.save(values.reduce([](std::string_view a, std::string_view b) {
    return std::string_view(std::max(a, b));
  }),
           "reduced");
  run.save(values.map([](std::string_view v) {
                   return std::pair{v, std::int64_t{1}};
                 })
               .reduceByKey([](std::int64_t a, std::int64_t b) { return a + b; }),
           "sums");
  run.save(values.countByValue(), "by_value");
  run.prepare();

  run.batch();
  CHECK(run.records("counts", true) == Lines{"~=0"});
  CHECK(run.records("reduced").empty());
  CHECK(run.records("sums").empty());
  CHECK(run.records("by_value").empty());

  run.feed({"b", "a"}, "in", 0);
  run.feed({"b", "c", "b"}, "in", 2);
  run.batch();
  CHECK(run.records("counts", true) == Lines{"~=5"});
  CHECK(run.records("reduced") == Lines{"~=c"});
  auto sums = run.records("sums", true);
  std::sort(sums.begin(), sums.end());
  CHECK(sums == Lines{"a=1", "b=3", "c=1"});
  auto by_value = run.records("by_value", true);
  std::sort(by_value.begin(), by_value.end());
  CHECK(by_value == sums);
}

TEST_CASE("union has all elements of both, a stream united with itself each twice",
          "[unit][dstream][operators]") {
  GraphRunner run;
  auto a = run.stream("a"), b = run.stream("b");
  run.save(a.unite(b), "ab");
  run.save(a.unite(a), "aa");
  run.prepare();
  run.feed({"1", "2"}, "a");
  run.feed({"3"}, "b");
  run.batch();
  CHECK(run.records("ab") == Lines{"~=1", "~=2", "~=3"});
  CHECK(run.records("aa").size() == 4);
}

TEST_CASE("a stream with several consumers is computed once", "[unit][dstream][operators]") {
  GraphRunner run;
  int calls = 0;
  auto mapped = run.stream().map([&calls](const RecordView& r) { return ++calls, valueOf(r); });
  run.save(mapped, "one");
  run.save(mapped.filter([](std::string_view) { return true; }), "two");
  run.save(mapped.count(), "three");
  run.prepare();
  run.feed({"x", "y"});
  run.batch();
  CHECK(calls == 2);
  CHECK(run.records("two") == run.records("one"));
}

TEST_CASE("a chunk boundary in a flatMap or a self-union does not show in the output",
          "[unit][dstream][operators]") {
  Lines expected;
  for (const std::size_t chunk : {1, 7, 511, 5000}) {
    GraphRunner run;
    run.input.setChunkRecords(chunk);
    auto in = run.stream();
    run.save(in.unite(in.map([](const RecordView& r) { return r; })), "union");
    run.save(in.flatMap(words), "words", 3);
    run.prepare();
    for (int i = 0; i < 2000; ++i) run.feed({std::to_string(i) + " x y"});
    run.batch();
    Lines all = run.records("union");
    for (const auto& line : run.records("words")) all.push_back(line);
    if (expected.empty()) expected = all;
    REQUIRE(all.size() == 2 * 2000 + 3 * 2000);
    CHECK(all == expected);
  }
}

TEST_CASE("a function that takes the context may keep bytes in its arena",
          "[unit][dstream][operators]") {
  GraphRunner run;
  run.save(run.stream()
               .map([](const RecordView& r, TaskContext& context) {
                 char* copy = context.arena.allocate(valueOf(r).size());
                 for (std::size_t i = 0; i < valueOf(r).size(); ++i)
                   copy[i] = static_cast<char>(std::toupper(valueOf(r)[i]));
                 return std::string_view(copy, valueOf(r).size());
               })
               .flatMap<std::string_view>(
                   [](std::string_view v, TaskContext&, Emitter<std::string_view>& emit) {
                     for (std::size_t i = 0; i < v.size(); ++i) emit(v.substr(i, 1));
                   }));
  run.prepare();
  run.feed({"ab", "c"});
  run.batch();
  CHECK(run.records() == Lines{"~=A", "~=B", "~=C"});
}

TEST_CASE("a batch that outgrows its shuffles ends before it is read to its end",
          "[unit][dstream][shuffle]") {
  GraphRunner run;
  run.services.shuffle_bytes_max = 128 * 1024;
  run.save(run.stream()
               .map([](const RecordView& r) {
                 return std::pair{valueOf(r), std::int64_t{1}};
               })
               .reduceByKey([](std::int64_t a, std::int64_t b) { return a + b; }));
  run.prepare();
  const auto feed = [&](int count, int keys) {
    std::vector<std::string> values;
    for (int i = 0; i < count; ++i) values.push_back("key " + std::to_string(i % keys));
    run.feed(std::move(values));
  };

  SECTION("what fits is not held up, batch after batch") {
    for (int batch = 0; batch < 3; ++batch) {
      feed(2'000, 2'000);
      CHECK(run.batch().counters.records_out == 2'000);
    }
  }
  SECTION("what does not fit is aborted; the next batch begins at nothing") {
    feed(50'000, 50'000);
    const auto plan = run.plan();
    CHECK(run.run(plan).status.reaction() == Reaction::kAbort);
    CHECK(run.last.status.message() ==
          "batch 1 shuffles more than 128KiB, a quarter of state.memory_limit");
    auto half = plan;
    half.ranges[0].until = Offset{2'000};
    CHECK(run.batch(half).counters.records_out == 2'000);
  }
  SECTION("values that were combined on the near side no longer count") {
    run.services.shuffle_bytes_max = 2'000'000;
    feed(400'000, 10);
    CHECK(run.batch().counters.records_out == 10);
  }
}
