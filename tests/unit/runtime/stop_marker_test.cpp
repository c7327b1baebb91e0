// StopMarker: the file that stops an application, once.
#include "src/runtime/stop_marker.hpp"

#include <filesystem>
#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/unit/runtime/world.hpp"

using namespace lockstep;
using namespace std::chrono_literals;

TEST_CASE("a marker that appears asks for a stop once and is consumed",
          "[unit][runtime][stop_marker]") {
  const test::TempFolder folder;
  const std::string file = folder.path() / "stop";
  test::Signal asked;
  std::atomic<int> times{0};
  StopMarker marker({file, 1ms}, [&] {
    ++times;
    asked.raise();
  });
  CHECK(times == 0);
  std::ofstream(file) << "maintenance";
  asked.await();
  CHECK_FALSE(std::filesystem::exists(file));
  CHECK(std::filesystem::exists(file + ".done"));
  CHECK(times == 1);
}

TEST_CASE("a marker that is there already is found at once; a watch without one ends at once",
          "[unit][runtime][stop_marker]") {
  const test::TempFolder folder;
  const std::string file = folder.path() / "stop";
  {
    StopMarker unused({file, 1h}, [] { FAIL("there is no marker"); });
  }
  std::ofstream(file) << "";
  test::Signal asked;
  StopMarker marker({file, 1h}, [&] { asked.raise(); });
  asked.await();
}
