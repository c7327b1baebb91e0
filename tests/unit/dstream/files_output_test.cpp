// What a batch puts into files: their paths, their bytes, and what the batch counts of them.
#include <lockstep/dstream/dstream.hpp>

#include <fstream>

#include <lockstep/base/error.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/graph_runner.hpp"
#include "tests/support/temp_folder.hpp"

using namespace lockstep;
using test::GraphRunner;
using Lines = std::vector<std::string>;

namespace {

std::string_view wordText(const RecordView& record) { return record.value.value_or(""); }

/// "path: content" of every file that the last batch wants, in order.
Lines filesOf(const GraphRunner& run) {
  Lines lines;
  for (const auto& output : run.last.outputs) {
    if (output.role != OutputRole::kFile) continue;
    std::string content;
    for (const auto& record : output.records->records()) content += record.value.value_or("");
    lines.push_back(output.partition.topic + ": " + content);
  }
  return lines;
}

}  // namespace

TEST_CASE("text files are named by prefix, batch time and suffix, one part per batch",
          "[unit][dstream][files_output]") {
  GraphRunner run;
  const auto words = run.stream().map(wordText);
  words.map([](std::string_view w) {
         return std::pair{w, std::int64_t{1}};
       })
      .saveAsTextFiles("/out/words", "txt");
  words.saveAsTextFiles("/out/../out/plain");
  run.prepare();
  run.feed({"a", "b"});
  run.batch();
  CHECK(filesOf(run) == Lines{"/out/words-1000.txt/part-0000000001: (a,1)\n(b,1)\n",
                              "/out/plain-1000/part-0000000001: a\nb\n"});
  CHECK(run.last.counters.records_out == 4);
  CHECK(run.last.counts.size() == 2);
  CHECK(run.last.counts[0].records == 2);
  CHECK(run.last.outputs_hash != 0);
  CHECK(run.graph->foldersWritten() == std::set<std::string>{"/out"});
  CHECK_FALSE(run.graph->hasSideEffects());
}

TEST_CASE("a batch without elements writes no file", "[unit][dstream][files_output]") {
  GraphRunner run;
  run.stream()
      .map(wordText)
      .filter([](std::string_view w) { return w != "no"; })
      .saveAsTextFiles("/out/words");
  run.prepare();
  run.feed({"no"});
  run.batch();
  CHECK(run.last.outputs.empty());
}

TEST_CASE("several tasks write one file in the order of their partitions",
          "[unit][dstream][files_output]") {
  const auto ran = [](std::uint32_t workers) {
    GraphRunner run(workers);
    run.stream("in", 3).map(wordText).saveAsTextFiles("/out/words");
    run.prepare();
    for (int partition : {2, 0, 1}) run.feed({std::to_string(partition)}, "in", partition);
    run.batch();
    return filesOf(run);
  };
  const Lines expected{"/out/words-1000/part-0000000001: 0\n",
                       "/out/words-1000/part-0000000001: 1\n",
                       "/out/words-1000/part-0000000001: 2\n"};
  CHECK(ran(1) == expected);
  CHECK(ran(3) == expected);
}

TEST_CASE("an element that fails leaves no line", "[unit][dstream][files_output]") {
  GraphRunner run;
  run.deadLetters();
  const auto numbers = run.stream().map([](const RecordView& r) { return r; });
  filesOutput(numbers, "/out/numbers", "", "numbers",
              [](std::string& out, const RecordView& r, TaskContext&) {
                out += std::to_string(std::stoi(std::string(wordText(r)))) + ";";
              });
  run.prepare();
  run.feed({"1", "x", "2"});
  run.batch();
  CHECK(filesOf(run) == Lines{"/out/numbers-1000/part-0000000001: 1;2;"});
  CHECK(run.records("dlq") == Lines{"~=x"});
}

TEST_CASE("object files are read back as what was written", "[unit][dstream][files_output]") {
  const test::TempFolder folder;
  GraphRunner run;
  run.stream()
      .map([](const RecordView& r) {
        return std::pair{wordText(r), std::int64_t{7}};
      })
      .saveAsObjectFiles((folder.path() / "pairs").string(), "bin");
  run.prepare();
  run.feed({"a", ""});
  run.batch();
  const auto path = folder.path() / "object";
  std::ofstream file(path, std::ios::binary);
  for (const auto& record : run.last.outputs.at(0).records->records()) file << *record.value;
  file.close();
  using Pairs = std::vector<std::pair<std::string, std::int64_t>>;
  CHECK(readObjectFile<std::pair<std::string_view, std::int64_t>>(path) ==
        Pairs{{"a", 7}, {"", 7}});
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);
  CHECK_THROWS(readObjectFile<std::pair<std::string_view, std::int64_t>>(path));
}

TEST_CASE("files need a name of their own", "[unit][dstream][files_output]") {
  GraphRunner run;
  const auto words = run.stream().map(wordText);
  CHECK_THROWS_AS(words.saveAsTextFiles("/out/"), Error);
  CHECK_THROWS_AS(words.saveAsTextFiles("/out/a", "b/c"), Error);
  words.saveAsTextFiles("/out/a", "txt");
  words.saveAsTextFiles("/out/a", "json");
  CHECK(run.graph->check().ok());
  words.saveAsTextFiles("/out/./a", "txt");
  CHECK(run.graph->check().info().code == "E033");
}
