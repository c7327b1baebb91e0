// Files of a folder: which are read, when, how far, and what happens to those that change.
#include "connectors/file/folder_reader.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace lockstep;
using namespace lockstep::file;

namespace {

using Texts = std::vector<std::string>;

/// A folder, and the process that reads it: what it kept survives it.
class Folder {
 public:
  /// As producers have to: written elsewhere, then renamed.
  void add(const std::string& name, const std::string& text, int age_s = 0) {
    const auto hidden = path("." + name);
    std::ofstream(hidden, std::ios::binary) << text;
    const auto now = std::filesystem::file_time_type::clock::now();
    std::filesystem::last_write_time(hidden, now - std::chrono::seconds(age_s));
    std::filesystem::rename(hidden, path(name));
  }
  void append(const std::string& name, const std::string& text) {
    std::ofstream(path(name), std::ios::binary | std::ios::app) << text;
  }
  void cut(const std::string& name, std::uintmax_t size) {
    std::filesystem::resize_file(path(name), size);
  }
  void remove(const std::string& name) { std::filesystem::remove(path(name)); }
  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder_.path() / name).string();
  }

  /// A new process, which knows what the last one kept.
  void restart() { reader_.reset(); }
  /// "file:line" of the next block; what it said is kept.
  Texts next() {
    auto block = reader().next();
    if (!block.ok()) return {"error " + block.status().info().code};
    Texts lines;
    for (const auto& [name, read] : block->files)
      for (const auto& line : read)
        lines.push_back(name + ":" + line.text + (line.problem.empty() ? "" : "!"));
    for (const auto& [name, position] : block->positions) {
      kept_.erase(name);
      if (position) kept_[name] = *decodeFilePosition(encode(*position));
    }
    return lines;
  }
  FolderReader& reader() {
    if (!reader_) {
      auto opened = options;
      opened.dir = folder_.path().string();
      reader_.emplace(opened, kept_, [this](const std::string& text) { warnings.push_back(text); });
    }
    return *reader_;
  }

  FolderOptions options;
  Texts warnings;

 private:
  test::TempFolder folder_;
  FolderReader::Positions kept_;
  std::optional<FolderReader> reader_;
};

}  // namespace

TEST_CASE("new files are read once, oldest first, line by line", "[unit][sources][folder]") {
  Folder folder;
  folder.add("b", "3\n4", 10);
  folder.add("a", "5\r\n\n", 5);
  folder.add("c", "1\n2\n", 20);
  CHECK(folder.next() == Texts{"c:1", "c:2", "b:3", "b:4", "a:5", "a:"});
  CHECK(folder.next().empty());
  folder.add("d", "6\n");
  folder.restart();
  CHECK(folder.next() == Texts{"d:6"});
  CHECK(folder.next().empty());
}

TEST_CASE("hidden, unfinished and nested files are left out", "[unit][sources][folder]") {
  Folder folder;
  folder.add("_SUCCESS", "no\n");
  folder.add("part.tmp", "no\n");
  folder.add("empty", "");
  std::filesystem::create_directory(folder.path("nested"));
  std::ofstream(folder.path("nested/x")) << "no\n";
  std::ofstream(folder.path(".hidden")) << "no\n";
  ::mkfifo(folder.path("pipe").c_str(), 0600);
  CHECK(folder.next().empty());
  folder.add("part", "yes\n");
  CHECK(folder.next() == Texts{"part:yes"});
}

TEST_CASE("a crash goes on at exactly the next line", "[unit][sources][folder]") {
  Folder folder;
  folder.options.block_bytes_max = 4;
  folder.add("a", "11\n22\n33\n44\n55\n");
  CHECK(folder.next() == Texts{"a:11", "a:22"});
  folder.restart();
  CHECK(folder.next() == Texts{"a:33", "a:44"});
  folder.restart();
  CHECK(folder.next() == Texts{"a:55"});
  CHECK(folder.next().empty());
}

TEST_CASE("a file that changes after it was read is left alone, one renamed over it is new",
          "[unit][sources][folder]") {
  Folder folder;
  folder.add("a", "1\n", 30);
  CHECK(folder.next() == Texts{"a:1"});
  folder.append("a", "late\n");
  CHECK(folder.next().empty());
  CHECK(folder.next().empty());
  REQUIRE(folder.warnings.size() == 1);
  CHECK(folder.warnings[0].find("was changed after it was read") != std::string::npos);
  folder.add("a", "2\n");
  CHECK(folder.next() == Texts{"a:2"});
  folder.remove("a");
  CHECK(folder.next().empty());
  folder.add("a", "2\n");
  CHECK(folder.next() == Texts{"a:2"});
}

TEST_CASE("a restored folder, with other inodes but the same sizes and times, is not read again",
          "[unit][sources][folder]") {
  Folder folder;
  folder.add("a", "1\n", 100);
  CHECK(folder.next() == Texts{"a:1"});
  const auto time = std::filesystem::last_write_time(folder.path("a"));
  std::filesystem::copy_file(folder.path("a"), folder.path(".copy"));
  std::filesystem::rename(folder.path(".copy"), folder.path("a"));
  std::filesystem::last_write_time(folder.path("a"), time);
  folder.restart();
  CHECK(folder.next().empty());
}

TEST_CASE("a file that is deleted while it is read is read to its end", "[unit][sources][folder]") {
  Folder folder;
  folder.options.block_bytes_max = 2;
  folder.add("a", "1\n2\n");
  CHECK(folder.next() == Texts{"a:1"});
  folder.remove("a");
  CHECK(folder.next() == Texts{"a:2"});
  CHECK(folder.next().empty());
}

TEST_CASE("the rest of a file that is gone stops, or is left out", "[unit][sources][folder]") {
  Folder folder;
  folder.options.block_bytes_max = 2;
  folder.options.stop_on_missing = GENERATE(true, false);
  const bool stops = folder.options.stop_on_missing;
  folder.add("a", "1\n2\n3\n", 50);
  CHECK(folder.next() == Texts{"a:1"});
  folder.restart();
  SECTION("deleted") {
    folder.remove("a");
    folder.add("b", "x\n");
    CHECK(folder.next() == (stops ? Texts{"error E262"} : Texts{"b:x"}));
  }
  SECTION("cut") {
    folder.cut("a", 3);
    folder.add("b", "x\n");
    CHECK(folder.next() == (stops ? Texts{"error E262"} : Texts{"b:x"}));
  }
  SECTION("replaced") {
    folder.add("a", "other\n");
    CHECK(folder.next() == (stops ? Texts{"error E262"} : Texts{"a:other"}));
  }
  if (!stops) CHECK(folder.warnings.size() == 1);
}

TEST_CASE("a file that is cut while it is read stops", "[unit][sources][folder]") {
  Folder folder;
  folder.options.block_bytes_max = 300'000;
  std::string text;
  while (text.size() < 900'000) text += std::string(99, 'x') + "\n";
  folder.add("a", text);
  CHECK(folder.next().size() >= 3'000);
  folder.cut("a", 300'100);
  CHECK(folder.next() == Texts{"error E262"});
}

TEST_CASE("a line that is too long is cut and marked, whatever its length",
          "[unit][sources][folder]") {
  Folder folder;
  folder.options.line_bytes_max = 10;
  const auto length = GENERATE(11, 3'000, 600'000);
  folder.add("a", "1234567890\n" + std::string(static_cast<std::size_t>(length), 'x') + "\nend\n");
  const auto lines = folder.next();
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] == "a:1234567890");
  CHECK(lines[1].back() == '!');
  CHECK(lines[1].size() <= 1'030);
  CHECK(lines[2] == "a:end");
}

TEST_CASE("a file that may not be read is tried again", "[unit][sources][folder]") {
  if (::geteuid() == 0) return;  // may read everything
  Folder folder;
  folder.add("a", "1\n");
  ::chmod(folder.path("a").c_str(), 0);
  CHECK(folder.next().empty());
  CHECK(folder.next().empty());
  CHECK(folder.warnings.size() == 1);
  ::chmod(folder.path("a").c_str(), 0600);
  CHECK(folder.next() == Texts{"a:1"});
}

TEST_CASE("a folder is checked before the start", "[unit][sources][folder]") {
  const test::TempFolder folder;
  CHECK(FolderReader::check(folder.path().string()).ok());
  const auto missing = FolderReader::check((folder.path() / "none").string());
  REQUIRE_FALSE(missing.ok());
  CHECK(missing.info().code == "E261");
  CHECK(missing.exitCode() == ExitCode::kFileMissing);
}

TEST_CASE("positions read back what they say, and nothing else", "[unit][sources][folder]") {
  const FilePosition position{12, 300, 1'700'000'000'000'000'000, 150, false};
  CHECK(*decodeFilePosition(encode(position)) == position);
  for (const auto* bad : {"", "v2;inode=1", "v1;inode=x;size=1;modified=1;next=1;done=1",
                          "v1;inode=1;size=1;modified=1;next=1;done=1;more=1"}) {
    const auto decoded = decodeFilePosition(bad);
    REQUIRE_FALSE(decoded.ok());
    CHECK(decoded.status().info().code == "E266");
  }
}
