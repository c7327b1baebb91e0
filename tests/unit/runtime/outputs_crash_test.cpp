// Outputs outside Kafka, killed: files hold each committed record once, and a planned batch is
// repeated as it was.
#include <filesystem>
#include <fstream>
#include <map>
#include <tuple>

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/unit/runtime/world.hpp"

using namespace lockstep;
using namespace lockstep::test;
using Lines = std::vector<std::string>;

namespace {

/// The lines of all files that can be seen, in the order of their batches; "word=2".
Lines linesIn(const std::filesystem::path& folder) {
  std::map<std::string, std::filesystem::path> files;  // by the batch in their names
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    if (name.rfind("part-", 0) == 0) files[name] = entry.path();
  }
  Lines lines;
  for (const auto& [name, path] : files) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
      line.at(line.find(',')) = '=';
      lines.push_back(line.substr(1, line.size() - 2));
    }
  }
  return lines;
}

std::size_t prepared(const std::filesystem::path& folder) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().parent_path().extension() == ".prepared" &&
        entry.path().filename() != "published")
      ++files;
  return files;
}

}  // namespace

TEST_CASE("killed at any request, files hold what the topic holds, each line once",
          "[unit][runtime][application][outputs_crash]") {
  const auto cut = GENERATE(Cut::kRequest, Cut::kReply);
  const Lines expected = undisturbed();
  std::optional<TempFolder> folder;
  const auto options = [&] {
    folder.emplace();
    return ProcessOptions{.files = (folder->path() / "counts").string()};
  };
  const auto check = [&](World& world) {
    CHECK(world.counts() == expected);
    CHECK(linesIn(folder->path()) == expected);
    CHECK(prepared(folder->path()) == 0);
  };
  CHECK(killedAtEachRequest(cut, {options, check}) > 14);
}

TEST_CASE("a folder that is lost between commit and start is noticed",
          "[unit][runtime][application][outputs_crash]") {
  World world;
  world.feedVerses();
  const TempFolder folder;
  ProcessOptions options;
  options.files = (folder.path() / "counts").string();
  CHECK(exitOf(Process(world, options).run()) == ExitCode::kOk);
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    std::filesystem::remove_all(entry.path());
  const auto outcome = Process(world, options).run();
  CHECK(exitOf(outcome) == ExitCode::kDisk);
  CHECK(outcome->info().code == "E321");
}

TEST_CASE("a folder that cannot be written stops with 74 and commits nothing",
          "[unit][runtime][application][outputs_crash]") {
  World world;
  world.feedVerses();
  const TempFolder folder;
  std::ofstream(folder.path() / "file").flush();
  ProcessOptions options;
  options.files = (folder.path() / "file" / "counts").string();
  const auto outcome = Process(world, options).run();
  CHECK(exitOf(outcome) == ExitCode::kDisk);
  CHECK(outcome->info().code == "E320");
  CHECK(world.counts().empty());
}

TEST_CASE("killed at any request, a batch is repeated with its id, time and content",
          "[unit][runtime][application][outputs_crash]") {
  const auto cut = GENERATE(Cut::kRequest, Cut::kReply);
  const Lines expected = undisturbed();
  std::string whole;
  for (const auto& line : expected) whole += line + " ";
  int repeated = 0;
  std::map<std::uint64_t, std::pair<std::string, BatchTime>> seen;
  const auto options = [&] {
    seen.clear();
    ProcessOptions both;
    both.on_batch = [&](const std::string& text, BatchTime time, BatchId id) {
      const auto [place, fresh] = seen.try_emplace(id.value(), text, time);
      CHECK(place->second == std::pair(text, time));
      if (!fresh) ++repeated;
    };
    return both;
  };
  const auto check = [&](World& world) {
    CHECK(world.counts() == expected);
    std::string all;
    for (const auto& [id, batch] : seen) all += batch.first;
    CHECK(all == whole);
  };
  killedAtEachRequest(cut, {options, check});
  CHECK(repeated > 0);
}
