// StateFolder: one process per folder, decided before anything else happens.
#include "src/runtime/state_folder.hpp"

#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace lockstep;

TEST_CASE("a state folder is made, and held by one at a time", "[unit][runtime][state_folder]") {
  const test::TempFolder folder;
  const std::string path = folder.path() / "deep/state";
  {
    const auto first = StateFolder::open(path);
    REQUIRE(first.ok());
    const auto second = StateFolder::open(path);
    REQUIRE_FALSE(second.ok());
    CHECK(second.status().info().code == "E702");
    CHECK(second.status().exitCode() == ExitCode::kOtherOwner);
  }
  CHECK(StateFolder::open(path).ok());  // the first has let go
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
