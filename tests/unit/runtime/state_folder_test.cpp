// StateFolder: one process per folder, decided before anything else happens.
#include "src/runtime/state_folder.hpp"

#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>

#include "tests/support/catch.hpp"

using namespace lockstep;

namespace {
struct Folder {
  std::string path = fmt::format("{}/lockstep-folder-{}",
                                 std::filesystem::temp_directory_path().string(), ::getpid());
  ~Folder() { std::filesystem::remove_all(path); }
};
}  // namespace

TEST_CASE("a state folder is made, and held by one at a time", "[unit][runtime][state_folder]") {
  Folder folder;
  {
    const auto first = StateFolder::open(folder.path + "/deep/state");
    REQUIRE(first.ok());
    const auto second = StateFolder::open(folder.path + "/deep/state");
    REQUIRE_FALSE(second.ok());
    CHECK(second.status().info().code == "E702");
    CHECK(second.status().exitCode() == ExitCode::kOtherOwner);
  }
  CHECK(StateFolder::open(folder.path + "/deep/state").ok());  // the first has let go
}

TEST_CASE("a folder that cannot be made is an error of the disk", "[unit][runtime][state_folder]") {
  const auto folder = StateFolder::open("/proc/no/such/folder");
  REQUIRE_FALSE(folder.ok());
  CHECK(folder.status().info().code == "E703");
  CHECK(folder.status().exitCode() == ExitCode::kDisk);
}

TEST_CASE("an application without state holds nothing", "[unit][runtime][state_folder]") {
  CHECK(StateFolder::open(std::nullopt).ok());
}
