// Files as outputs of batches: what a folder shows before and after commit, roll-back and crash.
#include "connectors/file/prepared_files.hpp"

#include <filesystem>
#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace lockstep;
using file::PreparedFiles;
using Lines = std::vector<std::string>;

namespace {

class Folder {
 public:
  test::TempFolder temp;
  const std::string dir = temp.path().string();

  /// A process: what an earlier one remembered is gone, what it wrote is there.
  PreparedFiles store() const { return PreparedFiles("app", {dir}); }
  std::string path(std::uint64_t batch, const std::string& folder = "counts-1000") const {
    return dir + "/" + folder + "/" + partName(BatchId{batch});
  }
  OutputCount wrote(std::uint64_t batch) const { return {{path(batch), Partition{0}}, 1}; }

  /// Visible files as "FOLDER/NAME: CONTENT", sorted.
  Lines shown() const { return list(false); }
  std::size_t hidden() const { return list(true).size(); }

 private:
  Lines list(bool hidden) const {
    Lines lines;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(dir)) {
      if (!entry.is_regular_file() || entry.path().filename() == "published") continue;
      const auto relative = std::filesystem::relative(entry.path(), dir).string();
      if ((relative.front() == '.') != hidden) continue;
      std::ifstream file(entry.path());
      lines.push_back(relative + ": " + std::string(std::istreambuf_iterator<char>(file), {}));
    }
    std::sort(lines.begin(), lines.end());
    return lines;
  }
};

Status write(PreparedFiles& store, std::uint64_t batch, const std::string& path,
             const Lines& values) {
  std::vector<EncodedRecord> records;
  for (const auto& value : values) records.push_back({std::nullopt, value, {}, {}});
  const std::span<const EncodedRecord> all(records);
  const std::size_t half = records.size() / 2;
  return store.prepare(BatchId{batch}, path, std::array{all.first(half), all.subspan(half)});
}

}  // namespace

TEST_CASE("a file stands under its name after its batch's commit, whole", "[unit][file]") {
  const Folder folder;
  auto store = folder.store();
  REQUIRE(write(store, 7, folder.path(7), {"a\n", "b\n", "c\n"}).ok());
  CHECK(folder.shown().empty());
  REQUIRE(store.publish(BatchId{7}).ok());
  CHECK(folder.shown() == Lines{"counts-1000/part-0000000007: a\nb\nc\n"});
  CHECK(folder.hidden() == 0);
  REQUIRE(store.publish(BatchId{7}).ok());
}

TEST_CASE("a batch that is taken back leaves no file, and may be run again", "[unit][file]") {
  const Folder folder;
  auto store = folder.store();
  REQUIRE(write(store, 7, folder.path(7), {"old"}).ok());
  store.discard(BatchId{7});
  CHECK(folder.hidden() == 0);
  REQUIRE(write(store, 7, folder.path(7), {"new"}).ok());
  REQUIRE(store.publish(BatchId{7}).ok());
  CHECK(folder.shown() == Lines{"counts-1000/part-0000000007: new"});
}

TEST_CASE("a start shows what was committed and removes what was not", "[unit][file]") {
  const Folder folder;
  {
    auto dies = folder.store();
    REQUIRE(write(dies, 6, folder.path(6, "counts-500"), {"six"}).ok());
    REQUIRE(write(dies, 7, folder.path(7), {"seven"}).ok());
    REQUIRE(write(dies, 8, folder.path(8), {"eight"}).ok());
  }
  auto store = folder.store();
  REQUIRE(store.recover(BatchId{7}, std::array{folder.wrote(7)}).ok());
  CHECK(folder.shown() ==
        Lines{"counts-1000/part-0000000007: seven", "counts-500/part-0000000006: six"});
  CHECK(folder.hidden() == 0);
}

TEST_CASE("a crash between two renames is finished by the next start", "[unit][file]") {
  const Folder folder;
  {
    auto dies = folder.store();
    REQUIRE(write(dies, 7, folder.path(7, "a-1"), {"a"}).ok());
    REQUIRE(write(dies, 7, folder.path(7, "b-1"), {"b"}).ok());
  }
  std::filesystem::create_directory(folder.dir + "/a-1");
  std::filesystem::rename(folder.dir + "/.app.prepared/00000000000000000007.a-1",
                          folder.path(7, "a-1"));
  auto store = folder.store();
  const std::array written{OutputCount{{folder.path(7, "a-1"), Partition{0}}, 1},
                           OutputCount{{folder.path(7, "b-1"), Partition{0}}, 1}};
  REQUIRE(store.recover(BatchId{7}, written).ok());
  CHECK(folder.shown() == Lines{"a-1/part-0000000007: a", "b-1/part-0000000007: b"});
}

TEST_CASE("a committed file that nobody was shown is reported; an empty one in its place will do",
          "[unit][file]") {
  const Folder folder;
  const std::array written{folder.wrote(7), OutputCount{{"topic", Partition{3}}, 1}};
  const auto status = folder.store().recover(BatchId{7}, written);
  CHECK(status.info().code == "E321");
  CHECK(status.exitCode() == ExitCode::kDisk);
  CHECK(status.message().find(folder.path(7)) != std::string::npos);
  std::filesystem::create_directory(folder.dir + "/counts-1000");
  std::ofstream(folder.path(7)).flush();
  CHECK(folder.store().recover(BatchId{7}, written).ok());
}

TEST_CASE("a file that its reader has taken away is not missed", "[unit][file]") {
  const Folder folder;
  {
    auto store = folder.store();
    REQUIRE(write(store, 7, folder.path(7), {"a"}).ok());
    REQUIRE(store.publish(BatchId{7}).ok());
  }
  std::filesystem::remove_all(folder.dir + "/counts-1000");
  CHECK(folder.store().recover(BatchId{7}, std::array{folder.wrote(7)}).ok());
  CHECK(folder.store().recover(BatchId{8}, std::array{folder.wrote(8)}).info().code == "E321");
}

TEST_CASE("a folder that cannot be written stops with its path and exit code 74", "[unit][file]") {
  const Folder folder;
  std::ofstream(folder.dir + "/file").flush();
  PreparedFiles store("app", {folder.dir + "/file"});
  const auto status = write(store, 1, folder.dir + "/file/x-1/" + partName(BatchId{1}), {"a"});
  CHECK(status.info().code == "E320");
  CHECK(status.exitCode() == ExitCode::kDisk);
  CHECK(status.message().find(folder.dir + "/file") != std::string::npos);
}

TEST_CASE("a full disk stops with the remedy, and nothing is shown", "[unit][file]") {
  // /dev/full takes no byte: the prepared file is a link to it.
  const Folder folder;
  auto store = folder.store();
  std::filesystem::create_directory(folder.dir + "/.app.prepared");
  std::filesystem::create_symlink("/dev/full",
                                  folder.dir + "/.app.prepared/00000000000000000001.counts-1000");
  const auto status = write(store, 1, folder.path(1), {"a"});
  CHECK(status.info().code == "E320");
  CHECK(status.toString().find("make room") != std::string::npos);
  CHECK(folder.shown().empty());
}
