// StopMarker: the file that stops an application, once.
#include "src/runtime/stop_marker.hpp"

#include <filesystem>
#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/unit/runtime/world.hpp"

using namespace lockstep;
using namespace std::chrono_literals;

namespace {

struct MarkerFolder {
  MarkerFolder() {
    std::string name = std::filesystem::temp_directory_path() / "stop-marker-XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~MarkerFolder() { std::filesystem::remove_all(path); }
  [[nodiscard]] std::string file() const { return path / "stop"; }
  std::filesystem::path path;
};

}  // namespace

TEST_CASE("a marker that appears asks for a stop once and is consumed",
          "[unit][runtime][stop_marker]") {
  const MarkerFolder folder;
  test::Signal asked;
  std::atomic<int> times{0};
  StopMarker marker({folder.file(), 1ms}, [&] {
    ++times;
    asked.raise();
  });
  CHECK(times == 0);
  std::ofstream(folder.file()) << "maintenance";
  asked.await();
  CHECK_FALSE(std::filesystem::exists(folder.file()));
  CHECK(std::filesystem::exists(folder.file() + ".done"));
  CHECK(times == 1);
}

TEST_CASE("a marker that is there already is found at once; a watch without one ends at once",
          "[unit][runtime][stop_marker]") {
  const MarkerFolder folder;
  {
    StopMarker unused({folder.file(), 1h}, [] { FAIL("there is no marker"); });
  }
  std::ofstream(folder.file()) << "";
  test::Signal asked;
  StopMarker marker({folder.file(), 1h}, [&] { asked.raise(); });
  asked.await();
}
